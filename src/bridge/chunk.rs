//! Chunks of content as Buffers over the memory they were read into.

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use napi::sys;

use crate::bridge::fast::Call;
use crate::io::Chunks;

/// A chunk that JavaScript has, and where it goes afterwards.
struct Lent {
    chunk: Vec<u8>,
    home: Arc<Chunks>,
}

/// `takeChunk()`: the chunk of the record that is being handled.
pub unsafe extern "C" fn take(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    let call = unsafe { Call::<0>::new(env, info) };
    let environment = call.environment();
    let Some(chunk) = environment.next_chunk() else {
        return ptr::null_mut();
    };
    let home = environment.hub.chunks.clone();
    let lent = Box::into_raw(Box::new(Lent { chunk, home }));
    let mut buffer = ptr::null_mut();
    // SAFETY: the memory belongs to `lent`, which lives until `give_back`, and its address does not
    // change. Nobody else has it.
    let status = unsafe {
        sys::napi_create_external_buffer(
            env,
            (*lent).chunk.len(),
            (*lent).chunk.as_mut_ptr().cast(),
            Some(give_back),
            lent.cast(),
            &mut buffer,
        )
    };
    if status == sys::Status::napi_ok {
        return buffer;
    }
    // Runtimes with a memory cage allow no memory of others.
    // SAFETY: `lent` was made above, and `give_back` will not be called.
    let lent = unsafe { Box::from_raw(lent) };
    // SAFETY: copies from memory that is valid for its length.
    unsafe {
        sys::napi_create_buffer_copy(
            env,
            lent.chunk.len(),
            lent.chunk.as_ptr().cast(),
            ptr::null_mut(),
            &mut buffer,
        );
    }
    lent.home.give_back(lent.chunk);
    buffer
}

/// The garbage collector has found the Buffer without users.
unsafe extern "C" fn give_back(_env: sys::napi_env, _data: *mut c_void, hint: *mut c_void) {
    // SAFETY: `take` leaked a box for this call, the only one for it.
    let lent = unsafe { Box::from_raw(hint.cast::<Lent>()) };
    lent.home.give_back(lent.chunk);
}
