//! Errors of the lower rooms as errors of Node-API. JavaScript gives them Node's class and code.

use crate::io;

/// The reason carries the error number; `lib/errors.js` makes Node's error of it.
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
