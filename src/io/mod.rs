//! Sockets: listeners, connections, timers, and writes from the caller's thread. Connections are state
//! machines over readiness sets; a thread that leads a set drives them.

mod clock;
mod connection;
mod connections;
mod content_memory;
mod deadlines;
mod drive;
mod error;
mod exchanges;
mod guard;
mod hub;
mod inbox;
mod input;
mod javascript_lead;
mod lead;
mod leader_policy;
mod leadership;
mod listener;
mod options;
mod outgoing;
mod pending_request;
mod port;
mod process_end;
mod pulse;
mod read_window;
mod secure;
mod set;
mod socket;
mod thread;

#[cfg(test)]
mod tests;

pub use connection::{Connection, HandedOver};
pub use connections::Connections;
pub use content_memory::{ContentMemory, Fill};
pub use error::{closing, errno};
pub use guard::GuardOptions;
pub use hub::Hub;
pub use input::ParsedInput;
pub use javascript_lead::{JavaScriptLead, Next};
pub use listener::{Listener, Security};
pub use options::Options;
pub use outgoing::{After, BORROW_SIZE, Memory, Outgoing, Sent};
pub use port::{Attachment, Ends, Port, Wake};
pub use socket::{Socket, has_input};
