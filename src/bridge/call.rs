//! Arguments and results of the functions on bare Node-API, which are called for each request or batch:
//! no class to unwrap, no argument converted twice.

use std::ptr;

use napi::sys;

#[cfg(unix)]
use crate::bridge::environment::Environment;
#[cfg(unix)]
use crate::io::Memory;

/// Arguments and environment of a call of a function that keeps a `T`.
pub(super) struct Call<const N: usize, T> {
    pub env: sys::napi_env,
    arguments: [sys::napi_value; N],
    kept: *const T,
}

/// A call of a function of `Io::fast`.
#[cfg(unix)]
pub(super) type FastCall<const N: usize> = Call<N, Environment>;

#[cfg(unix)]
impl<const N: usize> FastCall<N> {
    pub fn environment(&self) -> &Environment {
        self.kept()
    }
}

impl<const N: usize, T> Call<N, T> {
    /// # Safety
    /// Must be called with what Node passed to a callback of a function that `define` made for a `T`.
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
            kept: data.cast(),
        }
    }

    /// What the function keeps.
    pub fn kept(&self) -> &T {
        // SAFETY: `define` leaked an `Rc` for this pointer, which is released behind the last call.
        unsafe { &*self.kept }
    }

    /// The argument as a number; 0 for what is none.
    pub fn uint(&self, at: usize) -> u32 {
        let mut value = 0;
        // SAFETY: a valid value and out-pointer; anything but a number leaves 0.
        unsafe { sys::napi_get_value_uint32(self.env, self.arguments[at], &mut value) };
        value
    }

    pub fn value(&self, at: usize) -> sys::napi_value {
        self.arguments[at]
    }

    /// The memory of a Uint8Array that JavaScript passed, to be read during this call.
    pub fn bytes(&self, at: usize) -> &[u8] {
        let (data, length) = memory_of(self.env, self.arguments[at]);
        if length == 0 {
            return &[];
        }
        // SAFETY: the argument is alive and its memory stays where it is during the call, because no
        // JavaScript runs in it.
        unsafe { std::slice::from_raw_parts(data, length) }
    }

    /// The memory of a Uint8Array that only the module's own JavaScript has, to be written to.
    #[allow(
        clippy::mut_from_ref,
        reason = "the memory is JavaScript's, not the call's"
    )]
    pub fn own_bytes(&self, at: usize) -> &mut [u8] {
        let (data, length) = memory_of(self.env, self.arguments[at]);
        if length == 0 {
            return &mut [];
        }
        // SAFETY: as in `bytes`; our JavaScript passes each buffer to one function at a time.
        unsafe { std::slice::from_raw_parts_mut(data, length) }
    }

    /// A token that keeps the argument alive; `Environment::release` gives it back.
    #[cfg(unix)]
    pub fn borrow(&self, at: usize) -> Option<usize> {
        let mut reference = ptr::null_mut();
        // SAFETY: a valid value and out-pointer.
        let status =
            unsafe { sys::napi_create_reference(self.env, self.arguments[at], 1, &mut reference) };
        (status == sys::Status::napi_ok).then_some(reference as usize)
    }

    #[cfg(unix)]
    pub fn memory(&self) -> JsMemory {
        JsMemory(self.env)
    }
}

/// What a function returns to JavaScript.
pub(super) trait Answer {
    fn into_value(self, env: sys::napi_env) -> sys::napi_value;
}

/// `undefined`.
impl Answer for () {
    fn into_value(self, _: sys::napi_env) -> sys::napi_value {
        ptr::null_mut()
    }
}

impl Answer for sys::napi_value {
    fn into_value(self, _: sys::napi_env) -> sys::napi_value {
        self
    }
}

impl Answer for i64 {
    fn into_value(self, env: sys::napi_env) -> sys::napi_value {
        let mut result = ptr::null_mut();
        // SAFETY: a valid out-pointer.
        unsafe { sys::napi_create_int64(env, self, &mut result) };
        result
    }
}

impl Answer for bool {
    fn into_value(self, env: sys::napi_env) -> sys::napi_value {
        let mut result = ptr::null_mut();
        // SAFETY: a valid out-pointer.
        unsafe { sys::napi_get_boolean(env, self, &mut result) };
        result
    }
}

/// Where the memory of a Uint8Array is now, and how long; empty for anything else and what was detached.
fn memory_of(env: sys::napi_env, value: sys::napi_value) -> (*mut u8, usize) {
    let mut data = ptr::null_mut();
    let mut length = 0;
    // SAFETY: valid out-pointers; anything but a buffer leaves them empty.
    unsafe { sys::napi_get_buffer_info(env, value, &mut data, &mut length) };
    if data.is_null() {
        length = 0;
    }
    (data.cast(), length)
}

/// Memory of JavaScript's, on its thread. Tokens are references to the values that have it.
#[cfg(unix)]
pub(super) struct JsMemory(pub sys::napi_env);

#[cfg(unix)]
impl Memory for JsMemory {
    fn bytes(&self, token: usize) -> Option<&[u8]> {
        let mut value = ptr::null_mut();
        // SAFETY: the token was made by `Call::borrow` in this environment and has not been released.
        let status =
            unsafe { sys::napi_get_reference_value(self.0, token as sys::napi_ref, &mut value) };
        if status != sys::Status::napi_ok || value.is_null() {
            return None;
        }
        let (data, length) = memory_of(self.0, value);
        if length == 0 {
            return None;
        }
        // SAFETY: looked up just now, and no JavaScript runs while the slice is used: `self` lives
        // within one call.
        Some(unsafe { std::slice::from_raw_parts(data, length) })
    }
}
