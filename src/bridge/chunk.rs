//! Chunks of content as Buffers over the memory they were read into, which JavaScript lends.

use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use napi::sys;

use crate::bridge::environment::Environment;
use crate::bridge::fast::Call;
use crate::io::{Chunk, Chunks, Lent};
use crate::ring::layout::CHUNK_SIZE;

/// A chunk of our memory that JavaScript has, and where it goes afterwards.
struct Given {
    bytes: Vec<u8>,
    home: Arc<Chunks>,
}

/// `takeChunk(buffer)`: the chunk of the record that is being handled. `buffer`, of at least `CHUNK_SIZE`
/// bytes, is lent in its place; JavaScript must not look at it until it comes back from here.
pub unsafe extern "C" fn take(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    let call = unsafe { Call::<1>::new(env, info) };
    let environment = call.environment();
    let buffer = match environment.next_chunk() {
        None => ptr::null_mut(),
        Some(Chunk::Own(bytes)) => give(env, bytes, &environment.hub.chunks),
        Some(Chunk::Lent(lent)) => {
            environment.hub.chunks.returned();
            take_back(env, &lent)
        }
    };
    lend(environment, &call);
    buffer
}

/// Lets what is read next be read into the argument.
fn lend(environment: &Environment, call: &Call<1>) {
    let chunks = &environment.hub.chunks;
    let (start, length) = call.bytes(0);
    let Some(start) = NonNull::new(start).filter(|_| length >= CHUNK_SIZE) else {
        return;
    };
    if !chunks.wants_more() {
        return;
    }
    let Some(token) = call.reference(0) else {
        return;
    };
    // SAFETY: the reference keeps the memory where it is until `take_back` deletes it; the I/O
    // threads have ended when the environment drops its references. JavaScript keeps away.
    chunks.lend(unsafe { Lent::new(start, token) });
}

/// The Buffer that was lent.
fn take_back(env: sys::napi_env, lent: &Lent) -> sys::napi_value {
    let reference = lent.token as sys::napi_ref;
    let mut buffer = ptr::null_mut();
    // SAFETY: `lend` made the reference in this environment, and it is given back only here.
    unsafe {
        sys::napi_get_reference_value(env, reference, &mut buffer);
        sys::napi_delete_reference(env, reference);
    }
    buffer
}

/// A Buffer over memory of ours.
fn give(env: sys::napi_env, bytes: Vec<u8>, home: &Arc<Chunks>) -> sys::napi_value {
    let home = home.clone();
    let given = Box::into_raw(Box::new(Given { bytes, home }));
    let mut buffer = ptr::null_mut();
    // SAFETY: the memory belongs to `given`, which lives until `give_back`, and its address does not
    // change. Nobody else has it.
    let status = unsafe {
        sys::napi_create_external_buffer(
            env,
            (*given).bytes.len(),
            (*given).bytes.as_mut_ptr().cast(),
            Some(give_back),
            given.cast(),
            &mut buffer,
        )
    };
    if status == sys::Status::napi_ok {
        return buffer;
    }
    // Runtimes with a memory cage allow no memory of others.
    // SAFETY: `given` was made above, and `give_back` will not be called.
    let given = unsafe { Box::from_raw(given) };
    // SAFETY: copies from memory that is valid for its length.
    unsafe {
        sys::napi_create_buffer_copy(
            env,
            given.bytes.len(),
            given.bytes.as_ptr().cast(),
            ptr::null_mut(),
            &mut buffer,
        );
    }
    given.home.give_back(given.bytes);
    buffer
}

/// The garbage collector has found the Buffer without users.
unsafe extern "C" fn give_back(_env: sys::napi_env, _data: *mut c_void, hint: *mut c_void) {
    // SAFETY: `give` leaked a box for this call, the only one for it.
    let given = unsafe { Box::from_raw(hint.cast::<Given>()) };
    given.home.give_back(given.bytes);
}
