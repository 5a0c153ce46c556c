//! The only room that knows Node: exported classes and functions, thin over `io` and `protocol`.

mod call;
#[cfg(unix)]
mod client;
#[cfg(unix)]
mod content;
#[cfg(unix)]
mod environment;
mod function;
#[cfg(unix)]
mod io;
mod options;
#[cfg(unix)]
mod poller;
mod pool;
#[cfg(unix)]
mod receive;
#[cfg(unix)]
mod send;
#[cfg(unix)]
mod socket;
mod stream;
#[cfg(unix)]
mod tls;
#[cfg(unix)]
mod uv;
#[cfg(unix)]
mod wake;

/// `"release"` or `"debug"`: benchmarks refuse the latter.
#[napi_derive::napi(catch_unwind)]
pub fn profile() -> &'static str {
    if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    }
}

/// Tells on stderr what goes on natively, from now on.
#[napi_derive::napi(catch_unwind)]
pub fn switch_on_debug_log() {
    crate::ring::debug_log::switch_on();
}

/// The global object of the realm that the addon was loaded in, which is the process's own: test runners give
/// files a realm with copies and fakes.
#[napi_derive::napi(catch_unwind, ts_return_type = "typeof globalThis")]
pub fn realm(env: &napi::Env) -> napi::Result<napi::bindgen_prelude::Object<'_>> {
    use napi::bindgen_prelude::{FromNapiValue, Object};
    // SAFETY: a valid out-pointer; the value is used within this call.
    unsafe {
        let global = function::made(|out| napi::sys::napi_get_global(env.raw(), out))?;
        Object::from_napi_value(env.raw(), global)
    }
}

/// The version of the crate, compared with that of the package when it is loaded.
#[napi_derive::napi(catch_unwind)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
