//! Errors of the lower rooms as errors of Node-API. JavaScript gives them Node's class and code.

use crate::{io, tls};

/// The reason carries the error number; `lib/base/errors.js` makes Node's error of it.
pub fn to_napi(error: io::Error) -> napi::Error {
    napi::Error::new(
        napi::Status::GenericFailure,
        format!("{}:{error}", error.errno()),
    )
}

/// The same for a failed system call.
pub fn system(error: &std::io::Error) -> napi::Error {
    napi::Error::new(napi::Status::GenericFailure, error.to_string())
}

/// Why TLS is not spoken here, as the reason alone.
#[expect(clippy::needless_pass_by_value, reason = "it is a step of map_err")]
pub fn no_tls(error: tls::Error) -> napi::Error {
    napi::Error::from_reason(error.to_string())
}
