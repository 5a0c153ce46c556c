//! The functions of libuv that are used, as the running executable exports them. Not every host of
//! Node-API has them.

use std::ffi::{CStr, c_int, c_void};
use std::mem::transmute;
use std::ptr;

use napi::sys;

/// `UV_POLL` of `uv_handle_type`.
const POLL: c_int = 8;
/// `UV_READABLE` of `uv_poll_event`.
const READABLE: c_int = 1;

/// A `uv_poll_t`, of which only libuv knows the size.
pub type Handle = *mut c_void;
/// Called with a handle, a status that is below 0 on an error, and the events.
pub type OnReadable = unsafe extern "C" fn(Handle, c_int, c_int);
type OnClosed = unsafe extern "C" fn(Handle);

type HandleSize = unsafe extern "C" fn(c_int) -> usize;
type PollInit = unsafe extern "C" fn(*mut c_void, Handle, c_int) -> c_int;
type PollStart = unsafe extern "C" fn(Handle, c_int, OnReadable) -> c_int;
type PollStop = unsafe extern "C" fn(Handle) -> c_int;
type Close = unsafe extern "C" fn(Handle, Option<OnClosed>);
type Unref = unsafe extern "C" fn(Handle);

/// What is needed to watch a descriptor.
#[derive(Clone, Copy)]
struct Functions {
    handle_size: HandleSize,
    poll_init: PollInit,
    poll_start: PollStart,
    poll_stop: PollStop,
    close: Close,
    unref: Unref,
}

impl Functions {
    fn find() -> Option<Self> {
        // SAFETY: the signatures are those of libuv 1.x, which are stable.
        unsafe {
            Some(Self {
                handle_size: transmute::<*mut c_void, HandleSize>(symbol(c"uv_handle_size")?),
                poll_init: transmute::<*mut c_void, PollInit>(symbol(c"uv_poll_init")?),
                poll_start: transmute::<*mut c_void, PollStart>(symbol(c"uv_poll_start")?),
                poll_stop: transmute::<*mut c_void, PollStop>(symbol(c"uv_poll_stop")?),
                close: transmute::<*mut c_void, Close>(symbol(c"uv_close")?),
                unref: transmute::<*mut c_void, Unref>(symbol(c"uv_unref")?),
            })
        }
    }
}

fn symbol(name: &CStr) -> Option<*mut c_void> {
    // SAFETY: looks a name up among what the process has loaded.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!found.is_null()).then_some(found)
}

/// Watches a descriptor from the event loop of the JavaScript thread, and keeps no process alive.
pub struct Watch {
    functions: Functions,
    handle: Handle,
    on_readable: OnReadable,
}

impl Watch {
    /// `None` if the host has no event loop of libuv's. The descriptor has to stay open as long.
    pub fn new(env: sys::napi_env, fd: c_int, on_readable: OnReadable) -> Option<Self> {
        let functions = Functions::find()?;
        let mut event_loop = ptr::null_mut();
        // SAFETY: a valid environment and out-pointer; memory of the size that libuv asks for, which is
        // libuv's until `on_closed`, or ours if it does not take it.
        unsafe {
            if sys::napi_get_uv_event_loop(env, &mut event_loop) != sys::Status::napi_ok {
                return None;
            }
            let handle: Handle = libc::calloc(1, (functions.handle_size)(POLL));
            if handle.is_null() {
                return None;
            }
            if (functions.poll_init)(event_loop.cast(), handle, fd) != 0 {
                libc::free(handle);
                return None;
            }
            (functions.unref)(handle);
            Some(Self {
                functions,
                handle,
                on_readable,
            })
        }
    }

    /// Lets the event loop call when the descriptor is readable. False if it cannot.
    pub fn start(&self) -> bool {
        // SAFETY: the handle is open until `drop`.
        unsafe { (self.functions.poll_start)(self.handle, READABLE, self.on_readable) == 0 }
    }

    /// Watches no longer, until it is started again.
    pub fn stop(&self) {
        // SAFETY: as above. Fails never.
        unsafe { (self.functions.poll_stop)(self.handle) };
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // SAFETY: on the thread of the event loop. Afterwards there are no calls but `on_closed`.
        unsafe { (self.functions.close)(self.handle, Some(on_closed)) };
    }
}

unsafe extern "C" fn on_closed(handle: Handle) {
    // SAFETY: from `calloc` in `Watch::new`; libuv has let go of it.
    unsafe { libc::free(handle) };
}
