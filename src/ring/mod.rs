//! What crosses to JavaScript, without knowing JavaScript: ids, record layout, the event queue.

pub mod debug_log;
pub mod fields;
pub mod id;
pub mod idle_clock;
pub mod layout;
pub mod message_clock;
pub mod panic;
pub mod queue;
pub mod record;
pub mod sink;
pub mod stream;
pub(crate) mod sync;

#[cfg(test)]
mod tests;

pub use id::ConnId;
