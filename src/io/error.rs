//! What can go wrong on the way to a working socket.

use std::io::Error;

/// The error number that is in `error`, or `EIO` where the system gave none.
pub fn errno(error: &Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EIO)
}

/// The environment is about to end, or has no place for another connection.
pub fn closing() -> Error {
    Error::from_raw_os_error(libc::ECANCELED)
}
