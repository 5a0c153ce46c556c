//! The protocol fed by JavaScript, for connections whose bytes come from any `Duplex`.
//!
//! A parser is a JavaScript object, with methods for what is called seldom. The functions that are called
//! for each chunk are on bare Node-API, and find the parser by its slot.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use napi::Env;
use napi::bindgen_prelude::{JsValue, Object, Result};

use crate::bridge::call::Call;
use crate::bridge::function::{Callback, define};
use crate::bridge::options::{ParserSettings, announced};
use crate::protocol::{Parser, RequestKind, Role, Verdict};
use crate::ring::debug_log::{Kinds, note};
use crate::ring::layout::Kind;
use crate::ring::message_clock::{MessageClock, MessageTimes};
use crate::ring::sink::{Attach, Outcome, RecordSink, SinkState, answers_none};
use crate::ring::{ConnId, record};

type StreamCall<const N: usize> = Call<N, ()>;

const FUNCTIONS: [Callback<()>; 6] = [
    Callback::new(c"execute", execute),
    Callback::new(c"finish", |call: &StreamCall<3>| {
        run(call, 1, Stream::finish)
    }),
    Callback::new(c"takeRest", |call: &StreamCall<3>| {
        run(call, 1, Stream::parse_rest)
    }),
    Callback::new(c"readContent", read_content),
    Callback::new(c"takeRecords", |call: &StreamCall<3>| run(call, 1, |_| {})),
    Callback::new(c"renew", renew),
];

/// Parses one connection's input into records, which JavaScript reads as those of a native one.
struct Stream {
    parser: Parser,
    state: SinkState,
    records: Vec<u8>,
    /// What came behind a head that asks for an upgrade, until the verdict.
    rest: Vec<u8>,
    dead: bool,
    clock: MessageClock,
    /// What notes call it.
    number: u32,
}

impl Stream {
    fn new(parser: Parser, state: SinkState, clock: MessageClock, rest: Vec<u8>) -> Self {
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

    fn parse(&mut self, chunk: &[u8], attach: Attach) {
        if self.dead {
            return;
        }
        match self.read(Some(chunk), attach) {
            Outcome::Parsed | Outcome::Answered(_) => {}
            Outcome::Paused(consumed) => self.rest = chunk[consumed..].to_vec(),
            Outcome::Malformed => self.dead = true,
        }
    }

    /// Parses what came behind a head that asked for an upgrade.
    fn parse_rest(&mut self) {
        let rest = std::mem::take(&mut self.rest);
        self.parse(&rest, Attach::Nothing);
    }

    /// The input has ended.
    fn finish(&mut self) {
        if !self.dead {
            self.dead = true;
            self.read(None, Attach::Nothing);
        }
        record::plain(&mut self.records, Kind::End, 0, STREAM_ID);
    }

    /// The upgrade is accepted: nothing behind its head is HTTP.
    fn leave_http(&mut self) {
        self.parser.resume(Verdict::Upgrade);
        self.rest = Vec::new();
        self.dead = true;
    }

    /// The upgrade is declined, or comes later: parsing goes on with what came behind its head.
    fn read_content(&mut self, verdict: Verdict) {
        self.parser.resume(verdict);
        self.parse_rest();
    }

    /// Makes records of a chunk, or of the end of the input.
    fn read(&mut self, chunk: Option<&[u8]>, attach: Attach) -> Outcome {
        let times = MessageTimes {
            clock: &self.clock,
            now: now(),
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
    fn renew(&mut self, request: RequestKind) {
        let shown_fields = self.state.shown_fields;
        *self = Self::new(
            self.parser.renewed(),
            SinkState::new(self.state.rules, shown_fields),
            MessageClock::new(now()),
            Vec::new(),
        );
        self.parser.expect_response(request);
    }

    /// Copies the records to `arena` if there is room. Returns their size, negated if there is not.
    fn take_records(&mut self, arena: &mut [u8]) -> i64 {
        let size = self.records.len();
        let Some(room) = arena.get_mut(..size) else {
            return -(size as i64);
        };
        room.copy_from_slice(&self.records);
        self.records.clear();
        self.records.shrink_to(KEPT_SIZE);
        size as i64
    }
}

// ---- the class ----

/// A parser that JavaScript feeds. It lives as long as this object.
#[napi_derive::napi]
pub struct StreamParser {
    slot: usize,
    stream: Shared,
}

#[napi_derive::napi]
impl StreamParser {
    /// A parser of responses if `client`, else of requests.
    #[napi(constructor)]
    pub fn new(client: bool, settings: &ParserSettings) -> Self {
        let role = if client { Role::Client } else { Role::Server };
        let (parser, state) = settings.0.begin(role);
        Self::of(Stream::new(
            parser,
            state,
            MessageClock::new(now()),
            Vec::new(),
        ))
    }

    fn of(stream: Stream) -> Self {
        let stream = Rc::new(RefCell::new(stream));
        let slot = STREAMS.with_borrow_mut(|streams| streams.add(stream.clone()));
        Self { slot, stream }
    }

    /// What the functions of `streams` know it by.
    #[napi(getter)]
    pub fn slot(&self) -> u32 {
        self.slot as u32
    }

    /// Whether HTTP/1.1 requests need a Host field from now on.
    #[napi]
    pub fn set_require_host_header(&self, required: bool) {
        self.stream.borrow_mut().state.rules.requires_host = required;
    }

    /// The other protocol that was asked for is spoken from now on.
    #[napi]
    pub fn leave_http(&self) {
        self.stream.borrow_mut().leave_http();
    }

    /// No message is being received.
    #[napi(getter)]
    pub fn is_between_messages(&self) -> bool {
        let stream = self.stream.borrow();
        stream.clock.is_between_messages() && !stream.parser.in_message()
    }

    /// Nothing of a message has been received that is not complete.
    #[napi(getter)]
    pub fn is_quiet(&self) -> bool {
        !self.stream.borrow().parser.in_message()
    }

    /// Whether the message takes longer to arrive than the timeouts (in milliseconds, 0: none) allow.
    /// Told once.
    #[napi]
    pub fn is_expired(&self, headers_timeout: u32, request_timeout: u32) -> bool {
        let stream = self.stream.borrow();
        stream
            .clock
            .is_expired(now(), headers_timeout, request_timeout)
    }
}

#[cfg(unix)]
impl StreamParser {
    /// Goes on where the parser of a native connection was.
    pub fn from_native(input: crate::io::ParsedInput) -> Self {
        let clock = input.message_clock.on_other_scale(input.now, now());
        let stream = Stream::new(input.parser, input.sink_state, clock, input.unparsed.into());
        let number = stream.number;
        note!("stream {number} goes on where a native connection was");
        Self::of(stream)
    }
}

impl Drop for StreamParser {
    fn drop(&mut self) {
        // With the thread, all of them are gone.
        let _ = STREAMS.try_with(|streams| streams.borrow_mut().remove(self.slot));
    }
}

/// A number for notes of what goes on.
fn next_number() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

// ---- the functions that are called for each chunk ----

type Shared = Rc<RefCell<Stream>>;

thread_local! {
    /// The parsers of this thread's environment.
    static STREAMS: RefCell<Streams> = RefCell::default();
}

/// Parsers by slot.
#[derive(Default)]
struct Streams {
    slots: Vec<Option<Shared>>,
    free: Vec<usize>,
}

impl Streams {
    fn add(&mut self, stream: Shared) -> usize {
        let slot = self.free.pop().unwrap_or(self.slots.len());
        if slot == self.slots.len() {
            self.slots.push(None);
        }
        self.slots[slot] = Some(stream);
        slot
    }

    fn remove(&mut self, slot: usize) {
        self.slots[slot] = None;
        self.free.push(slot);
    }
}

/// Functions over all parsers. Each writes records to an arena, which is the caller's own, from a place
/// on:
/// - `execute(slot, chunk, arena, at)`; a fifth argument is a number of bytes: only these of `chunk` are
///   parsed, whose memory stays as it is only until the first record has been handled;
/// - `finish(slot, arena, at)`;
/// - `takeRest(slot, arena, at)`, for what a native connection has left unparsed;
/// - `readContent(slot, arena, at, upgrades)`, for an upgrade that is declined, or that comes behind the
///   content.
///
/// They return the size of the records; negated if that is no room, and then
/// `takeRecords(slot, arena, at)` takes them.
///
/// `renew(slot, flags)` makes a parser of responses a new one: what it parses next answers the request
/// that the flags of a write announce.
#[napi_derive::napi]
pub fn streams<'env>(env: &'env Env) -> Result<Object<'env>> {
    let target = Object::new(env)?;
    define(env.raw(), target.raw(), &Rc::new(()), &FUNCTIONS)?;
    Ok(target)
}

fn execute(call: &StreamCall<5>) -> i64 {
    let chunk = call.bytes(1);
    let length = call.uint(4) as usize;
    run(call, 2, |stream| match chunk.get(..length) {
        Some(read) if length > 0 => stream.parse(read, Attach::First),
        _ => stream.parse(chunk, Attach::All),
    })
}

fn read_content(call: &StreamCall<4>) -> i64 {
    let verdict = Verdict::content(call.uint(3) != 0);
    run(call, 1, |stream| stream.read_content(verdict))
}

fn renew(call: &StreamCall<2>) {
    let request = announced(call.uint(1));
    with_stream(call.uint(0), |stream| stream.renew(request));
}

/// Runs `f` with the parser of this slot.
fn with_stream<R>(slot: u32, f: impl FnOnce(&mut Stream) -> R) -> Option<R> {
    STREAMS.with_borrow(|streams| {
        let stream = streams.slots.get(slot as usize)?.as_ref()?;
        Some(f(&mut stream.borrow_mut()))
    })
}

/// Runs `f` with the parser whose slot is the first argument, and takes its records to the arena that is
/// argument `arena`, with the place behind it. Both are JavaScript's business until the next call.
fn run<const N: usize>(call: &StreamCall<N>, arena: usize, f: impl FnOnce(&mut Stream)) -> i64 {
    let size = with_stream(call.uint(0), |stream| {
        f(stream);
        let at = call.uint(arena + 1) as usize;
        let room = call.own_bytes(arena).get_mut(at..).unwrap_or_default();
        stream.take_records(room)
    });
    size.unwrap_or(0)
}

/// Records of streams go straight to their connection: the id in them is not used.
const STREAM_ID: ConnId = ConnId::NONE;
/// Memory for records that a parser keeps from one chunk to the next.
const KEPT_SIZE: usize = 4 * 1024;

/// Whole milliseconds since the first parser was made.
fn now() -> u64 {
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGIN.elapsed().as_millis() as u64
}
