//! Turns the parser's events into records.

use std::ops::Range;

use crate::protocol::{
    Expectation, Fields, Framing, Head, Leniency, Limits, Method, ParseError, Parser, RequestRules,
    RequestVerdict, Role, Sink, State, Verdict,
};
use crate::ring::id::ConnId;
use crate::ring::layout::{self, Kind};
use crate::ring::message_clock::MessageTimes;
use crate::ring::record;

/// Content from this size on travels beside the records: that saves copying it into them, and from
/// there to where JavaScript reads them.
const ATTACH_SIZE: usize = 8 * 1024;

/// For `RecordSink::new`: no request is answered here.
pub fn answers_none(_: &Head<'_>, _: u32) -> bool {
    false
}

/// How messages are read, and what JavaScript is shown of them.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    pub limits: Limits,
    pub leniency: Leniency,
    pub rules: RequestRules,
    /// Fields of a head or trailer section that JavaScript is shown (`maxHeadersCount`).
    pub shown_fields: usize,
}

impl Reader {
    /// What reads a connection's input.
    pub fn begin(&self, role: Role) -> (Parser, SinkState) {
        (
            Parser::new(role, self.limits, self.leniency),
            SinkState::new(self.rules, self.shown_fields),
        )
    }
}

/// What the records of one connection depend on, kept from one chunk to the next.
#[derive(Clone, Copy, Debug)]
pub struct SinkState {
    pub rules: RequestRules,
    pub shown_fields: usize,
    /// The head under way said that there is no content: `complete` needs no record of its own.
    no_content: bool,
}

impl SinkState {
    pub fn new(rules: RequestRules, shown_fields: usize) -> Self {
        Self {
            rules,
            shown_fields,
            no_content: false,
        }
    }
}

/// Which content is left in the chunk, instead of being copied into its record, which tells where it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Attach {
    Nothing,
    /// From `ATTACH_SIZE` on.
    Large,
    /// Content with which the chunk begins.
    First,
    All,
}

/// Appends the records of one chunk to `out`.
#[derive(Debug)]
pub struct RecordSink<'a, A> {
    pub out: &'a mut Vec<u8>,
    pub id: ConnId,
    pub state: &'a mut SinkState,
    pub attach: Attach,
    /// The large content that was left in the chunk, in the order of its records.
    pub attached: Vec<Range<usize>>,
    times: MessageTimes<'a>,
    /// Where the chunk begins in memory.
    chunk: usize,
    /// Where the newest record begins.
    last: Option<usize>,
    answers: A,
    /// The newest head is answered here.
    is_answered: bool,
}

/// What became of a chunk.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    Parsed,
    /// A head asks for an upgrade, which ends at this byte of the chunk.
    Paused(usize),
    /// A head is answered here, of which there is no record, and which ends at this byte of the chunk.
    Answered(usize),
    Malformed,
}

impl<'a, A: FnMut(&Head<'_>, u32) -> bool> RecordSink<'a, A> {
    /// `times`: where it is noted when messages begin and end. `answers` is told of each complete head and of the
    /// flags of its record, and says whether the request is answered here; what follows waits for that.
    pub fn new(
        out: &'a mut Vec<u8>,
        id: ConnId,
        state: &'a mut SinkState,
        times: MessageTimes<'a>,
        answers: A,
    ) -> Self {
        Self {
            out,
            id,
            state,
            attach: Attach::Nothing,
            attached: Vec::new(),
            times,
            chunk: 0,
            last: None,
            answers,
            is_answered: false,
        }
    }

    /// Feeds the parser one chunk and writes all that follows from it: the records of its
    /// messages, the end of the group, malformed input.
    pub fn parse(&mut self, parser: &mut Parser, chunk: &[u8]) -> Outcome {
        self.chunk = chunk.as_ptr() as usize;
        match parser.parse(chunk, self) {
            Ok(progress) if self.is_answered => {
                self.end_group();
                Outcome::Answered(progress.consumed)
            }
            // What follows waits for a verdict, or is of another protocol already.
            Ok(progress) if progress.state != State::NeedMore => {
                let rest = &chunk[progress.consumed..];
                record::bytes(self.out, Kind::Raw, layout::GROUP_END, self.id, rest);
                Outcome::Paused(progress.consumed)
            }
            Ok(_) => {
                if !self.end_group() && parser.switches_behind() {
                    // Nothing can be told yet, and JavaScript waits for the end of the group.
                    record::bytes(self.out, Kind::Raw, layout::GROUP_END, self.id, &[]);
                }
                Outcome::Parsed
            }
            Err(error) => self.malformed(error, chunk),
        }
    }

    /// Content was read past the parser, no more than it expects: `length` bytes, which JavaScript has.
    pub fn pass_content(&mut self, parser: &mut Parser, length: usize) {
        self.last = Some(self.out.len());
        record::attached_content(self.out, layout::DIRECT, self.id, length, 0);
        parser.pass_content(length, self);
        self.end_group();
    }

    /// The newest record is the last of its group. False if there is none.
    fn end_group(&mut self) -> bool {
        if let Some(last) = self.last {
            record::end_group(self.out, last);
        }
        self.last.is_some()
    }

    /// The input has ended.
    pub fn finish(&mut self, parser: &mut Parser) -> Outcome {
        match parser.finish(self) {
            Ok(()) => Outcome::Parsed,
            Err(error) => self.malformed(error, &[]),
        }
    }

    /// The input has ended; that it ended inside a message is told by nothing else. False if a message is not
    /// complete by it.
    pub fn finish_quietly(&mut self, parser: &mut Parser) -> bool {
        // It is not told as an error: the reader sees an incomplete message.
        let _ = parser.finish(self);
        self.end_group()
    }

    fn malformed(&mut self, error: ParseError, chunk: &[u8]) -> Outcome {
        record::malformed(self.out, self.id, error.kind, error.bytes_parsed, chunk);
        Outcome::Malformed
    }
}

impl<A: FnMut(&Head<'_>, u32) -> bool> Sink for RecordSink<'_, A> {
    fn message_begin(&mut self) {
        self.times.clock.begin(self.times.now);
    }

    fn head(&mut self, head: &Head<'_>) -> Verdict {
        self.times.clock.complete_head();
        self.state.no_content = head.framing == Framing::None;
        // What follows the head of CONNECT is never content.
        let is_content_first = head.upgrade
            && head.method.is_some_and(|method| method != Method::CONNECT)
            && matches!(head.framing, Framing::Length(_) | Framing::Chunked);
        let mut flags = flag_if(head.keep_alive, layout::KEEP_ALIVE)
            | flag_if(head.upgrade, layout::UPGRADE)
            | flag_if(self.state.no_content, layout::NO_CONTENT)
            | flag_if(is_content_first, layout::CONTENT_FIRST);
        if head.method.is_some() {
            flags |= verdict_flags(RequestVerdict::of(head, self.state.rules));
        }
        if (self.answers)(head, flags) {
            self.is_answered = true;
            return Verdict::Pause;
        }
        self.last = Some(self.out.len());
        let shown = head.fields.first(self.state.shown_fields);
        record::head(self.out, self.id, flags, head, &shown);
        if head.upgrade {
            Verdict::Pause
        } else {
            Verdict::Content
        }
    }

    fn content(&mut self, bytes: &[u8]) {
        let is_first = self.last.replace(self.out.len()).is_none();
        let stays = match self.attach {
            Attach::Nothing => false,
            Attach::Large => bytes.len() >= ATTACH_SIZE,
            Attach::First => is_first,
            Attach::All => true,
        };
        if !stays {
            record::bytes(self.out, Kind::Content, 0, self.id, bytes);
            return;
        }
        let at = bytes.as_ptr() as usize - self.chunk;
        record::attached_content(self.out, 0, self.id, bytes.len(), at);
        if self.attach == Attach::Large {
            self.attached.push(at..at + bytes.len());
        }
    }

    fn complete(&mut self, trailers: &Fields<'_>) {
        self.times.clock.complete();
        if std::mem::take(&mut self.state.no_content) {
            return;
        }
        self.last = Some(self.out.len());
        let shown = trailers.first(self.state.shown_fields);
        record::complete(self.out, self.id, 0, &shown);
    }
}

fn flag_if(is_so: bool, flag: u32) -> u32 {
    if is_so { flag } else { 0 }
}

fn verdict_flags(verdict: RequestVerdict) -> u32 {
    let expectation = match verdict.expectation {
        Expectation::None => 0,
        Expectation::Continue => layout::EXPECT_CONTINUE,
        Expectation::Other => layout::EXPECT_OTHER,
    };
    expectation
        | flag_if(verdict.is_untrusted, layout::UNTRUSTED)
        | flag_if(verdict.lacks_host, layout::LACKS_HOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ring::message_clock::MessageClock;

    /// The records of a server's input that comes in `chunks`.
    fn records(state: SinkState, attach: Attach, chunks: &[&[u8]]) -> Vec<Vec<u8>> {
        let clock = MessageClock::new(0);
        let mut state = state;
        let mut parser = Parser::new(Role::Server, Limits::default(), Leniency::default());
        let mut found = Vec::new();
        for chunk in chunks {
            let mut out = Vec::new();
            let times = MessageTimes {
                clock: &clock,
                now: 0,
            };
            let mut sink = RecordSink::new(&mut out, ConnId::NONE, &mut state, times, answers_none);
            sink.attach = attach;
            assert_eq!(sink.parse(&mut parser, chunk), Outcome::Parsed);
            found.extend(record::each(&out).map(<[u8]>::to_vec));
        }
        found
    }

    fn word(record: &[u8], at: u32) -> u32 {
        u32::from_ne_bytes(record.as_chunks().0[at as usize])
    }

    fn flags(record: &[u8]) -> u32 {
        word(record, layout::RECORD_HEAD) >> layout::FLAG_SHIFT & !layout::GROUP_END
    }

    #[test]
    fn fields_beyond_the_limit_are_not_shown() {
        let input = b"POST / HTTP/1.1\r\nHost: a\r\nA: 1\r\nTransfer-Encoding: chunked\r\n\r\n\
                      0\r\nX: 1\r\nY: 2\r\nZ: 3\r\n\r\n";
        for (limit, shown) in [(2, 2), (3, 3), (usize::MAX, 3), (1, 1)] {
            for piece in [1, input.len()] {
                let state = SinkState::new(RequestRules::default(), limit);
                let chunks: Vec<_> = input.chunks(piece).collect();
                let found = records(state, Attach::Nothing, &chunks);
                let [head, complete] = &found[..] else {
                    panic!("{} records", found.len());
                };
                assert_eq!(Kind::of(head), Some(Kind::Head));
                assert_eq!(Kind::of(complete), Some(Kind::Complete));
                assert_eq!(word(head, layout::HEAD_FIELDS), shown);
                assert_eq!(word(complete, layout::COMPLETE_FIELDS), shown);
            }
        }
    }

    #[test]
    fn only_content_with_which_a_chunk_begins_is_left_there() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n";
        let (first, second) = (format!("{head}abc"), format!("def{head}abcdef"));
        let state = SinkState::new(RequestRules::default(), usize::MAX);
        let chunks = [first.as_bytes(), second.as_bytes()];
        let found = records(state, Attach::First, &chunks);
        let content = found
            .iter()
            .filter(|one| Kind::of(one) == Some(Kind::Content));
        let attached = content.map(|one| flags(one) & layout::ATTACHED != 0);
        assert_eq!(attached.collect::<Vec<_>>(), [false, true, false]);
    }

    #[test]
    fn a_verdict_sees_fields_that_are_not_shown() {
        let rules = RequestRules {
            requires_host: true,
            strict_host: true,
            serves_untrusted: false,
        };
        for (fields, wanted) in [
            ("A: 1\r\nHost: a\r\n", 0),
            ("A: 1\r\n", layout::LACKS_HOST),
            ("Host: a\r\nHost: a\r\n", layout::UNTRUSTED),
        ] {
            let input = format!("GET / HTTP/1.1\r\n{fields}\r\n");
            let state = SinkState::new(rules, 1);
            let found = records(state, Attach::Nothing, &[input.as_bytes()]);
            let common = layout::KEEP_ALIVE | layout::NO_CONTENT;
            assert_eq!(flags(&found[0]), common | wanted, "{fields}");
        }
    }
}
