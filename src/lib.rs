//! `rust-http`: Node's `http` module, with its sockets, parser and server loop in Rust.
//!
//! The rooms, from the bottom: `protocol` (bytes in, events out), `agent` (the pool's decisions),
//! `ring` (what crosses to JavaScript), `tls` (ciphertext and plaintext), `io` (sockets), `bridge` (the
//! only room that knows Node). What each may use is in docs/architecture.md; cargo features enforce it.

pub mod agent;
pub mod protocol;
pub mod ring;

// On Windows a socket cannot be shared with Node: JavaScript feeds the parser there, and TLS is Node's.
#[cfg(all(feature = "tls", unix))]
pub mod tls;

#[cfg(all(feature = "io", unix))]
pub mod io;

// Nothing in it runs outside of Node: its tests are in `__test__`.
#[cfg(all(feature = "node", not(test)))]
mod bridge;
