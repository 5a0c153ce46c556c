//! One connection's input in one direction: from message to message.

mod content;

use crate::protocol::chunked::{Chunked, Piece};
use crate::protocol::control::Control;
use crate::protocol::error::{ErrorKind, Fault, ParseError};
use crate::protocol::fast_path;
use crate::protocol::fields::Fields;
use crate::protocol::framing::{Decision, Framing, Message};
use crate::protocol::leniency::Leniency;
use crate::protocol::limits::Limits;
use crate::protocol::progress::{Progress, State};
use crate::protocol::section::Section;
use crate::protocol::sink::{Head, Sink, Verdict};
use crate::protocol::start_line::{StartLine, empty_lines};
use crate::protocol::text::Text;

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

/// Where content is that is framed like this; `None` where there is none.
fn of_content(framing: Framing) -> Option<Phase> {
    match framing {
        Framing::None => None,
        Framing::Length(length) => Some(Phase::Length(length)),
        Framing::Chunked => Some(Phase::Chunked),
        Framing::UntilClose => Some(Phase::UntilClose),
    }
}

/// An incremental parser. See the module `protocol` for what it promises.
#[derive(Debug)]
pub struct Parser {
    limits: Limits,
    phase: Phase,
    line: StartLine,
    section: Section,
    text: Text,
    control: Control,
    chunked: Chunked,
    /// What is known of the message under way, once its head is complete.
    message: Message,
    /// How its content is framed.
    framing: Framing,
    /// It is refused unless it is upgraded.
    is_refused: bool,
    /// Another protocol follows its content.
    switches_behind: bool,
    request: RequestKind,
    /// A request was announced whose final response is not complete.
    expects_response: bool,
}

impl Parser {
    pub fn new(role: Role, limits: Limits, leniency: Leniency) -> Self {
        Self {
            limits,
            phase: Phase::Between,
            line: StartLine::new(),
            section: Section::new(limits.max_fields),
            text: Text::new(limits.max_header_size),
            control: Control::new(role, leniency),
            chunked: Chunked::new(limits.max_chunk_extension),
            message: Message::default(),
            framing: Framing::None,
            is_refused: false,
            switches_behind: false,
            request: RequestKind::Other,
            expects_response: false,
        }
    }

    /// A parser with the same options, which has seen nothing.
    pub fn renewed(&self) -> Self {
        Self::new(self.control.role, self.limits, self.control.leniency)
    }

    /// What the responses from now on answer, until a final one is complete.
    pub fn expect_response(&mut self, request: RequestKind) {
        self.request = request;
        self.expects_response = true;
    }

    /// Whether the final response to an announced request is still to come, or to be completed.
    pub fn expects_response(&self) -> bool {
        self.expects_response
    }

    /// A response has begun that answers no announced request.
    pub fn in_unasked_message(&self) -> bool {
        self.in_message() && !self.expects_response
    }

    /// A message has begun and is not complete.
    pub fn in_message(&self) -> bool {
        !matches!(
            self.phase,
            Phase::Between | Phase::Closed | Phase::Upgraded | Phase::Dead(_)
        )
    }

    /// Another protocol follows the content that is being received.
    pub fn switches_behind(&self) -> bool {
        self.switches_behind
    }

    /// Input is parsed; else a head waits for a verdict, or another protocol follows.
    pub fn takes_input(&self) -> bool {
        !matches!(self.phase, Phase::Paused | Phase::Upgraded)
    }

    /// Bytes of an incomplete head or trailer section that are held.
    #[cfg(any(test, fuzzing))]
    pub fn buffered(&self) -> usize {
        self.text.len()
    }

    /// Feeds one chunk. After an error the parser is dead, and gives the same error again.
    pub fn parse<S: Sink>(&mut self, input: &[u8], sink: &mut S) -> Result<Progress, ParseError> {
        if let Phase::Dead(kind) = self.phase {
            return Err(ParseError {
                kind,
                bytes_parsed: 0,
            });
        }
        let mut consumed = 0;
        while consumed < input.len() && !matches!(self.phase, Phase::Paused | Phase::Upgraded) {
            let before = self.phase;
            match self.advance(&input[consumed..], sink) {
                Ok(bytes) => {
                    // Between two chunks there are places of their own.
                    debug_assert!(
                        bytes > 0 || self.phase != before || before == Phase::Chunked,
                        "each step goes on, so that parsing ends"
                    );
                    consumed += bytes;
                }
                Err((kind, offset)) => return Err(self.fail(kind, consumed + offset)),
            }
        }
        let state = match self.phase {
            Phase::Paused => State::Paused,
            Phase::Upgraded => State::Upgraded,
            _ => State::NeedMore,
        };
        self.check();
        Ok(Progress { consumed, state })
    }

    /// Decides a head that paused.
    pub fn resume(&mut self, verdict: Verdict) {
        if self.phase != Phase::Paused {
            return;
        }
        self.switches_behind = verdict == Verdict::ContentThenUpgrade;
        self.phase = match verdict {
            Verdict::Upgrade => Phase::Upgraded,
            Verdict::Pause => Phase::Paused,
            _ if self.is_refused => Phase::Dead(ErrorKind::CodingInRequest),
            // The sink was told of the end of a message without content when the head paused.
            _ => of_content(self.framing).unwrap_or_else(|| self.after_message()),
        };
        self.check();
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

    /// What holds between two calls, looked at in debug builds.
    fn check(&self) {
        debug_assert!(
            matches!(
                self.phase,
                Phase::StartLine | Phase::Fields | Phase::Trailers
            ) || self.text.len() == 0,
            "text is held only while a head or a trailer section arrives"
        );
        debug_assert!(
            self.phase != Phase::Length(0),
            "a message whose content is here is complete"
        );
    }

    fn fail(&mut self, kind: ErrorKind, bytes_parsed: usize) -> ParseError {
        self.phase = Phase::Dead(kind);
        self.forget_section();
        self.check();
        ParseError { kind, bytes_parsed }
    }

    /// What was collected of a head or trailer section has been told.
    fn forget_section(&mut self) {
        self.text.clear();
        self.section.clear();
    }

    /// Consumes the front of `input`, which is not empty.
    fn advance<S: Sink>(&mut self, input: &[u8], sink: &mut S) -> Result<usize, Fault> {
        match self.phase {
            Phase::Between => self.between(input, sink),
            Phase::StartLine => self.start_line(input),
            Phase::Fields => self.head_fields(input, sink),
            Phase::Length(left) => Ok(self.length(input, left, sink)),
            Phase::Chunked => self.chunks(input, sink),
            Phase::Trailers => self.trailers(input, sink),
            Phase::UntilClose => {
                sink.content(input);
                Ok(input.len())
            }
            Phase::Closed => self.closed(input),
            Phase::Paused | Phase::Upgraded | Phase::Dead(_) => Ok(0),
        }
    }

    fn between<S: Sink>(&mut self, input: &[u8], sink: &mut S) -> Result<usize, Fault> {
        let skipped = empty_lines(input);
        if skipped > 0 {
            return Ok(skipped);
        }
        sink.message_begin();
        self.control.reset();
        if let Some(length) = self.whole_head(input, sink) {
            return length;
        }
        self.control.reset();
        self.line.reset(self.control.role == Role::Server);
        self.phase = Phase::StartLine;
        Ok(0)
    }

    /// Tries the fast path.
    fn whole_head<S: Sink>(&mut self, input: &[u8], sink: &mut S) -> Option<Result<usize, Fault>> {
        let limits = self.limits;
        let answers = self.request;
        let found = |control: &Control, head: fast_path::FastHead<'_>| {
            let message = Message {
                answers,
                ..head.message
            };
            let decision = message.decide(control);
            let verdict = sink.head(&Head::new(&message, &decision, head.line, head.fields));
            (message, decision, verdict, head.length)
        };
        let (message, decision, verdict, length) = match self.control.role {
            Role::Server => fast_path::request(input, &limits, &mut self.control, found),
            Role::Client => fast_path::response(input, &limits, &mut self.control, found),
        }?;
        self.message = message;
        let begun = self.begin_content(&decision, verdict, sink);
        Some(begun.map(|()| length).map_err(|kind| (kind, length)))
    }

    fn start_line(&mut self, input: &[u8]) -> Result<usize, Fault> {
        let (consumed, complete) =
            self.line
                .advance(input, &mut self.text, self.control.leniency)?;
        if complete {
            self.section.begin_head(&self.text);
            self.phase = Phase::Fields;
        }
        Ok(consumed)
    }

    fn head_fields<S: Sink>(&mut self, input: &[u8], sink: &mut S) -> Result<usize, Fault> {
        let (consumed, complete) = self.section_bytes(input)?;
        if !complete {
            return Ok(consumed);
        }
        self.message = Message {
            version: self.line.version,
            method: self.line.method(),
            status: self.line.status,
            answers: self.request,
        };
        let decision = self.message.decide(&self.control);
        let line = self.section.text_before(&self.text);
        let fields = self.section.fields(&self.text);
        let verdict = sink.head(&Head::new(&self.message, &decision, line, fields));
        self.forget_section();
        self.begin_content(&decision, verdict, sink)
            .map_err(|kind| (kind, consumed))?;
        Ok(consumed)
    }

    fn section_bytes(&mut self, input: &[u8]) -> Result<(usize, bool), Fault> {
        self.section
            .advance(input, &mut self.text, &mut self.control)
    }

    fn begin_content<S: Sink>(
        &mut self,
        decision: &Decision,
        verdict: Verdict,
        sink: &mut S,
    ) -> Result<(), ErrorKind> {
        self.framing = decision.framing;
        self.switches_behind = verdict == Verdict::ContentThenUpgrade;
        // Node lets an upgrade go first.
        self.is_refused = decision.is_refused;
        if self.is_refused && !matches!(verdict, Verdict::Upgrade | Verdict::Pause) {
            return Err(ErrorKind::CodingInRequest);
        }
        if decision.framing == Framing::Chunked {
            self.chunked = Chunked::new(self.limits.max_chunk_extension);
        }
        self.phase = match (verdict, decision.framing) {
            (Verdict::Upgrade, _) => self.switch(sink),
            _ if self.message.is_switch() && verdict != Verdict::Pause => self.switch(sink),
            (Verdict::Pause, Framing::None) => {
                sink.complete(&Fields::EMPTY);
                Phase::Paused
            }
            (Verdict::Pause, _) => Phase::Paused,
            (_, framing) => of_content(framing).unwrap_or_else(|| self.complete(sink)),
        };
        Ok(())
    }

    fn switch<S: Sink>(&mut self, sink: &mut S) -> Phase {
        sink.complete(&Fields::EMPTY);
        Phase::Upgraded
    }

    /// Tells the end of a message without trailers.
    fn complete<S: Sink>(&mut self, sink: &mut S) -> Phase {
        sink.complete(&Fields::EMPTY);
        self.after_message()
    }

    fn after_message(&mut self) -> Phase {
        if self.switches_behind {
            return Phase::Upgraded;
        }
        if !self.message.is_interim() {
            self.request = RequestKind::Other;
            self.expects_response = false;
        }
        // Asked again, since trailers may hold Connection, too.
        let skips_content = self.framing == Framing::None;
        let persists = self.message.persists(&self.control, skips_content);
        if persists || self.control.leniency.is_insecure() {
            Phase::Between
        } else {
            Phase::Closed
        }
    }

    fn chunks<S: Sink>(&mut self, input: &[u8], sink: &mut S) -> Result<usize, Fault> {
        match self.chunked.advance(input, self.control.leniency)? {
            Piece::Line(consumed) => Ok(consumed),
            Piece::Data(bytes) => {
                sink.content(&input[..bytes]);
                Ok(bytes)
            }
            Piece::LastLine(consumed) => {
                self.section.begin_trailers();
                self.control.begin_trailers();
                self.phase = Phase::Trailers;
                Ok(consumed)
            }
        }
    }

    fn trailers<S: Sink>(&mut self, input: &[u8], sink: &mut S) -> Result<usize, Fault> {
        let (consumed, complete) = self.section_bytes(input)?;
        if complete {
            sink.complete(&self.section.fields(&self.text));
            self.forget_section();
            self.phase = self.after_message();
        }
        Ok(consumed)
    }

    fn closed(&self, input: &[u8]) -> Result<usize, Fault> {
        let skipped = empty_lines(input);
        if skipped < input.len() && !self.control.leniency.is_insecure() {
            return Err((ErrorKind::ClosedConnection, skipped + 1));
        }
        Ok(input.len())
    }
}
