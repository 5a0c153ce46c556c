//! The pool's decisions for JavaScript. What they mean is documented in `agent`.

use std::ffi::CStr;
use std::ptr;
use std::rc::Rc;

use napi::bindgen_prelude::{Error, Float64Array, JsValue, Object, Result};
use napi::{Env, sys};

use crate::agent::numbers::{self, COUNT, Numbers};
use crate::bridge::call::Call;
use crate::bridge::function::define;

const FUNCTIONS: [(&CStr, sys::napi_callback); 4] = [
    (c"take", Some(take)),
    (c"park", Some(park)),
    (c"rest", Some(rest)),
    (c"removed", Some(removed)),
];

/// JavaScript's array of numbers, which stays where it is as long as this is there.
struct Shared {
    at: *mut Numbers,
    _array: Float64Array,
}

/// The functions `take`, `park`, `rest` and `removed`, which find their question in `numbers` and write
/// their answer to it. The array is the caller's own: no other code may have it or detach its memory.
#[napi_derive::napi]
pub fn pool<'env>(env: &'env Env, mut numbers: Float64Array) -> Result<Object<'env>> {
    if numbers.len() != COUNT {
        return Err(Error::from_reason("an array of another layout"));
    }
    // SAFETY: no slice of the array is kept, only its address.
    let at = unsafe { numbers.as_mut() }.as_mut_ptr().cast();
    let shared = Rc::new(Shared {
        at,
        _array: numbers,
    });
    let target = Object::new(env)?;
    define(env.raw(), target.raw(), &shared, &FUNCTIONS)?;
    Ok(target)
}

unsafe extern "C" fn take(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    unsafe { decide(env, info, numbers::take) }
}

unsafe extern "C" fn park(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    unsafe { decide(env, info, numbers::park) }
}

unsafe extern "C" fn rest(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    unsafe { decide(env, info, numbers::rest) }
}

unsafe extern "C" fn removed(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    unsafe { decide(env, info, numbers::on_removed) }
}

/// # Safety
/// Must be called with what Node passed to one of `FUNCTIONS`.
unsafe fn decide(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    decision: fn(&mut Numbers),
) -> sys::napi_value {
    // SAFETY: see `pool`: the array has this size and is kept, and no JavaScript runs in this call.
    unsafe {
        let call = Call::<0>::new(env, info);
        decision(&mut *call.kept::<Shared>().at);
    }
    ptr::null_mut()
}
