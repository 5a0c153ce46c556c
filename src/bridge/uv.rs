//! The functions of libuv that are used, as the running executable exports them. Not every host of
//! Node-API has them.

use std::ffi::{CStr, c_int, c_void};
use std::mem::transmute_copy;
use std::ptr;

use napi::sys;

/// `UV_POLL` and `UV_PREPARE` of `uv_handle_type`.
const POLL: c_int = 8;
const PREPARE: c_int = 9;
/// `UV_READABLE` of `uv_poll_event`.
const READABLE: c_int = 1;

/// A `uv_poll_t` or `uv_prepare_t`, of which only libuv knows the size.
pub type Handle = *mut c_void;
/// Called with a handle, a status that is below 0 on an error, and the events.
pub type OnReadable = unsafe extern "C" fn(Handle, c_int, c_int);
/// Called with a handle.
pub type OnPrepare = unsafe extern "C" fn(Handle);

/// What is needed to watch a descriptor, with the signatures of libuv 1.x, which are stable.
#[derive(Clone, Copy)]
struct Functions {
    handle_size: unsafe extern "C" fn(c_int) -> usize,
    poll_init: unsafe extern "C" fn(*mut c_void, Handle, c_int) -> c_int,
    poll_start: unsafe extern "C" fn(Handle, c_int, OnReadable) -> c_int,
    poll_stop: unsafe extern "C" fn(Handle) -> c_int,
    prepare_init: unsafe extern "C" fn(*mut c_void, Handle) -> c_int,
    prepare_start: unsafe extern "C" fn(Handle, OnPrepare) -> c_int,
    prepare_stop: unsafe extern "C" fn(Handle) -> c_int,
    close: unsafe extern "C" fn(Handle, unsafe extern "C" fn(Handle)),
    unref: unsafe extern "C" fn(Handle),
}

impl Functions {
    fn find() -> Option<Self> {
        // SAFETY: each name is that of a function with the signature of its field.
        unsafe {
            Some(Self {
                handle_size: function(c"uv_handle_size")?,
                poll_init: function(c"uv_poll_init")?,
                poll_start: function(c"uv_poll_start")?,
                poll_stop: function(c"uv_poll_stop")?,
                prepare_init: function(c"uv_prepare_init")?,
                prepare_start: function(c"uv_prepare_start")?,
                prepare_stop: function(c"uv_prepare_stop")?,
                close: function(c"uv_close")?,
                unref: function(c"uv_unref")?,
            })
        }
    }
}

/// # Safety
/// `F` is the type of a pointer to the function of this name.
unsafe fn function<F: Copy>(name: &CStr) -> Option<F> {
    // SAFETY: looks a name up among what the process has loaded.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    // SAFETY: as the caller says; it is not null.
    (!found.is_null()).then(|| unsafe { transmute_copy(&found) })
}

/// A handle on the event loop of the JavaScript thread, which keeps no process alive. It is closed when this is
/// dropped, on that thread.
struct OwnHandle {
    functions: Functions,
    handle: Handle,
}

impl OwnHandle {
    /// A handle of this kind, made by `init` with the event loop and its memory. `None` if the host has no event loop
    /// of libuv's.
    fn new(
        env: sys::napi_env,
        kind: c_int,
        init: impl FnOnce(&Functions, *mut c_void, Handle) -> c_int,
    ) -> Option<Self> {
        let functions = Functions::find()?;
        let mut event_loop = ptr::null_mut();
        // SAFETY: a valid environment and out-pointer; memory of the size that libuv asks for, which is
        // libuv's until it is closed, or ours if it does not take it.
        unsafe {
            if sys::napi_get_uv_event_loop(env, &mut event_loop) != sys::Status::napi_ok {
                return None;
            }
            let handle: Handle = libc::calloc(1, (functions.handle_size)(kind));
            if handle.is_null() {
                return None;
            }
            if init(&functions, event_loop.cast(), handle) != 0 {
                libc::free(handle);
                return None;
            }
            (functions.unref)(handle);
            Some(Self { functions, handle })
        }
    }
}

impl Drop for OwnHandle {
    fn drop(&mut self) {
        // SAFETY: on the thread of the event loop. The memory, from `calloc`, is freed when libuv has let go of it.
        unsafe { (self.functions.close)(self.handle, libc::free) };
    }
}

/// Watches a descriptor from the event loop of the JavaScript thread, and keeps no process alive.
pub struct Watch {
    own: OwnHandle,
    on_readable: OnReadable,
}

impl Watch {
    /// `None` if the host has no event loop of libuv's. The descriptor has to stay open as long.
    pub fn new(env: sys::napi_env, fd: c_int, on_readable: OnReadable) -> Option<Self> {
        // SAFETY: called with the event loop, and memory for a `uv_poll_t`.
        let own = OwnHandle::new(env, POLL, |uv, event_loop, handle| unsafe {
            (uv.poll_init)(event_loop, handle, fd)
        })?;
        Some(Self { own, on_readable })
    }

    /// Lets the event loop call when the descriptor is readable. False if it cannot.
    pub fn start(&self) -> bool {
        let OwnHandle { functions, handle } = &self.own;
        // SAFETY: the handle is open until `drop`.
        unsafe { (functions.poll_start)(*handle, READABLE, self.on_readable) == 0 }
    }

    /// Watches no longer, until it is started again.
    pub fn stop(&self) {
        // SAFETY: as above. Fails never.
        unsafe { (self.own.functions.poll_stop)(self.own.handle) };
    }
}

/// Calls before the event loop of the JavaScript thread waits, and keeps no process alive.
pub struct BeforeWait(OwnHandle);

impl BeforeWait {
    /// `None` if the host has no event loop of libuv's.
    pub fn new(env: sys::napi_env) -> Option<Self> {
        // SAFETY: called with the event loop, and memory for a `uv_prepare_t`.
        let own = OwnHandle::new(env, PREPARE, |uv, event_loop, handle| unsafe {
            (uv.prepare_init)(event_loop, handle)
        })?;
        Some(Self(own))
    }

    /// Has `call` called each time, until it is stopped.
    pub fn start(&self, call: OnPrepare) {
        // SAFETY: the handle is open until `drop`. Fails never with a callback.
        unsafe { (self.0.functions.prepare_start)(self.0.handle, call) };
    }

    /// Calls no longer, until it is started again.
    pub fn stop(&self) {
        // SAFETY: as above. Fails never.
        unsafe { (self.0.functions.prepare_stop)(self.0.handle) };
    }
}
