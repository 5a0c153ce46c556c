//! The functions that take what the I/O side has posted.

use napi::sys;

use crate::bridge::call::FastCall;
use crate::bridge::content::{release_token, take_value};
use crate::io::Attachment;

/// `drain(arena)`: see `Environment::drain`.
pub fn drain(call: &FastCall<1>) -> i64 {
    call.environment().drain(call.env, call.own_bytes(0))
}

/// `takeContent(target)`: copies the content of the record that is being handled, which has the length
/// of `target`. Returns false if there is none.
pub fn take_content(call: &FastCall<1>) -> bool {
    let target = call.own_bytes(0);
    match call.environment().next_content() {
        Some(Attachment::Content(bytes)) if bytes.len() == target.len() => {
            target.copy_from_slice(&bytes);
            true
        }
        _ => false,
    }
}

/// `takeDirect()`: the Buffer with the content of the record that is being handled.
pub fn take_direct(call: &FastCall<0>) -> sys::napi_value {
    match call.environment().next_content() {
        Some(Attachment::Direct(token)) => take_value(call.env, token),
        _ => std::ptr::null_mut(),
    }
}

/// `dropContent()`: lets go of the content of a record that is not delivered.
pub fn drop_content(call: &FastCall<0>) {
    if let Some(Attachment::Direct(token)) = call.environment().next_content() {
        release_token(call.env, token);
    }
}

/// `handlesRequest()`: the request that is handled next waits no more.
pub fn handles_request(call: &FastCall<0>) {
    call.environment().port.handles_request();
}

/// `hasUnaskedInput(id)`: whether the next request must not be sent on a client's connection; see
/// `Connection::has_unasked_input`.
pub fn has_unasked_input(call: &FastCall<1>) -> bool {
    call.environment()
        .with_connection(call.uint(0), |connection| connection.has_unasked_input())
        .unwrap_or(true)
}
