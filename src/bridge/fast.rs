//! The functions called for each request or batch, on bare Node-API: no class to unwrap, no
//! argument converted twice.
//!
//! The results of the sending functions: 0, all is in the kernel; a positive number, so many bytes
//! wait; a negative number, the error number negated; `CLOSED`, there is no such connection.

use std::ffi::{CStr, c_void};
use std::ptr;
use std::rc::Rc;
use std::sync::{Arc, MutexGuard};

use napi::{Result, sys};

use crate::bridge::chunk;
use crate::bridge::environment::Environment;
use crate::bridge::wake::check;
use crate::io::{Connection, Outgoing, Pinned, Segment, Sent};
use crate::protocol::RequestKind;
use crate::ring::ConnId;
use crate::ring::layout::write;

/// Result for a connection that is not there (any more).
const CLOSED: i64 = i32::MIN as i64;
/// From this size on, memory is kept alive instead of copied when it has to wait.
const PIN_SIZE: usize = 16 * 1024;

/// Puts `drain`, `flush`, `setArena`, `takeChunk`, `sendText` and `sendBytes` on `target`.
pub fn define(env: sys::napi_env, target: sys::napi_value, of: &Rc<Environment>) -> Result<()> {
    let functions: [(&CStr, sys::napi_callback); 6] = [
        (c"drain", Some(drain)),
        (c"flush", Some(flush)),
        (c"setArena", Some(set_arena)),
        (c"takeChunk", Some(chunk::take)),
        (c"sendText", Some(send_text)),
        (c"sendBytes", Some(send_bytes)),
    ];
    for (name, callback) in functions {
        // Given back when the function is gone.
        let data = Rc::into_raw(of.clone()).cast_mut().cast();
        let mut function = ptr::null_mut();
        // SAFETY: plain Node-API calls with valid pointers.
        unsafe {
            check(sys::napi_create_function(
                env,
                name.as_ptr(),
                name.count_bytes() as isize,
                callback,
                data,
                &mut function,
            ))?;
            check(sys::napi_set_named_property(
                env,
                target,
                name.as_ptr(),
                function,
            ))?;
            check(sys::napi_add_finalizer(
                env,
                function,
                data,
                Some(release_environment),
                ptr::null_mut(),
                ptr::null_mut(),
            ))?;
        }
    }
    Ok(())
}

/// A function is gone, at the latest with the JavaScript environment.
unsafe extern "C" fn release_environment(_: sys::napi_env, data: *mut c_void, _: *mut c_void) {
    // SAFETY: made by `Rc::into_raw` in `define`, for this function alone.
    drop(unsafe { Rc::from_raw(data.cast_const().cast::<Environment>()) });
}

/// Arguments and environment of a call.
pub(super) struct Call<const N: usize> {
    pub env: sys::napi_env,
    arguments: [sys::napi_value; N],
    data: *mut c_void,
}

impl<const N: usize> Call<N> {
    /// # Safety
    /// Must be called with what Node passed to a callback made by `define`.
    pub unsafe fn new(env: sys::napi_env, info: sys::napi_callback_info) -> Self {
        let mut arguments = [ptr::null_mut(); N];
        let mut count = N;
        let mut data = ptr::null_mut();
        // SAFETY: `arguments` has room for `count` values. Missing ones become undefined.
        unsafe {
            sys::napi_get_cb_info(
                env,
                info,
                &mut count,
                arguments.as_mut_ptr(),
                ptr::null_mut(),
                &mut data,
            );
        }
        Self {
            env,
            arguments,
            data,
        }
    }

    pub fn environment(&self) -> &Environment {
        // SAFETY: `define` leaked an `Rc` for this pointer.
        unsafe { &*self.data.cast::<Environment>() }
    }

    fn uint(&self, at: usize) -> u32 {
        let mut value = 0;
        // SAFETY: a valid value and out-pointer; anything but a number leaves 0.
        unsafe { sys::napi_get_value_uint32(self.env, self.arguments[at], &mut value) };
        value
    }

    /// The memory of a Uint8Array.
    pub(super) fn bytes(&self, at: usize) -> (*mut u8, usize) {
        let mut data = ptr::null_mut();
        let mut length = 0;
        // SAFETY: valid out-pointers; anything but a buffer leaves them empty.
        unsafe { sys::napi_get_buffer_info(self.env, self.arguments[at], &mut data, &mut length) };
        (data.cast(), length)
    }

    /// A reference that keeps the argument alive; to be deleted by whoever has the token.
    pub(super) fn reference(&self, at: usize) -> Option<usize> {
        let mut reference = ptr::null_mut();
        // SAFETY: a valid value and out-pointer.
        let status =
            unsafe { sys::napi_create_reference(self.env, self.arguments[at], 1, &mut reference) };
        (status == sys::Status::napi_ok).then_some(reference as usize)
    }

    fn number(&self, value: i64) -> sys::napi_value {
        let mut result = ptr::null_mut();
        // SAFETY: a valid out-pointer.
        unsafe { sys::napi_create_int64(self.env, value, &mut result) };
        result
    }
}

/// `drain(offset)`: see `Environment::drain`.
unsafe extern "C" fn drain(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    let call = unsafe { Call::<1>::new(env, info) };
    let offset = call.uint(0) as usize;
    call.number(call.environment().drain(env, offset))
}

/// `setArena(buffer)`: where records go from now on.
unsafe extern "C" fn set_arena(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    let call = unsafe { Call::<1>::new(env, info) };
    call.environment().arena.set(call.bytes(0));
    ptr::null_mut()
}

/// `sendText(id, text, flags)`.
unsafe extern "C" fn send_text(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    let call = unsafe { Call::<3>::new(env, info) };
    let (id, flags) = (ConnId::from_raw(call.uint(0)), call.uint(2));
    let environment = call.environment();
    let mut scratch = environment.scratch.borrow_mut();
    let length = read_text(
        env,
        call.arguments[1],
        flags & write::LATIN1 != 0,
        &mut scratch,
    );
    let result = environment.with_connection(id, |connection| {
        announce(connection, flags);
        let mut outgoing = connection.outgoing();
        let blocked = outgoing.is_blocked();
        let mut done = environment.released.borrow_mut();
        if flags & write::DEFER != 0 && outgoing.defer_bytes(&scratch[..length]) {
            deferred(environment, connection, outgoing, flags);
            return 0;
        }
        let sent = if flags & write::MORE != 0 {
            outgoing.hold_bytes(&scratch[..length]);
            Sent::All
        } else {
            outgoing.send_bytes(&scratch[..length], &mut done)
        };
        drop(outgoing);
        after(environment, connection, flags, blocked, sent)
    });
    if scratch.len() > 1 << 20 {
        scratch.truncate(64 * 1024);
        scratch.shrink_to_fit();
    }
    drop(scratch);
    environment.release_written(env);
    call.number(result.unwrap_or(CLOSED))
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

/// `sendBytes(id, bytes, flags)`.
unsafe extern "C" fn send_bytes(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    let call = unsafe { Call::<3>::new(env, info) };
    let (id, flags) = (ConnId::from_raw(call.uint(0)), call.uint(2));
    let (address, length) = call.bytes(1);
    let environment = call.environment();
    let result = environment.with_connection(id, |connection| {
        announce(connection, flags);
        let mut outgoing = connection.outgoing();
        let blocked = outgoing.is_blocked();
        let mut done = environment.released.borrow_mut();
        if flags & write::DEFER != 0 && length < PIN_SIZE {
            // SAFETY: the buffer is alive during this call.
            let bytes = unsafe { slice(address, length) };
            if outgoing.defer_bytes(bytes) {
                deferred(environment, connection, outgoing, flags);
                return 0;
            }
        }
        let token = (length >= PIN_SIZE).then(|| call.reference(1)).flatten();
        if length == 0 {
            // Nothing to hold, but what is held may leave now.
        } else if let Some(token) = token {
            // SAFETY: the reference keeps the memory alive until it is deleted, which happens when
            // the token is given back.
            outgoing.hold(Segment::Pinned(unsafe {
                Pinned::new(address, length, token)
            }));
        } else {
            // SAFETY: the buffer is alive during this call.
            outgoing.hold_bytes(unsafe { slice(address, length) });
        }
        let sent = if flags & write::MORE != 0 {
            Sent::All
        } else {
            outgoing.send_held(&mut done)
        };
        drop(outgoing);
        after(environment, connection, flags, blocked, sent)
    });
    environment.release_written(env);
    call.number(result.unwrap_or(CLOSED))
}

/// `flush(id, flags)`: sends what was kept back with `MORE`.
unsafe extern "C" fn flush(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    let call = unsafe { Call::<2>::new(env, info) };
    let flags = call.uint(1);
    let environment = call.environment();
    let result = environment.with_connection(ConnId::from_raw(call.uint(0)), |connection| {
        let mut outgoing = connection.outgoing();
        let blocked = outgoing.is_blocked();
        if flags & write::DEFER != 0 && outgoing.defer_bytes(&[]) {
            deferred(environment, connection, outgoing, flags);
            return 0;
        }
        let sent = outgoing.send_held(&mut environment.released.borrow_mut());
        drop(outgoing);
        after(environment, connection, flags, blocked, sent)
    });
    environment.release_written(env);
    call.number(result.unwrap_or(CLOSED))
}

/// What was queued is sent by the I/O thread.
fn deferred(
    environment: &Environment,
    connection: &Arc<Connection>,
    mut outgoing: MutexGuard<'_, Outgoing>,
    flags: u32,
) {
    outgoing.close_when_empty = flags & write::LAST != 0;
    drop(outgoing);
    connection.touch_from_javascript(environment.hub.now());
    if flags & write::IDLE != 0 {
        connection.begin_keep_alive();
    }
    environment.hub.defer(connection.clone());
}

/// # Safety
/// The memory must be valid for `length` bytes as long as the slice is used, unless that is 0.
unsafe fn slice<'a>(address: *const u8, length: usize) -> &'a [u8] {
    if length == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(address, length) }
}

/// A request's first piece says what its answer will be.
fn announce(connection: &Connection, flags: u32) {
    if flags & write::EXPECT == 0 {
        return;
    }
    connection.expected.announce(announced(flags));
}

/// The request that the flags of a write announce.
pub fn announced(flags: u32) -> RequestKind {
    if flags & write::EXPECT_HEAD != 0 {
        RequestKind::Head
    } else if flags & write::EXPECT_CONNECT != 0 {
        RequestKind::Connect
    } else {
        RequestKind::Other
    }
}

/// What follows a send: the driver takes over the rest, closes, or sees the connection idle.
/// `blocked`: the driver has it in hand already.
fn after(
    environment: &Environment,
    connection: &Connection,
    flags: u32,
    blocked: bool,
    sent: Sent,
) -> i64 {
    if flags & write::MORE != 0 {
        return 0;
    }
    connection.touch_from_javascript(environment.hub.now());
    match sent {
        // `LAST` and `IDLE` take effect only with the last byte; else JavaScript asks again then.
        Sent::All => {
            if flags & write::LAST != 0 {
                connection.destroy(false);
            } else if flags & write::IDLE != 0 {
                connection.begin_keep_alive();
            }
            0
        }
        Sent::Pending(pending) => {
            if !blocked {
                connection.flush_later();
            }
            (pending as i64).min(i64::from(i32::MAX))
        }
        Sent::Failed(errno) => -i64::from(errno),
        Sent::Closed => CLOSED,
    }
}
