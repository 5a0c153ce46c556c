//! Waking JavaScript: one unreferenced thread-safe function for each instance of the module. Those that
//! JavaScript's own thread wakes are called without it: at the end of its turn, or where its event loop would call for
//! a handle of Node's.

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr;

use napi::{Result, sys};

use crate::bridge::function::{check, made};
use crate::bridge::uv::{self, Handle, Phases};
use crate::io::Wake;
use crate::ring::panic::contain;

/// Wakes the JavaScript thread, which then calls the drain function until it stops throwing.
#[derive(Clone, Copy, Debug)]
pub struct Waker {
    env: sys::napi_env,
    function: sys::napi_threadsafe_function,
    /// For calls that do not come through the function.
    context: sys::napi_async_context,
    drain: sys::napi_ref,
}

// SAFETY: thread-safe functions are made to be called from any thread; the environment's clean-up
// joins the threads that do before the function is released. The rest is used on JavaScript's thread.
unsafe impl Send for Waker {}
// SAFETY: as above.
unsafe impl Sync for Waker {}

/// Those that this thread has woken.
#[derive(Default)]
struct Collected {
    /// They are called at the end of a turn.
    is_collecting: bool,
    woken: Vec<Waker>,
    /// Else they are called by the event loop, if this is the thread of one.
    phases: Option<Phases>,
    /// It will call where what is closed says so.
    is_closing: bool,
}

impl Collected {
    /// False if this thread calls nobody.
    fn add(&mut self, waker: Waker, ask: impl FnOnce(&mut Self) -> bool) -> bool {
        let will_call = self.is_collecting || ask(self);
        if will_call {
            self.woken.push(waker);
        }
        will_call
    }

    fn call_when_closing(&mut self) -> bool {
        let Self {
            phases, is_closing, ..
        } = self;
        let Some(phases) = phases else { return false };
        *is_closing = *is_closing || phases.when_closing(on_closing);
        *is_closing
    }

    fn call_around_poll(&mut self) -> bool {
        let phases = self.phases.as_ref();
        phases.map(|phases| phases.around_poll(on_poll)).is_some()
    }
}

/// As long as it lives, the event loop calls those that this thread, which is JavaScript's, wakes: of what it closes it
/// hears where Node's handles tell their 'close', and not behind what comes next.
pub struct CallsFromLoop(());

impl CallsFromLoop {
    pub fn new(env: sys::napi_env) -> Self {
        COLLECTED.with_borrow_mut(|collected| collected.phases = Phases::new(env));
        Self(())
    }
}

impl Drop for CallsFromLoop {
    fn drop(&mut self) {
        COLLECTED.with_borrow_mut(|collected| collected.phases = None);
    }
}

unsafe extern "C" fn on_closing(handle: Handle) {
    // SAFETY: called when this handle is closed.
    unsafe { uv::free(handle) };
    contain(|| {
        COLLECTED.with_borrow_mut(|collected| collected.is_closing = false);
        call_woken();
    });
}

unsafe extern "C" fn on_poll(_: Handle) {
    contain(|| {
        COLLECTED.with_borrow(|collected| {
            if let Some(phases) = &collected.phases {
                phases.leave_poll();
            }
        });
        call_woken();
    });
}

/// Those that they wake are called later.
fn call_woken() {
    for _ in 0..COLLECTED.with_borrow(|collected| collected.woken.len()) {
        let first = COLLECTED.with_borrow_mut(|collected| {
            // One may have been released meanwhile.
            (!collected.woken.is_empty()).then(|| collected.woken.remove(0))
        });
        if let Some(waker) = first {
            waker.call();
        }
    }
}

thread_local! {
    static COLLECTED: RefCell<Collected> = RefCell::default();
}

/// From now on those that this thread wakes, which is JavaScript's, wait for `call_collected`.
pub fn collect() {
    COLLECTED.with_borrow_mut(|collected| collected.is_collecting = true);
}

/// Calls those that were woken, and those that they wake.
pub fn call_collected() {
    while let Some(waker) = COLLECTED.with_borrow_mut(|collected| collected.woken.pop()) {
        waker.call();
    }
    COLLECTED.with_borrow_mut(|collected| collected.is_collecting = false);
}

impl Wake for Waker {
    fn wake(&self) {
        self.wake_by(Collected::call_when_closing);
    }
}

impl Waker {
    /// From JavaScript's thread: wakes it where Node's handles tell what the system has answered at once.
    pub fn wake_around_poll(&self) {
        self.wake_by(Collected::call_around_poll);
    }

    /// `ask` lets the event loop of this thread call, if it is one's.
    fn wake_by(&self, ask: impl FnOnce(&mut Collected) -> bool) {
        if !COLLECTED.with_borrow_mut(|collected| collected.add(*self, ask)) {
            self.wake_in_poll();
        }
    }

    /// From any thread: wakes JavaScript with the next poll of its event loop.
    pub fn wake_in_poll(&self) {
        // SAFETY: the function lives until clean-up, which ends the callers first. A closing
        // environment answers with a status that needs no reaction.
        unsafe {
            sys::napi_call_threadsafe_function(
                self.function,
                ptr::null_mut(),
                sys::ThreadsafeFunctionCallMode::nonblocking,
            );
        }
    }

    /// `drain`, a reference to a function, is called with no arguments; it returns when there is
    /// nothing left. It is kept until `release`. Async hooks get it as the resource of the function, and its
    /// property `direct` as that of calls without it.
    pub fn new(env: sys::napi_env, drain: sys::napi_ref) -> Result<Self> {
        const NAME: &str = "rust-http";
        // SAFETY: plain Node-API calls with valid out-pointers; the reference becomes the
        // function's context.
        unsafe {
            let (text, length) = (NAME.as_ptr().cast(), NAME.len() as isize);
            let name = made(|out| sys::napi_create_string_utf8(env, text, length, out))?;
            let resource = made(|out| sys::napi_get_reference_value(env, drain, out))?;
            let key = c"direct".as_ptr();
            let direct = made(|out| sys::napi_get_named_property(env, resource, key, out))?;
            let context = made(|out| sys::napi_async_init(env, direct, name, out))?;
            let function = made(|out| {
                sys::napi_create_threadsafe_function(
                    env,
                    ptr::null_mut(),
                    resource,
                    name,
                    0,
                    1,
                    ptr::null_mut(),
                    None,
                    drain.cast(),
                    Some(call_drain),
                    out,
                )
            })?;
            check(sys::napi_unref_threadsafe_function(env, function))?;
            check(sys::napi_reference_ref(env, drain, ptr::null_mut()))?;
            Ok(Self {
                env,
                function,
                context,
                drain,
            })
        }
    }

    /// The environment needs no waker any more. Copies must be gone.
    pub fn release(self, env: sys::napi_env) {
        COLLECTED.with_borrow_mut(|collected| {
            collected.woken.retain(|one| one.function != self.function);
        });
        // SAFETY: the function is alive, and nobody calls it afterwards; `new` took the reference.
        unsafe {
            sys::napi_reference_unref(env, self.drain, ptr::null_mut());
            sys::napi_async_destroy(env, self.context);
            sys::napi_release_threadsafe_function(
                self.function,
                sys::ThreadsafeFunctionReleaseMode::abort,
            );
        }
    }

    /// Calls the drain function from the event loop, as the thread-safe function would.
    fn call(&self) {
        let env = self.env;
        let mut handles = ptr::null_mut();
        let mut callback = ptr::null_mut();
        // SAFETY: on the JavaScript thread, with no JavaScript on the stack; the context is alive as long
        // as the waker, and scopes are closed in the reverse order.
        unsafe {
            if sys::napi_open_handle_scope(env, &mut handles) != sys::Status::napi_ok {
                return;
            }
            let mut resource = ptr::null_mut();
            sys::napi_get_global(env, &mut resource);
            if sys::napi_open_callback_scope(env, resource, self.context, &mut callback)
                == sys::Status::napi_ok
            {
                drain_all(env, self.drain);
                sys::napi_close_callback_scope(env, callback);
            }
            sys::napi_close_handle_scope(env, handles);
        }
    }

    /// Whether the wake-up keeps the process alive.
    pub fn set_ref(&self, env: sys::napi_env, referenced: bool) -> Result<()> {
        // SAFETY: the function is alive as long as the environment is.
        check(unsafe {
            if referenced {
                sys::napi_ref_threadsafe_function(env, self.function)
            } else {
                sys::napi_unref_threadsafe_function(env, self.function)
            }
        })
    }
}

/// What the thread-safe function calls.
unsafe extern "C" fn call_drain(
    env: sys::napi_env,
    _function: sys::napi_value,
    context: *mut c_void,
    _data: *mut c_void,
) {
    if !env.is_null() {
        // SAFETY: called by Node on the JavaScript thread with scopes open; `context` is the reference
        // made in `new`.
        contain(|| unsafe { drain_all(env, context.cast()) });
    }
}

/// Calls the drain function. When a handler throws, the exception is made an `uncaughtException`
/// as Node does it, and the rest of the batch is delivered after it.
///
/// # Safety
/// On the JavaScript thread, with a handle scope and a callback scope open.
unsafe fn drain_all(env: sys::napi_env, reference: sys::napi_ref) {
    let mut drain = ptr::null_mut();
    let mut receiver = ptr::null_mut();
    // SAFETY: valid out-pointers, as for the caller.
    unsafe {
        sys::napi_get_reference_value(env, reference, &mut drain);
        sys::napi_get_undefined(env, &mut receiver);
        if drain.is_null() {
            return;
        }
        loop {
            let mut result = ptr::null_mut();
            let status = sys::napi_call_function(env, receiver, drain, 0, ptr::null(), &mut result);
            if status == sys::Status::napi_ok || !raise_uncaught(env) {
                return;
            }
        }
    }
}

/// Makes the exception that is pending an `uncaughtException`. False if there is none, or the process
/// ends of it.
///
/// # Safety
/// On the JavaScript thread, inside a callback of Node's.
unsafe fn raise_uncaught(env: sys::napi_env) -> bool {
    let mut is_pending = false;
    let mut exception = ptr::null_mut();
    // SAFETY: valid out-pointers, as for the caller.
    unsafe {
        sys::napi_is_exception_pending(env, &mut is_pending);
        is_pending
            && sys::napi_get_and_clear_last_exception(env, &mut exception) == sys::Status::napi_ok
            && sys::napi_fatal_exception(env, exception) == sys::Status::napi_ok
    }
}
