//! The functions that send. Their results: 0, all is handed over; a positive number, this many bytes
//! wait; a negative number, the error number negated; `CLOSED`, there is no such connection.

use std::ptr;
use std::sync::{Arc, MutexGuard};

use napi::sys;

use crate::bridge::call::FastCall;
use crate::bridge::content::release_token;
use crate::bridge::options::announced;
use crate::io::{BORROW_SIZE, Connection, Outgoing, Sent};
use crate::ring::debug_log::note;
use crate::ring::layout::write;

/// Result for a connection that is not there (any more).
const CLOSED: i64 = write::CLOSED as i64;
/// Room for text on its way out that is kept from one call to the next.
const SCRATCH_SIZE: usize = 64 * 1024;

/// `sendText(id, text, flags)`.
pub fn send_text(call: &FastCall<3>) -> i64 {
    let flags = call.uint(2);
    let kept = &call.environment().scratch;
    let mut scratch = kept.take();
    let latin1 = flags & write::LATIN1 != 0;
    let length = read_text(call.env, call.value(1), latin1, &mut scratch);
    let result = send(call, &scratch[..length], flags, || None);
    // What one large text took is given back.
    if scratch.len() > 1 << 20 {
        scratch.truncate(SCRATCH_SIZE);
        scratch.shrink_to_fit();
    }
    kept.replace(scratch);
    result
}

/// `sendBytes(id, bytes, flags)`.
pub fn send_bytes(call: &FastCall<3>) -> i64 {
    send(call, call.bytes(1), call.uint(2), || call.borrow(1))
}

/// `flush(id)`: sends what was kept back with `MORE`, and goes on with memory of JavaScript's.
pub fn flush(call: &FastCall<1>) -> i64 {
    with_connection(call, |connection| {
        let mut outgoing = connection.outgoing();
        let reported = outgoing.is_reported();
        let sent = outgoing.flush(Some(&call.memory()));
        after(call, connection, outgoing, reported, sent)
    })
}

/// Sends one piece. `borrow` makes a token for its memory if that is JavaScript's.
fn send(call: &FastCall<3>, bytes: &[u8], flags: u32, borrow: impl Fn() -> Option<usize>) -> i64 {
    with_connection(call, |connection| {
        // A request's first piece says what its answer will be.
        if flags & write::EXPECT != 0 {
            connection.request.announce(announced(flags));
        }
        let mut outgoing = connection.outgoing();
        if flags & write::MORE != 0 {
            // A large piece is not copied.
            match (bytes.len() >= BORROW_SIZE).then(borrow).flatten() {
                Some(token) => outgoing.hold_borrowed(token, bytes.len()),
                None => outgoing.hold(bytes),
            }
            release_sent(call, &mut outgoing);
            return 0;
        }
        if flags & write::END != 0 {
            for _ in 0..=flags / write::MORE_ENDS {
                connection.response_ends(&mut outgoing);
            }
        }
        if flags & write::DEFER != 0
            && connection.is_led_by_thread()
            && let Some(is_news) = outgoing.defer(bytes)
        {
            drop(outgoing);
            connection.idle_clock.touch(call.environment().now());
            note!(
                "{} leaves {} bytes to the I/O thread",
                connection.id,
                bytes.len()
            );
            if is_news {
                connection.send_soon();
            }
            return 0;
        }
        // With what was kept back.
        let length = outgoing.pending() + bytes.len();
        let sent = outgoing.send(bytes, &call.memory(), borrow);
        note!("{} sends {length} bytes: {sent:?}", connection.id);
        after(call, connection, outgoing, false, sent)
    })
}

/// Runs `f` with the connection of the first argument.
fn with_connection<const N: usize>(
    call: &FastCall<N>,
    f: impl FnOnce(&Arc<Connection>) -> i64,
) -> i64 {
    let result = call.environment().with_connection(call.uint(0), f);
    result.unwrap_or(CLOSED)
}

/// What follows a send; `reported`: JavaScript waits to hear that all has left.
fn after<const N: usize>(
    call: &FastCall<N>,
    connection: &Arc<Connection>,
    mut outgoing: MutexGuard<'_, Outgoing>,
    reported: bool,
    sent: Sent,
) -> i64 {
    let environment = call.environment();
    connection.idle_clock.touch(environment.now());
    release_sent(call, &mut outgoing);
    match sent {
        Sent::All => {
            let after = outgoing.take_after();
            drop(outgoing);
            environment.flushed(connection, after, reported);
            0
        }
        // Memory is read on this thread, so that nothing starves here.
        Sent::Pending(_) | Sent::Starved => {
            (outgoing.pending() as i64).clamp(1, i64::from(i32::MAX))
        }
        Sent::Failed(errno) => {
            drop(outgoing);
            connection.end_behind_input(errno);
            -i64::from(errno)
        }
        Sent::Closed => CLOSED,
    }
}

/// Lets go of memory that is not needed any more.
fn release_sent<const N: usize>(call: &FastCall<N>, outgoing: &mut Outgoing) {
    for token in outgoing.take_released() {
        release_token(call.env, token);
    }
}

/// Encodes `text` into `scratch`, which grows as needed; returns the number of bytes.
fn read_text(
    env: sys::napi_env,
    text: sys::napi_value,
    latin1: bool,
    scratch: &mut Vec<u8>,
) -> usize {
    let read = if latin1 {
        sys::napi_get_value_string_latin1
    } else {
        sys::napi_get_value_string_utf8
    };
    if scratch.len() < SCRATCH_SIZE {
        scratch.resize(SCRATCH_SIZE, 0);
    }
    loop {
        let mut length = 0;
        // SAFETY: `scratch` has the room that is stated. Anything but a string leaves 0.
        unsafe {
            read(
                env,
                text,
                scratch.as_mut_ptr().cast(),
                scratch.len(),
                &mut length,
            )
        };
        // One byte is for the terminator; a character of UTF-8 that did not fit is left out whole.
        if length + 4 < scratch.len() {
            return length;
        }
        let mut needed = 0;
        // SAFETY: asks for the length only.
        unsafe { read(env, text, ptr::null_mut(), 0, &mut needed) };
        if needed == length {
            return length;
        }
        scratch.resize(needed + 8, 0);
    }
}
