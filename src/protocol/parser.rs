//! One connection's input in one direction: from message to message.

use crate::protocol::chunked::{self, Chunked};
use crate::protocol::error::{ErrorKind, Fault, ParseError};
use crate::protocol::fast_path;
use crate::protocol::fields::Fields;
use crate::protocol::framing::{Decision, Framing, Rules};
use crate::protocol::leniency::Leniency;
use crate::protocol::limits::Limits;
use crate::protocol::section::{self, Section};
use crate::protocol::sink::{Head, Sink, Verdict};
use crate::protocol::start_line::{self, StartLine};

/// Which messages are parsed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// Requests.
    Server,
    /// Responses.
    Client,
}

/// What the next response answers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum RequestKind {
    Head,
    Connect,
    #[default]
    Other,
}

/// Why `parse` returned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// All input was consumed.
    NeedMore,
    /// A head waits for `resume`; the rest of the input has to be given again.
    Paused,
    /// What follows is another protocol.
    Upgraded,
}

/// How far `parse` has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Progress {
    pub consumed: usize,
    pub state: State,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Phase {
    /// Between messages; empty lines are skipped (RFC 9112, section 2.2).
    Between,
    StartLine,
    Fields,
    /// The head is complete and waits for a verdict.
    Paused,
    Length(u64),
    Chunked,
    Trailers,
    UntilClose,
    /// The last message said that the connection ends.
    Closed,
    Upgraded,
    Dead(ErrorKind),
}

/// An incremental parser. See the module `protocol` for what it promises.
#[derive(Debug)]
pub struct Parser {
    role: Role,
    limits: Limits,
    leniency: Leniency,
    phase: Phase,
    line: StartLine,
    section: Section,
    rules: Rules,
    chunked: Chunked,
    /// How the content is framed behind a head that paused.
    framing: Framing,
    keep_alive: bool,
    request: RequestKind,
    /// The response whose head was last is an interim one.
    interim: bool,
}

impl Parser {
    pub fn new(role: Role, limits: Limits, leniency: Leniency) -> Self {
        Self {
            role,
            limits,
            leniency,
            phase: Phase::Between,
            line: StartLine::new(),
            section: Section::new(limits.max_header_size),
            rules: Rules::new(role, leniency),
            chunked: Chunked::new(),
            framing: Framing::None,
            keep_alive: true,
            request: RequestKind::Other,
            interim: false,
        }
    }

    /// What the responses from now on answer, until a final one is complete.
    pub fn expect_response(&mut self, request: RequestKind) {
        self.request = request;
    }

    /// A message has begun and is not complete.
    pub fn in_message(&self) -> bool {
        !matches!(
            self.phase,
            Phase::Between | Phase::Closed | Phase::Upgraded | Phase::Dead(_)
        )
    }

    /// The head of the message under way is complete.
    pub fn head_complete(&self) -> bool {
        self.in_message() && !matches!(self.phase, Phase::StartLine | Phase::Fields)
    }

    /// Bytes of an incomplete head or trailer section that are held.
    pub fn buffered(&self) -> usize {
        self.line.text.len() + self.section.buffered()
    }

    /// Feeds one chunk. After an error the parser is dead, and gives the same error again.
    pub fn parse<S: Sink>(&mut self, input: &[u8], sink: &mut S) -> Result<Progress, ParseError> {
        let mut at = 0;
        while at < input.len() {
            let rest = &input[at..];
            let consumed = match self.phase {
                Phase::Between => self.between(rest, sink),
                Phase::StartLine => self.start_line(rest),
                Phase::Fields => self.head_fields(rest, sink),
                Phase::Length(left) => Ok(self.length(rest, left, sink)),
                Phase::Chunked => self.chunks(rest, sink),
                Phase::Trailers => self.trailers(rest, sink),
                Phase::UntilClose => {
                    sink.content(rest);
                    Ok(rest.len())
                }
                Phase::Closed => self.closed(rest),
                Phase::Paused => {
                    return Ok(Progress {
                        consumed: at,
                        state: State::Paused,
                    });
                }
                Phase::Upgraded => {
                    return Ok(Progress {
                        consumed: at,
                        state: State::Upgraded,
                    });
                }
                Phase::Dead(kind) => {
                    return Err(ParseError {
                        kind,
                        bytes_parsed: 0,
                    });
                }
            };
            match consumed {
                Ok(bytes) => at += bytes,
                Err((kind, bytes)) => return Err(self.fail(kind, at + bytes)),
            }
        }
        if let Phase::Dead(kind) = self.phase {
            return Err(ParseError {
                kind,
                bytes_parsed: 0,
            });
        }
        if let Err((kind, _)) = self.check_limits() {
            return Err(self.fail(kind, at));
        }
        let state = match self.phase {
            Phase::Paused => State::Paused,
            Phase::Upgraded => State::Upgraded,
            _ => State::NeedMore,
        };
        Ok(Progress {
            consumed: at,
            state,
        })
    }

    /// Decides a head that paused.
    pub fn resume(&mut self, verdict: Verdict) {
        if self.phase != Phase::Paused {
            return;
        }
        self.phase = match (verdict, self.framing) {
            (Verdict::Upgrade, _) => Phase::Upgraded,
            (Verdict::Pause, _) => Phase::Paused,
            (Verdict::Content, Framing::Length(left)) => Phase::Length(left),
            (Verdict::Content, Framing::Chunked) => Phase::Chunked,
            (Verdict::Content, Framing::UntilClose) => Phase::UntilClose,
            // The sink was told of the end with the head: a paused message has no content event.
            (Verdict::Content | Verdict::NoContent, _) => self.after_message(),
        };
    }

    /// The input has ended.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), ParseError> {
        match self.phase {
            Phase::UntilClose => {
                self.phase = Phase::Closed;
                sink.complete(&Fields::EMPTY);
                Ok(())
            }
            // An error that was told is not told again.
            Phase::Between | Phase::Closed | Phase::Upgraded | Phase::Paused | Phase::Dead(_) => {
                Ok(())
            }
            _ => Err(self.fail(ErrorKind::EofState, 0)),
        }
    }

    fn fail(&mut self, kind: ErrorKind, bytes_parsed: usize) -> ParseError {
        self.phase = Phase::Dead(kind);
        ParseError { kind, bytes_parsed }
    }

    fn check_limits(&self) -> Result<(), Fault> {
        match self.phase {
            Phase::StartLine if self.line.open_text() >= self.limits.max_header_size => {
                Err((ErrorKind::HeaderOverflow, 0))
            }
            Phase::Fields | Phase::Trailers => self.section.check_limit(),
            _ => Ok(()),
        }
    }

    fn between<S: Sink>(
        &mut self,
        input: &[u8],
        sink: &mut S,
    ) -> Result<usize, (ErrorKind, usize)> {
        let skipped = input
            .iter()
            .take_while(|&&byte| matches!(byte, b'\r' | b'\n'))
            .count();
        if skipped > 0 {
            return Ok(skipped);
        }
        sink.message_begin();
        self.rules = Rules::new(self.role, self.leniency);
        if self.role == Role::Server
            && let Some(length) = self.fast(input, sink)
        {
            return Ok(length);
        }
        self.rules = Rules::new(self.role, self.leniency);
        self.line.reset(self.role == Role::Server);
        self.section.reset(false);
        self.phase = Phase::StartLine;
        Ok(0)
    }

    fn fast<S: Sink>(&mut self, input: &[u8], sink: &mut S) -> Option<usize> {
        let limit = self.limits.max_header_size;
        let mut decision = None;
        let (length, verdict) = fast_path::request(input, limit, &mut self.rules, |head| {
            decision = Some(head.decision);
            sink.head(&Head {
                version: head.version,
                method: Some(head.method),
                target: head.target,
                status: 0,
                reason: b"",
                fields: head.fields,
                framing: head.decision.framing,
                keep_alive: head.decision.keep_alive,
                upgrade: head.decision.upgrade,
            })
        })?;
        self.begin_content(decision?, verdict, sink);
        Some(length)
    }

    fn start_line(&mut self, input: &[u8]) -> Result<usize, (ErrorKind, usize)> {
        for (at, &byte) in input.iter().enumerate() {
            let step = self
                .line
                .step(byte, &self.leniency)
                .map_err(|f| (f.0, at + f.1))?;
            if matches!(
                step,
                start_line::Step::TextComplete | start_line::Step::TextAndLineComplete
            ) {
                self.section
                    .count(self.line.text.len())
                    .map_err(|f| (f.0, at + f.1))?;
            }
            if matches!(
                step,
                start_line::Step::Complete | start_line::Step::TextAndLineComplete
            ) {
                self.phase = Phase::Fields;
                return Ok(at + 1);
            }
        }
        Ok(input.len())
    }

    fn head_fields<S: Sink>(
        &mut self,
        input: &[u8],
        sink: &mut S,
    ) -> Result<usize, (ErrorKind, usize)> {
        let (at, complete) = self.section_bytes(input)?;
        if !complete {
            return Ok(at);
        }
        let decision = self.decide();
        let verdict = sink.head(&Head {
            version: self.line.version,
            method: self.line.method(),
            target: if self.role == Role::Server {
                &self.line.text
            } else {
                b""
            },
            status: self.line.status,
            reason: if self.role == Role::Client {
                &self.line.text
            } else {
                b""
            },
            fields: self.section.fields(),
            framing: decision.framing,
            keep_alive: decision.keep_alive,
            upgrade: decision.upgrade,
        });
        if self.rules.refuses_coding() {
            return Err((ErrorKind::CodingInRequest, at));
        }
        self.begin_content(decision, verdict, sink);
        Ok(at)
    }

    /// Feeds the section; returns the bytes consumed, and whether it is complete.
    fn section_bytes(&mut self, input: &[u8]) -> Result<(usize, bool), (ErrorKind, usize)> {
        for (at, &byte) in input.iter().enumerate() {
            let step = self.section.step(byte, &mut self.rules, &self.leniency);
            match step.map_err(|f| (f.0, at + f.1))? {
                section::Step::More => {}
                section::Step::Complete => return Ok((at + 1, true)),
            }
        }
        Ok((input.len(), false))
    }

    fn decide(&mut self) -> Decision {
        match self.line.method() {
            Some(method) if self.role == Role::Server => {
                self.rules.decide_request(self.line.version, method)
            }
            _ => self.decide_response(),
        }
    }

    /// Framing by the response and by what it answers (RFC 9112, section 6.3).
    fn decide_response(&mut self) -> Decision {
        let status = self.line.status;
        let mut decision = self.rules.decide_response(self.line.version, status);
        self.interim = status / 100 == 1 && status != 101;
        if self.request == RequestKind::Head && !self.interim {
            decision.framing = Framing::None;
            decision.keep_alive = self.rules.persists(self.line.version);
        }
        if self.request == RequestKind::Connect && status / 100 == 2 {
            decision.upgrade = true;
        }
        decision
    }

    fn begin_content<S: Sink>(&mut self, decision: Decision, verdict: Verdict, sink: &mut S) {
        self.framing = decision.framing;
        self.keep_alive = decision.keep_alive;
        let switches = self.role == Role::Client && self.line.status == 101;
        self.phase = match verdict {
            Verdict::Pause => {
                if decision.framing == Framing::None {
                    sink.complete(&Fields::EMPTY);
                }
                Phase::Paused
            }
            Verdict::Upgrade => {
                sink.complete(&Fields::EMPTY);
                Phase::Upgraded
            }
            _ if switches => {
                sink.complete(&Fields::EMPTY);
                Phase::Upgraded
            }
            Verdict::NoContent => self.complete(sink),
            Verdict::Content => match decision.framing {
                Framing::None => self.complete(sink),
                Framing::Length(length) => Phase::Length(length),
                Framing::Chunked => {
                    self.chunked = Chunked::new();
                    Phase::Chunked
                }
                Framing::UntilClose => Phase::UntilClose,
            },
        };
        if self.phase == Phase::Paused {
            self.chunked = Chunked::new();
        }
    }

    /// Tells the end of a message without trailers.
    fn complete<S: Sink>(&mut self, sink: &mut S) -> Phase {
        sink.complete(&Fields::EMPTY);
        self.after_message()
    }

    fn after_message(&mut self) -> Phase {
        if !self.interim {
            self.request = RequestKind::Other;
        }
        let ends = !self.keep_alive || self.rules.says_close();
        if ends && !self.interim && !self.leniency.data_after_close {
            Phase::Closed
        } else {
            Phase::Between
        }
    }

    fn length<S: Sink>(&mut self, input: &[u8], left: u64, sink: &mut S) -> usize {
        let bytes = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        sink.content(&input[..bytes]);
        let left = left - bytes as u64;
        self.phase = if left == 0 {
            self.complete(sink)
        } else {
            Phase::Length(left)
        };
        bytes
    }

    fn chunks<S: Sink>(&mut self, input: &[u8], sink: &mut S) -> Result<usize, (ErrorKind, usize)> {
        let mut at = 0;
        while at < input.len() {
            let data = self.chunked.data();
            if data > 0 {
                let bytes = usize::try_from(data)
                    .unwrap_or(usize::MAX)
                    .min(input.len() - at);
                sink.content(&input[at..at + bytes]);
                self.chunked.consume(bytes as u64);
                at += bytes;
                continue;
            }
            let limit = self.limits.max_chunk_extension;
            let step = self.chunked.step(input[at], limit, &self.leniency);
            match step.map_err(|f| (f.0, at + f.1))? {
                chunked::Step::More => at += 1,
                chunked::Step::Again => {}
                chunked::Step::Trailers => {
                    self.section.reset(true);
                    self.phase = Phase::Trailers;
                    return Ok(at + 1);
                }
            }
        }
        Ok(at)
    }

    fn trailers<S: Sink>(
        &mut self,
        input: &[u8],
        sink: &mut S,
    ) -> Result<usize, (ErrorKind, usize)> {
        let (at, complete) = self.section_bytes(input)?;
        if complete {
            sink.complete(&self.section.fields());
            self.phase = self.after_message();
        }
        Ok(at)
    }

    fn closed(&mut self, input: &[u8]) -> Result<usize, (ErrorKind, usize)> {
        let skipped = input
            .iter()
            .take_while(|&&byte| matches!(byte, b'\r' | b'\n'))
            .count();
        if skipped < input.len() {
            return Err((ErrorKind::ClosedConnection, skipped + 1));
        }
        Ok(skipped)
    }
}
