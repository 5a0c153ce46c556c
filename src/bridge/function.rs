//! Functions on bare Node-API, for what is called for each request or batch.

use std::ffi::{CStr, c_void};
use std::ptr::{self, NonNull};
use std::rc::Rc;

use napi::{Error, Result, Status, sys};

use crate::bridge::call::{Answer, Call};

/// A callback of Node-API that calls `f`: a function, or a closure that captures nothing.
pub const fn callback<const N: usize, F, R>(_: F) -> sys::napi_callback
where
    F: Fn(&Call<N>) -> R + Copy,
    R: Answer,
{
    const { assert!(size_of::<F>() == 0, "it captures nothing") };
    Some(run::<N, F, R>)
}

unsafe extern "C" fn run<const N: usize, F, R>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value
where
    F: Fn(&Call<N>) -> R,
    R: Answer,
{
    // SAFETY: Node's own arguments.
    let call = unsafe { Call::<N>::new(env, info) };
    // SAFETY: `callback` was given a value of this type, which can be copied and has no size: any pointer
    // that is aligned points to one.
    let f = unsafe { NonNull::<F>::dangling().as_ref() };
    f(&call).into_value(env)
}

/// Puts `functions` on `target`. Each keeps `of`, and finds it in its call.
pub fn define<T>(
    env: sys::napi_env,
    target: sys::napi_value,
    of: &Rc<T>,
    functions: &[(&CStr, sys::napi_callback)],
) -> Result<()> {
    for (name, callback) in functions {
        // Given back when the function is gone.
        let data = Rc::into_raw(of.clone()).cast_mut().cast();
        let mut function = ptr::null_mut();
        // SAFETY: plain Node-API calls with valid pointers.
        unsafe {
            check(sys::napi_create_function(
                env,
                name.as_ptr(),
                name.count_bytes() as isize,
                *callback,
                data,
                &mut function,
            ))?;
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
    drop(unsafe { Rc::from_raw(data.cast_const().cast::<T>()) });
}

/// Makes an error of what Node-API answered, unless it is well.
pub fn check(status: sys::napi_status) -> Result<()> {
    match Status::from(status) {
        Status::Ok => Ok(()),
        status => Err(Error::new(status, "Node-API call failed")),
    }
}
