//! Functions on bare Node-API, for what is called for each request or batch.

use std::ffi::{CStr, c_void};
use std::marker::PhantomData;
use std::panic::catch_unwind;
use std::ptr::{self, NonNull};
use std::rc::Rc;

use napi::bindgen_prelude::panic_to_error;
use napi::{Error, JsError, Result, Status, sys};

use crate::bridge::call::{Answer, Call};
use crate::ring::panic::contain;

/// A function that JavaScript calls, which keeps a `T`.
pub struct Callback<T> {
    name: &'static CStr,
    callback: sys::napi_callback,
    keeps: PhantomData<fn(&T)>,
}

impl<T> Callback<T> {
    /// `f` is a function, or a closure that captures nothing.
    pub const fn new<const N: usize, F, R>(name: &'static CStr, _f: F) -> Self
    where
        F: Fn(&Call<N, T>) -> R + Copy,
        R: Answer,
    {
        const { assert!(size_of::<F>() == 0, "it captures nothing") };
        Self {
            name,
            callback: Some(run::<N, T, F, R>),
            keeps: PhantomData,
        }
    }
}

/// What Node calls. A panic is thrown as an Error, as with `#[napi(catch_unwind)]`.
unsafe extern "C" fn run<const N: usize, T, F, R>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value
where
    F: Fn(&Call<N, T>) -> R,
    R: Answer,
{
    let result = catch_unwind(|| {
        // SAFETY: Node's own arguments; only `define` makes functions of a `Callback<T>`, and for a `T`.
        let call = unsafe { Call::<N, T>::new(env, info) };
        // SAFETY: `Callback::new` was given a value of this type, which can be copied and has no size: any
        // pointer that is aligned points to one.
        let f = unsafe { NonNull::<F>::dangling().as_ref() };
        f(&call).into_value(env)
    });
    result.unwrap_or_else(|panic| {
        // SAFETY: the environment of this call.
        unsafe { JsError::from(panic_to_error(panic)).throw_into(env) };
        ptr::null_mut()
    })
}

/// Puts `functions` on `target`. Each keeps `of`, and finds it in its call.
pub fn define<T>(
    env: sys::napi_env,
    target: sys::napi_value,
    of: &Rc<T>,
    functions: &[Callback<T>],
) -> Result<()> {
    for Callback { name, callback, .. } in functions {
        // Given back when the function is gone.
        let data = Rc::into_raw(of.clone()).cast_mut().cast();
        // SAFETY: plain Node-API calls with valid pointers.
        unsafe {
            let length = name.count_bytes() as isize;
            let function = made(|out| {
                sys::napi_create_function(env, name.as_ptr(), length, *callback, data, out)
            })?;
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
                Some(release::<T>),
                ptr::null_mut(),
                ptr::null_mut(),
            ))?;
        }
    }
    Ok(())
}

/// A function is gone, at the latest with the JavaScript environment.
unsafe extern "C" fn release<T>(_: sys::napi_env, data: *mut c_void, _: *mut c_void) {
    // SAFETY: made by `Rc::into_raw` in `define`, for this function alone.
    contain(|| drop(unsafe { Rc::from_raw(data.cast_const().cast::<T>()) }));
}

/// What a call of Node-API has written to its out-pointer.
pub fn made<T>(call: impl FnOnce(*mut *mut T) -> sys::napi_status) -> Result<*mut T> {
    let mut out = ptr::null_mut();
    check(call(&mut out))?;
    Ok(out)
}

/// Makes an error of what Node-API answered, unless it is well.
pub fn check(status: sys::napi_status) -> Result<()> {
    match Status::from(status) {
        Status::Ok => Ok(()),
        status => Err(Error::new(status, "Node-API call failed")),
    }
}

/// An error of the lower rooms, with its words alone: JavaScript catches it, and shows no more than these.
#[cfg(unix)]
pub fn to_napi(error: impl std::error::Error) -> Error {
    Error::from_reason(error.to_string())
}
