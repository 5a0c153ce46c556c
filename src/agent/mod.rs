//! What an agent's pool decides: which requests get a connection, an idle one or a new one, which
//! wait, and what becomes of a connection afterwards.
//!
//! Pure: no sockets, no clock, no JavaScript. The caller says how things stand. Users see and change
//! an agent's `sockets`, `freeSockets` and `requests`, so only those are the truth.

pub mod pool;

#[cfg(test)]
mod tests;

pub use pool::Numbers;
