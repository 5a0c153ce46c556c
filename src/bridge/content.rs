//! The memory of JavaScript's that some content is read into.

use std::mem::MaybeUninit;
use std::ptr;

use napi::sys;

use crate::io::{ContentMemory, Fill};

/// Makes Buffers on the JavaScript thread. Tokens are references to them.
#[derive(Debug)]
pub struct JsContentMemory {
    env: sys::napi_env,
}

impl JsContentMemory {
    pub fn new(env: sys::napi_env) -> Self {
        Self { env }
    }

    /// A reference to a new Buffer, and its memory, which is not initialised.
    fn make_buffer(&self, length: usize) -> Option<(sys::napi_ref, *mut MaybeUninit<u8>)> {
        let mut data = ptr::null_mut();
        let mut buffer = ptr::null_mut();
        let mut reference = ptr::null_mut();
        // SAFETY: plain Node-API calls on the JavaScript thread with valid out-pointers, in a handle scope
        // of the caller's.
        let is_made = unsafe {
            sys::napi_create_buffer(self.env, length, &mut data, &mut buffer)
                == sys::Status::napi_ok
                && sys::napi_create_reference(self.env, buffer, 1, &mut reference)
                    == sys::Status::napi_ok
        };
        if is_made && !data.is_null() {
            return Some((reference, data.cast()));
        }
        // Without memory Node throws. What is called next would end of that; the bytes are read in another way.
        // SAFETY: as above.
        unsafe { sys::napi_get_and_clear_last_exception(self.env, &mut buffer) };
        None
    }
}

impl ContentMemory for JsContentMemory {
    fn make(&self, length: usize, fill: &mut Fill<'_>) -> Option<usize> {
        let mut scope = ptr::null_mut();
        // SAFETY: on the JavaScript thread, with no JavaScript on the stack; closed below.
        if unsafe { sys::napi_open_handle_scope(self.env, &mut scope) } != sys::Status::napi_ok {
            return None;
        }
        let made = self.make_buffer(length);
        // SAFETY: the scope that was opened above; the reference keeps the Buffer.
        unsafe { sys::napi_close_handle_scope(self.env, scope) };
        let (reference, data) = made?;
        // SAFETY: `length` bytes that only this Buffer has, which no program has seen. It lives as long as the
        // reference.
        let memory = unsafe { std::slice::from_raw_parts_mut(data, length) };
        if fill(memory).is_some() {
            return Some(reference as usize);
        }
        release_token(self.env, reference as usize);
        None
    }
}

/// The Buffer that `token` stands for, which is released.
pub fn take_value(env: sys::napi_env, token: usize) -> sys::napi_value {
    let mut value = ptr::null_mut();
    // SAFETY: the token was made by `JsContentMemory` on this thread, and has not been released.
    unsafe { sys::napi_get_reference_value(env, token as sys::napi_ref, &mut value) };
    release_token(env, token);
    value
}

/// Tokens are references to the JavaScript values that own the memory.
pub fn release_token(env: sys::napi_env, token: usize) {
    // SAFETY: the token was made by `Call::borrow` or `JsContentMemory`, on this thread, and is given back once.
    unsafe {
        sys::napi_delete_reference(env, token as sys::napi_ref);
    }
}
