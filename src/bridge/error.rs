//! Errors of the lower rooms as errors of Node-API.

/// The error with its words alone: JavaScript catches it, and shows no more than these.
pub fn to_napi(error: impl std::error::Error) -> napi::Error {
    napi::Error::from_reason(error.to_string())
}
