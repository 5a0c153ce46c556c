//! The protocol fed by JavaScript, for a connection whose bytes come from any `Duplex`.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::protocol::{ErrorKind, Parser, RequestKind, Verdict};
use crate::ring::debug_log::{Kinds, note};
use crate::ring::id::ConnId;
use crate::ring::layout::Kind;
use crate::ring::message_clock::{MessageClock, MessageTimes};
use crate::ring::panic::contain;
use crate::ring::record;
use crate::ring::sink::{Attach, Outcome, RecordSink, SinkState, answers_none};

/// Records of streams go straight to their connection: the id in them is not used.
const STREAM_ID: ConnId = ConnId::NONE;
/// Memory for records that a parser keeps from one chunk to the next.
const KEPT_SIZE: usize = 4 * 1024;

/// Parses one connection's input into records, which JavaScript reads as those of a native one.
#[derive(Debug)]
pub struct Stream {
    parser: Parser,
    state: SinkState,
    records: Vec<u8>,
    /// What came behind a head that asks for an upgrade, until the verdict.
    rest: Vec<u8>,
    dead: bool,
    pub clock: MessageClock,
    /// What notes call it.
    pub number: u32,
}

impl Stream {
    pub fn new(parser: Parser, state: SinkState, clock: MessageClock, rest: Vec<u8>) -> Self {
        Self {
            parser,
            state,
            records: Vec::new(),
            rest,
            dead: false,
            clock,
            number: next_number(),
        }
    }

    /// Parses a chunk at `now`, on the scale of the clock.
    pub fn parse(&mut self, chunk: &[u8], attach: Attach, now: u64) {
        if self.dead {
            return;
        }
        match self.read(Some(chunk), attach, now) {
            Outcome::Parsed | Outcome::Answered(_) => {}
            Outcome::Paused(consumed) => self.rest = chunk[consumed..].to_vec(),
            Outcome::Malformed => self.dead = true,
        }
    }

    /// Parses what came behind a head that asked for an upgrade.
    pub fn parse_rest(&mut self, now: u64) {
        let rest = std::mem::take(&mut self.rest);
        self.parse(&rest, Attach::Nothing, now);
    }

    /// The input has ended.
    pub fn finish(&mut self, now: u64) {
        if !self.dead {
            self.dead = true;
            self.read(None, Attach::Nothing, now);
        }
        record::plain(&mut self.records, Kind::End, 0, STREAM_ID);
    }

    /// The upgrade is accepted: nothing behind its head is HTTP.
    pub fn leave_http(&mut self) {
        self.parser.resume(Verdict::Upgrade);
        self.rest = Vec::new();
        self.dead = true;
    }

    /// The upgrade is declined, or comes later: parsing goes on with what came behind its head.
    pub fn read_content(&mut self, verdict: Verdict, now: u64) {
        self.parser.resume(verdict);
        self.parse_rest(now);
    }

    /// Makes records of a chunk, or of the end of the input.
    fn read(&mut self, chunk: Option<&[u8]>, attach: Attach, now: u64) -> Outcome {
        let times = MessageTimes {
            clock: &self.clock,
            now,
        };
        let first = self.records.len();
        let mut sink = RecordSink::new(
            &mut self.records,
            STREAM_ID,
            &mut self.state,
            times,
            answers_none,
        );
        sink.attach = attach;
        let outcome = match chunk {
            Some(chunk) => sink.parse(&mut self.parser, chunk),
            None => sink.finish(&mut self.parser),
        };
        let number = self.number;
        note!("stream {number} parsed: {}", Kinds(&self.records[first..]));
        outcome
    }

    /// Goes on as a new parser with the same options, of the response to a request of this kind.
    pub fn renew(&mut self, request: RequestKind, now: u64) {
        let shown_fields = self.state.shown_fields;
        *self = Self::new(
            self.parser.renewed(),
            SinkState::new(self.state.rules, shown_fields),
            MessageClock::new(now),
            Vec::new(),
        );
        self.parser.expect_response(request);
    }

    /// Copies the records to `arena` if there is room. Returns their size, negated if there is not.
    pub fn take_records(&mut self, arena: &mut [u8]) -> i64 {
        let size = self.records.len();
        let Some(room) = arena.get_mut(..size) else {
            return -(size as i64);
        };
        room.copy_from_slice(&self.records);
        self.records.clear();
        self.records.shrink_to(KEPT_SIZE);
        size as i64
    }

    // ---- what JavaScript asks ----

    /// Whether HTTP/1.1 requests need a Host field from now on.
    pub fn require_host(&mut self, required: bool) {
        self.state.rules.requires_host = required;
    }

    /// A message has begun to arrive, and is not complete.
    pub fn in_message(&self) -> bool {
        self.parser.in_message()
    }

    /// Runs `work`. A panic in it makes the input malformed, and leaves nothing half written: JavaScript ends the
    /// connection.
    pub fn contain(&mut self, work: impl FnOnce(&mut Self)) {
        let whole = self.records.len();
        if contain(|| work(self)).is_none() {
            self.dead = true;
            self.records.truncate(whole);
            record::malformed(&mut self.records, STREAM_ID, ErrorKind::Internal, 0, &[]);
        }
    }
}

/// A number for notes of what goes on.
fn next_number() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Leniency, Limits, RequestRules, Role};

    const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    fn taken(stream: &mut Stream) -> Vec<Kind> {
        let mut arena = [0; 1024];
        let size = stream.take_records(&mut arena) as usize;
        assert!(record::are_whole(&arena[..size]));
        record::each(&arena[..size]).filter_map(Kind::of).collect()
    }

    #[test]
    fn a_panic_makes_the_input_malformed() {
        let parser = Parser::new(Role::Server, Limits::default(), Leniency::default());
        let state = SinkState::new(RequestRules::default(), usize::MAX);
        let mut stream = Stream::new(parser, state, MessageClock::new(0), Vec::new());
        stream.contain(|stream| stream.parse(GET, Attach::Nothing, 0));
        stream.contain(|stream| {
            stream.parse(GET, Attach::Nothing, 0);
            stream.records.push(0);
            panic!("a test asked for it");
        });
        assert_eq!(taken(&mut stream), [Kind::Head, Kind::Malformed]);
        stream.parse(GET, Attach::Nothing, 0);
        assert_eq!(taken(&mut stream), [], "nothing behind it is understood");
    }
}
