//! The functions that take what the I/O side has posted.

use napi::sys;

use crate::bridge::call::Call;
use crate::bridge::content::{Content, release_token, take_value};

/// `drain(arena)`: see `Environment::drain`.
pub unsafe extern "C" fn drain(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    let call = unsafe { Call::<1>::new(env, info) };
    call.number(call.environment().drain(env, call.own_bytes(0)))
}

/// `takeContent(target)`: copies the content of the record that is being handled, which has the length
/// of `target`. Returns false if there is none.
pub unsafe extern "C" fn take_content(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    let call = unsafe { Call::<1>::new(env, info) };
    let target = call.own_bytes(0);
    let fits = match call.environment().next_content() {
        Some(Content::Read(bytes)) if bytes.len() == target.len() => {
            target.copy_from_slice(&bytes);
            true
        }
        _ => false,
    };
    call.boolean(fits)
}

/// `takeDirect()`: the Buffer with the content of the record that is being handled.
pub unsafe extern "C" fn take_direct(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    let call = unsafe { Call::<0>::new(env, info) };
    match call.environment().next_content() {
        Some(Content::Direct(token)) => take_value(env, token),
        _ => std::ptr::null_mut(),
    }
}

/// `dropContent()`: lets go of the content of a record that is not delivered.
pub unsafe extern "C" fn drop_content(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    let call = unsafe { Call::<0>::new(env, info) };
    if let Some(Content::Direct(token)) = call.environment().next_content() {
        release_token(env, token);
    }
    std::ptr::null_mut()
}

/// `handlesRequest()`: the request that is handled next waits no more.
pub unsafe extern "C" fn handles_request(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: Node's own arguments.
    let call = unsafe { Call::<0>::new(env, info) };
    call.environment().port.handles_request();
    std::ptr::null_mut()
}
