//! Functions on bare Node-API, for what is called for each request or batch.

use std::ffi::{CStr, c_void};
use std::ptr;
use std::rc::Rc;

use napi::{Error, Result, Status, sys};

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
