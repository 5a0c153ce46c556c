//! Turns the parser's events into records.

use std::ops::Range;

use crate::protocol::{
    Expectation, Fields, Framing, Head, Method, ParseError, Parser, RequestRules, RequestVerdict,
    Sink, State, Verdict,
};
use crate::ring::id::ConnId;
use crate::ring::layout::{self, Kind};
use crate::ring::record;

/// Content from this size on travels beside the records: that saves copying it into them, and from
/// there to where JavaScript reads them.
const ATTACH_SIZE: usize = 8 * 1024;

/// Is told where messages begin and end, beside the records.
pub trait Observer {
    fn message_begins(&mut self) {}
    fn head_is_complete(&mut self) {}
    fn message_is_complete(&mut self) {}
    /// Whether it answers the request with this head itself; what follows waits for it.
    fn answers(&mut self, _head: &Head<'_>, _flags: u32) -> bool {
        false
    }
}

impl Observer for () {}

/// What the records of one connection depend on, kept from one chunk to the next.
#[derive(Clone, Copy, Debug)]
pub struct SinkState {
    pub rules: RequestRules,
    /// Fields of a head or trailer section that JavaScript is shown (`maxHeadersCount`).
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

/// What content is left in the chunk, instead of being copied into its record.
#[derive(Debug, Default)]
enum Attachments {
    #[default]
    None,
    /// From `ATTACH_SIZE` on; where it is in the chunk.
    Large(Vec<Range<usize>>),
    All,
    /// What the first record of the chunk tells.
    First,
}

/// Appends the records of one chunk to `out`.
#[derive(Debug)]
pub struct RecordSink<'a, O> {
    pub out: &'a mut Vec<u8>,
    pub id: ConnId,
    pub state: &'a mut SinkState,
    pub observer: O,
    attachments: Attachments,
    /// Where the chunk begins in memory.
    chunk: usize,
    /// Where the newest record begins.
    last: Option<usize>,
    /// The observer answers the newest head.
    is_answered: bool,
}

/// What became of a chunk.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    Parsed,
    /// A head asks for an upgrade; so many bytes of the chunk belong to it and what was before.
    Paused(usize),
    /// The observer answers a head, which nothing was told of; so many bytes are before its end.
    Answered(usize),
    Malformed,
}

impl<'a, O: Observer> RecordSink<'a, O> {
    pub fn new(out: &'a mut Vec<u8>, id: ConnId, state: &'a mut SinkState, observer: O) -> Self {
        Self {
            out,
            id,
            state,
            observer,
            attachments: Attachments::None,
            chunk: 0,
            last: None,
            is_answered: false,
        }
    }

    /// Large content stays in the chunk that is parsed next; `take_attached` tells where.
    pub fn may_attach(&mut self) {
        self.attachments = Attachments::Large(Vec::new());
    }

    /// All content stays in the chunk that is parsed next; its records tell where.
    pub fn attach_all(&mut self) {
        self.attachments = Attachments::All;
    }

    /// Content with which the chunk that is parsed next begins stays there; its record tells where.
    pub fn attach_first(&mut self) {
        self.attachments = Attachments::First;
    }

    /// The content that was left in the chunk, in the order of its records.
    pub fn take_attached(&mut self) -> Vec<Range<usize>> {
        match std::mem::take(&mut self.attachments) {
            Attachments::Large(ranges) => ranges,
            _ => Vec::new(),
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

impl<O: Observer> Sink for RecordSink<'_, O> {
    fn message_begin(&mut self) {
        self.observer.message_begins();
    }

    fn head(&mut self, head: &Head<'_>) -> Verdict {
        self.observer.head_is_complete();
        let mut flags = 0;
        if head.keep_alive {
            flags |= layout::KEEP_ALIVE;
        }
        if head.upgrade {
            flags |= layout::UPGRADE;
        }
        self.state.no_content = head.framing == Framing::None;
        if self.state.no_content {
            flags |= layout::NO_CONTENT;
        }
        // What follows the head of CONNECT is never content.
        if head.upgrade
            && head.method.is_some_and(|method| method != Method::CONNECT)
            && matches!(head.framing, Framing::Length(_) | Framing::Chunked)
        {
            flags |= layout::CONTENT_FIRST;
        }
        if head.method.is_some() {
            flags |= verdict_flags(RequestVerdict::of(head, self.state.rules));
        }
        if self.observer.answers(head, flags) {
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
        let at = bytes.as_ptr() as usize - self.chunk;
        match &mut self.attachments {
            Attachments::Large(ranges) if bytes.len() >= ATTACH_SIZE => {
                ranges.push(at..at + bytes.len());
                record::attached_content(self.out, 0, self.id, bytes.len(), at);
            }
            Attachments::All => record::attached_content(self.out, 0, self.id, bytes.len(), at),
            Attachments::First if is_first => {
                record::attached_content(self.out, 0, self.id, bytes.len(), at);
            }
            _ => record::bytes(self.out, Kind::Content, 0, self.id, bytes),
        }
    }

    fn complete(&mut self, trailers: &Fields<'_>) {
        self.observer.message_is_complete();
        if std::mem::take(&mut self.state.no_content) {
            return;
        }
        self.last = Some(self.out.len());
        let shown = trailers.first(self.state.shown_fields);
        record::complete(self.out, self.id, 0, &shown);
    }
}

fn verdict_flags(verdict: RequestVerdict) -> u32 {
    let mut flags = match verdict.expectation {
        Expectation::None => 0,
        Expectation::Continue => layout::EXPECT_CONTINUE,
        Expectation::Other => layout::EXPECT_OTHER,
    };
    if verdict.is_untrusted {
        flags |= layout::UNTRUSTED;
    }
    if verdict.lacks_host {
        flags |= layout::LACKS_HOST;
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Leniency, Limits, Role};
    use crate::ring::record::size;

    /// Kind and flags, and the word behind the id, of each record of a server's input.
    fn records(input: &str, state: SinkState, piece: usize) -> Vec<(u32, u32, u32)> {
        let mut out = Vec::new();
        let mut state = state;
        let mut parser = Parser::new(Role::Server, Limits::default(), Leniency::default());
        for chunk in input.as_bytes().chunks(piece) {
            let mut sink = RecordSink::new(&mut out, ConnId::NONE, &mut state, ());
            assert_eq!(sink.parse(&mut parser, chunk), Outcome::Parsed);
        }
        let word = |at: usize| u32::from_ne_bytes(out[at..at + 4].try_into().unwrap());
        let mut found = Vec::new();
        let mut at = 0;
        while at < out.len() {
            let (kind, flags) = (word(at) & 0xff, word(at) >> 8);
            let fields = if kind == Kind::Head as u32 { 20 } else { 12 };
            found.push((kind, flags & !layout::GROUP_END, word(at + fields)));
            at += size(&out[at..]);
        }
        found
    }

    #[test]
    fn fields_beyond_the_limit_are_not_shown() {
        let input = "POST / HTTP/1.1\r\nHost: a\r\nA: 1\r\nTransfer-Encoding: chunked\r\n\r\n\
                     0\r\nX: 1\r\nY: 2\r\nZ: 3\r\n\r\n";
        for (shown, head, trailers) in [(2, 2, 2), (3, 3, 3), (usize::MAX, 3, 3), (1, 1, 1)] {
            for piece in [1, input.len()] {
                let found = records(input, SinkState::new(RequestRules::default(), shown), piece);
                let counts: Vec<_> = found
                    .iter()
                    .map(|(kind, _, count)| (*kind, *count))
                    .collect();
                let wanted = [(Kind::Head as u32, head), (Kind::Complete as u32, trailers)];
                assert_eq!(counts, wanted, "{shown} fields, pieces of {piece}");
            }
        }
    }

    #[test]
    fn only_content_with_which_a_chunk_begins_is_left_there() {
        let mut parser = Parser::new(Role::Server, Limits::default(), Leniency::default());
        let mut state = SinkState::new(RequestRules::default(), usize::MAX);
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n";
        let mut attached = Vec::new();
        for chunk in [&format!("{head}abc"), &format!("def{head}abcdef")] {
            let mut out = Vec::new();
            let mut sink = RecordSink::new(&mut out, ConnId::NONE, &mut state, ());
            sink.attach_first();
            assert_eq!(sink.parse(&mut parser, chunk.as_bytes()), Outcome::Parsed);
            let mut at = 0;
            while at < out.len() {
                let word = u32::from_ne_bytes(out[at..at + 4].try_into().unwrap());
                if word & 0xff == Kind::Content as u32 {
                    attached.push(word >> 8 & layout::ATTACHED != 0);
                }
                at += size(&out[at..]);
            }
        }
        assert_eq!(attached, [false, true, false]);
    }

    #[test]
    fn a_verdict_sees_fields_that_are_not_shown() {
        let rules = RequestRules {
            requires_host: true,
            strict_host: true,
            serves_untrusted: false,
        };
        let flags = |input: &str| records(input, SinkState::new(rules, 1), input.len())[0].1;
        let common = layout::KEEP_ALIVE | layout::NO_CONTENT;
        assert_eq!(flags("GET / HTTP/1.1\r\nA: 1\r\nHost: a\r\n\r\n"), common);
        let lacks = common | layout::LACKS_HOST;
        assert_eq!(flags("GET / HTTP/1.1\r\nA: 1\r\n\r\n"), lacks);
        let untrusted = common | layout::UNTRUSTED;
        let two = "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n";
        assert_eq!(flags(two), untrusted);
    }
}
