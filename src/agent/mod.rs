//! What an agent's pool decides: which requests get a connection, an idle one or a new one, which
//! wait, and what becomes of a connection afterwards.
//!
//! Pure: no sockets, no clock, no JavaScript. Who asks says how things stand, because users see and
//! change an agent's `sockets`, `freeSockets` and `requests`, so that only those are the truth.

mod idle;
mod pool;

pub use idle::{Idle, idle_timeout};
pub use pool::{Limits, OnFree, OnRemoved, OnRequest, Origin, Scheduling};
