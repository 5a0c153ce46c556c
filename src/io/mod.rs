//! Sockets on tokio: listeners, connections, timers, and writes from the caller's thread.
//!
//! May use `protocol` and `ring`, tokio, socket2 and libc; never napi.

mod address;
mod chunks;
mod connection;
mod deferred;
mod driver;
mod error;
mod expected;
mod expiry;
mod hub;
mod idle_timer;
mod listener;
mod outgoing;
mod sink;
mod stream;

pub use address::{Address, describe};
pub use chunks::{Chunk, Chunks, Lent};
pub use connection::Connection;
pub use error::Error;
pub use expected::Reader;
pub use hub::{Extra, Hub, Wake};
pub use listener::{Listener, Options};
pub use outgoing::{Outgoing, Pinned, Segment, Sent};
