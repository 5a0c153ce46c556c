//! Waking JavaScript: one unreferenced thread-safe function for each environment.

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr;

use napi::{Result, sys};

use crate::bridge::function::check;
use crate::io::Wake;

/// Wakes the JavaScript thread, which then calls the drain function until it stops throwing.
pub struct Waker {
    env: sys::napi_env,
    function: sys::napi_threadsafe_function,
    drain: sys::napi_ref,
}

/// Those that a turn of this thread has woken.
#[derive(Default)]
struct Collected {
    collecting: bool,
    woken: Vec<Waker>,
}

thread_local! {
    static COLLECTED: RefCell<Collected> = RefCell::default();
}

/// From now on this thread, which is JavaScript's, calls those that it wakes itself.
pub fn collect() {
    COLLECTED.with_borrow_mut(|collected| collected.collecting = true);
}

/// Calls those that were woken, and those that they wake.
pub fn call_collected() {
    while let Some(waker) = COLLECTED.with_borrow_mut(|collected| collected.woken.pop()) {
        waker.call();
    }
    COLLECTED.with_borrow_mut(|collected| collected.collecting = false);
}

// SAFETY: thread-safe functions are made to be called from any thread; the environment's clean-up
// joins the threads that do before the function is released.
unsafe impl Send for Waker {}
// SAFETY: as above.
unsafe impl Sync for Waker {}

impl Clone for Waker {
    fn clone(&self) -> Self {
        Self {
            env: self.env,
            function: self.function,
            drain: self.drain,
        }
    }
}

impl Wake for Waker {
    fn wake(&self) {
        let is_collected = COLLECTED.with_borrow_mut(|collected| {
            if collected.collecting {
                collected.woken.push(self.clone());
            }
            collected.collecting
        });
        if is_collected {
            return;
        }
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
}

impl Waker {
    /// Calls the drain function, as from the event loop.
    fn call(&self) {
        let env = self.env;
        // SAFETY: on the JavaScript thread, from its event loop.
        unsafe {
            let mut scope = ptr::null_mut();
            if sys::napi_open_handle_scope(env, &mut scope) != sys::Status::napi_ok {
                return;
            }
            loop {
                let mut drain = ptr::null_mut();
                let mut receiver = ptr::null_mut();
                sys::napi_get_reference_value(env, self.drain, &mut drain);
                sys::napi_get_global(env, &mut receiver);
                if drain.is_null() {
                    break;
                }
                let mut result = ptr::null_mut();
                let status = sys::napi_make_callback(
                    env,
                    ptr::null_mut(),
                    receiver,
                    drain,
                    0,
                    ptr::null(),
                    &mut result,
                );
                if status == sys::Status::napi_ok || !raise_uncaught(env) {
                    break;
                }
            }
            sys::napi_close_handle_scope(env, scope);
        }
    }

    /// `drain`, a reference to a function, is called with no arguments; it returns when there is
    /// nothing left. It is kept until `release`.
    pub fn new(env: sys::napi_env, drain: sys::napi_ref) -> Result<Self> {
        let mut name = ptr::null_mut();
        let mut function = ptr::null_mut();
        // SAFETY: plain Node-API calls with valid out-pointers; the reference becomes the
        // function's context.
        unsafe {
            let text = "rust-http";
            check(sys::napi_create_string_utf8(
                env,
                text.as_ptr().cast(),
                text.len() as isize,
                &mut name,
            ))?;
            check(sys::napi_create_threadsafe_function(
                env,
                ptr::null_mut(),
                ptr::null_mut(),
                name,
                0,
                1,
                ptr::null_mut(),
                None,
                drain.cast(),
                Some(call_drain),
                &mut function,
            ))?;
            check(sys::napi_unref_threadsafe_function(env, function))?;
            check(sys::napi_reference_ref(env, drain, ptr::null_mut()))?;
        }
        Ok(Self {
            env,
            function,
            drain,
        })
    }

    /// The environment needs no waker any more. Copies must be gone.
    pub fn release(self, env: sys::napi_env) {
        COLLECTED.with_borrow_mut(|collected| {
            collected.woken.retain(|one| one.function != self.function);
        });
        // SAFETY: the function is alive, and nobody calls it afterwards; `new` took the reference.
        unsafe {
            sys::napi_reference_unref(env, self.drain, ptr::null_mut());
            sys::napi_release_threadsafe_function(
                self.function,
                sys::ThreadsafeFunctionReleaseMode::abort,
            );
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

/// Calls the drain function. When a handler throws, the exception is made an `uncaughtException`
/// as Node does it, and the rest of the batch is delivered after it.
unsafe extern "C" fn call_drain(
    env: sys::napi_env,
    _function: sys::napi_value,
    context: *mut c_void,
    _data: *mut c_void,
) {
    if env.is_null() {
        return;
    }
    // SAFETY: called by Node on the JavaScript thread with a handle scope open; `context` is the
    // reference made in `new`.
    unsafe {
        loop {
            let mut drain = ptr::null_mut();
            let mut receiver = ptr::null_mut();
            sys::napi_get_reference_value(env, context.cast(), &mut drain);
            sys::napi_get_undefined(env, &mut receiver);
            if drain.is_null() {
                return;
            }
            let mut result = ptr::null_mut();
            let status = sys::napi_call_function(env, receiver, drain, 0, ptr::null(), &mut result);
            if status == sys::Status::napi_ok {
                return;
            }
            if !raise_uncaught(env) {
                return;
            }
        }
    }
}

/// Makes a pending exception an `uncaughtException`. False if there is none, or the process ends.
unsafe fn raise_uncaught(env: sys::napi_env) -> bool {
    let mut pending = false;
    let mut exception = ptr::null_mut();
    // SAFETY: as for the caller.
    unsafe {
        sys::napi_is_exception_pending(env, &mut pending);
        pending
            && sys::napi_get_and_clear_last_exception(env, &mut exception) == sys::Status::napi_ok
            && sys::napi_fatal_exception(env, exception) == sys::Status::napi_ok
    }
}
