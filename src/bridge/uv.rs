//! The functions of libuv that are used, as the running executable exports them. Not every host of
//! Node-API has them.

use std::ffi::{CStr, c_int, c_void};
use std::mem::{ManuallyDrop, transmute_copy};
use std::ptr;

use napi::sys;

/// `UV_CHECK`, `UV_POLL` and `UV_PREPARE` of `uv_handle_type`.
const CHECK: c_int = 2;
const POLL: c_int = 8;
const PREPARE: c_int = 9;
/// `UV_READABLE` of `uv_poll_event`.
const READABLE: c_int = 1;

/// A `uv_poll_t`, `uv_prepare_t` or `uv_check_t`, of which only libuv knows the size.
pub type Handle = *mut c_void;
/// Called with a handle, a status that is below 0 on an error, and the events.
pub type OnReadable = unsafe extern "C" fn(Handle, c_int, c_int);
/// Called with a handle.
pub type Callback = unsafe extern "C" fn(Handle);

/// Those that are used, with the signatures of libuv 1.x, which are stable.
#[derive(Clone, Copy)]
struct Functions {
    handle_size: unsafe extern "C" fn(c_int) -> usize,
    poll_init: unsafe extern "C" fn(*mut c_void, Handle, c_int) -> c_int,
    poll_start: unsafe extern "C" fn(Handle, c_int, OnReadable) -> c_int,
    poll_stop: unsafe extern "C" fn(Handle) -> c_int,
    prepare_init: unsafe extern "C" fn(*mut c_void, Handle) -> c_int,
    prepare_start: unsafe extern "C" fn(Handle, Callback) -> c_int,
    prepare_stop: unsafe extern "C" fn(Handle) -> c_int,
    check_init: unsafe extern "C" fn(*mut c_void, Handle) -> c_int,
    check_start: unsafe extern "C" fn(Handle, Callback) -> c_int,
    check_stop: unsafe extern "C" fn(Handle) -> c_int,
    close: unsafe extern "C" fn(Handle, Callback),
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
                check_init: function(c"uv_check_init")?,
                check_start: function(c"uv_check_start")?,
                check_stop: function(c"uv_check_stop")?,
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

/// The event loop of the JavaScript thread.
#[derive(Clone, Copy)]
struct EventLoop {
    functions: Functions,
    uv: *mut c_void,
}

impl EventLoop {
    /// `None` if the host has no event loop of libuv's.
    fn of(env: sys::napi_env) -> Option<Self> {
        let functions = Functions::find()?;
        let mut uv = ptr::null_mut();
        // SAFETY: a valid environment and out-pointer.
        let status = unsafe { sys::napi_get_uv_event_loop(env, &mut uv) };
        (status == sys::Status::napi_ok).then(|| Self {
            functions,
            uv: uv.cast(),
        })
    }

    /// A handle of this kind, which keeps no process alive, made by `init` with the event loop and its memory.
    fn open(
        &self,
        kind: c_int,
        init: impl FnOnce(&Functions, *mut c_void, Handle) -> c_int,
    ) -> Option<OwnHandle> {
        let Self { functions, uv } = *self;
        // SAFETY: memory of the size that libuv asks for, which is libuv's until it is closed, or ours if it does not
        // take it.
        unsafe {
            let handle: Handle = libc::calloc(1, (functions.handle_size)(kind));
            if handle.is_null() {
                return None;
            }
            if init(&functions, uv, handle) != 0 {
                libc::free(handle);
                return None;
            }
            (functions.unref)(handle);
            Some(OwnHandle { functions, handle })
        }
    }

    fn open_prepare(&self) -> Option<OwnHandle> {
        // SAFETY: called with the event loop, and memory for a `uv_prepare_t`.
        self.open(PREPARE, |uv, event_loop, handle| unsafe {
            (uv.prepare_init)(event_loop, handle)
        })
    }

    fn open_check(&self) -> Option<OwnHandle> {
        // SAFETY: called with the event loop, and memory for a `uv_check_t`.
        self.open(CHECK, |uv, event_loop, handle| unsafe {
            (uv.check_init)(event_loop, handle)
        })
    }
}

/// A handle that is closed when this is dropped, on the thread of its event loop.
struct OwnHandle {
    functions: Functions,
    handle: Handle,
}

impl OwnHandle {
    /// Closes it, and has `call` called when it is closed, which has to call `free`.
    fn close(self, call: Callback) {
        let this = ManuallyDrop::new(self);
        // SAFETY: on the thread of the event loop. Afterwards there are no calls but that one.
        unsafe { (this.functions.close)(this.handle, call) };
    }
}

impl Drop for OwnHandle {
    fn drop(&mut self) {
        // SAFETY: as in `close`. The memory, from `calloc`, is freed when libuv has let go of it.
        unsafe { (self.functions.close)(self.handle, libc::free) };
    }
}

/// Frees a handle.
///
/// # Safety
/// In the callback of `OwnHandle::close`: libuv has let go of it.
pub unsafe fn free(handle: Handle) {
    // SAFETY: from `calloc` in `EventLoop::open`.
    unsafe { libc::free(handle) };
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
        let own = EventLoop::of(env)?.open(POLL, |uv, event_loop, handle| unsafe {
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

/// Calls in the phases of the event loop in which Node's own handles do, and keeps no process alive.
pub struct Phases {
    event_loop: EventLoop,
    prepare: OwnHandle,
    check: OwnHandle,
}

impl Phases {
    /// `None` if the host has no event loop of libuv's.
    pub fn new(env: sys::napi_env) -> Option<Self> {
        let event_loop = EventLoop::of(env)?;
        Some(Self {
            event_loop,
            prepare: event_loop.open_prepare()?,
            check: event_loop.open_check()?,
        })
    }

    /// Has `call` called once where what is closed says so: behind immediates. It has to call `free`. False if there is
    /// no memory.
    pub fn when_closing(&self, call: Callback) -> bool {
        let handle = self.event_loop.open_prepare();
        handle.map(|handle| handle.close(call)).is_some()
    }

    /// Has `call` called before and behind each poll, until `leave_poll`: a call of JavaScript's that the system has
    /// answered at once is told there, before immediates.
    pub fn around_poll(&self, call: Callback) {
        let (prepare, check) = (&self.prepare, &self.check);
        // SAFETY: the handles are open until `drop`. Fails never with a callback. The newest check is the first.
        unsafe {
            (prepare.functions.prepare_start)(prepare.handle, call);
            (check.functions.check_start)(check.handle, call);
        }
    }

    pub fn leave_poll(&self) {
        let (prepare, check) = (&self.prepare, &self.check);
        // SAFETY: as above.
        unsafe {
            (prepare.functions.prepare_stop)(prepare.handle);
            (check.functions.check_stop)(check.handle);
        }
    }
}
