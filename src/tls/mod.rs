//! TLS of servers and clients, without sockets: ciphertext in, plaintext out, and the other way round. The protocol is
//! rustls'; this room says what it is configured with, which clients are left to Node, whether
//! a server may be trusted, and what became of a handshake in OpenSSL's terms.

mod certificate;
mod choice;
mod client;
mod contexts;
mod error;
mod hybrid;
mod options;
mod pattern;
mod roots;
mod session;
mod suites;
mod warnings;

#[cfg(any(test, fuzzing))]
#[path = "tests/trace.rs"]
pub mod trace;

#[cfg(test)]
pub(crate) mod tests;

pub use client::ClientContext;
pub use contexts::Contexts;
pub use error::{Error, Failure};
pub use options::{ClientOptions, Context, Identity, Options};
pub use roots::Roots;
pub use session::Session;

/// What became of bytes that have arrived.
#[derive(Debug, Default)]
pub struct Opened {
    /// The handshake is over, with these bytes.
    pub secured: bool,
    /// Nothing more of this peer can be read.
    pub end: Option<End>,
}

/// Why nothing more can be read.
#[derive(Debug)]
pub enum End {
    /// The peer has said that it sends no more.
    Closed,
    /// A client that speaks what is not spoken here. Nothing was answered: Node may speak with it, beginning
    /// with these bytes.
    Foreign(Vec<u8>),
    /// An alert has come, or what came makes no sense.
    Failed(Failure),
}

/// What was agreed upon.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Agreement {
    /// As Node calls it: `TLSv1.3`.
    pub protocol: &'static str,
    /// The cipher suite, as OpenSSL names it and as the RFC does.
    pub cipher: (&'static str, &'static str),
    pub alpn: Option<Vec<u8>>,
    /// The name that the client has asked for.
    pub server_name: Option<String>,
    pub is_resumed: bool,
    /// The group of the key exchange, as TLS calls it.
    pub group: &'static str,
}

/// A server, as a client knows it when the handshake is over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Peer {
    /// What it has shown, in DER, its own certificate first.
    pub chain: Vec<Vec<u8>>,
    /// Why it is not trusted; `None`: it is trusted, if its name is the right one.
    pub complaint: Option<String>,
}
