//! The protocol fed by JavaScript, for connections whose bytes come from any `Duplex`.
//!
//! A parser is a JavaScript object, with methods for what is called seldom. The functions that are called
//! for each chunk are on bare Node-API, and find the parser by its slot.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Instant;

use napi::Env;
use napi::bindgen_prelude::{JsValue, Object, Result};

use crate::bridge::call::Call;
use crate::bridge::function::{Callback, define};
use crate::bridge::options::{ParserSettings, announced};
use crate::protocol::{Role, Verdict};
use crate::ring::debug_log::note;
use crate::ring::message_clock::MessageClock;
use crate::ring::sink::Attach;
use crate::ring::stream::Stream;

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
    Callback::new(c"takeRecords", |call: &StreamCall<3>| {
        run(call, 1, |_, _| {})
    }),
    Callback::new(c"renew", renew),
];

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
    #[napi(constructor, catch_unwind)]
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
    #[napi(getter, catch_unwind)]
    pub fn slot(&self) -> u32 {
        self.slot as u32
    }

    /// Whether HTTP/1.1 requests need a Host field from now on.
    #[napi(catch_unwind)]
    pub fn set_require_host_header(&self, required: bool) {
        self.stream.borrow_mut().require_host(required);
    }

    /// The other protocol that was asked for is spoken from now on.
    #[napi(catch_unwind)]
    pub fn leave_http(&self) {
        self.stream.borrow_mut().leave_http();
    }

    /// No message is being received.
    #[napi(getter, catch_unwind)]
    pub fn is_between_messages(&self) -> bool {
        let stream = self.stream.borrow();
        stream.clock.is_between_messages() && !stream.in_message()
    }

    /// Nothing of a message has been received that is not complete.
    #[napi(getter, catch_unwind)]
    pub fn is_quiet(&self) -> bool {
        !self.stream.borrow().in_message()
    }

    /// Whether the message takes longer to arrive than the timeouts (in milliseconds, 0: none) allow.
    /// Told once.
    #[napi(catch_unwind)]
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
#[napi_derive::napi(catch_unwind)]
pub fn streams<'env>(env: &'env Env) -> Result<Object<'env>> {
    let target = Object::new(env)?;
    define(env.raw(), target.raw(), &Rc::new(()), &FUNCTIONS)?;
    Ok(target)
}

fn execute(call: &StreamCall<5>) -> i64 {
    let chunk = call.bytes(1);
    let length = call.uint(4) as usize;
    run(call, 2, |stream, now| match chunk.get(..length) {
        Some(read) if length > 0 => stream.parse(read, Attach::First, now),
        _ => stream.parse(chunk, Attach::All, now),
    })
}

fn read_content(call: &StreamCall<4>) -> i64 {
    let verdict = Verdict::content(call.uint(3) != 0);
    run(call, 1, |stream, now| stream.read_content(verdict, now))
}

fn renew(call: &StreamCall<2>) {
    let request = announced(call.uint(1));
    with_stream(call.uint(0), |stream| stream.renew(request, now()));
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
fn run<const N: usize>(
    call: &StreamCall<N>,
    arena: usize,
    f: impl FnOnce(&mut Stream, u64),
) -> i64 {
    let size = with_stream(call.uint(0), |stream| {
        stream.contain(|stream| f(stream, now()));
        let at = call.uint(arena + 1) as usize;
        let room = call.own_bytes(arena).get_mut(at..).unwrap_or_default();
        stream.take_records(room)
    });
    size.unwrap_or(0)
}

/// Whole milliseconds since the first parser was made.
fn now() -> u64 {
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGIN.elapsed().as_millis() as u64
}
