//! TLS of servers, without sockets: ciphertext in, plaintext out, and the other way round. The protocol is
//! rustls'; this room says what it is configured with, which clients it is left to Node to speak with, and
//! what became of a handshake in OpenSSL's terms.
//!
//! May use rustls and libcrux-ml-kem (feature `tls`). Without that feature nothing can be configured, and
//! there are no sessions.

mod error;
mod options;

#[cfg(all(feature = "tls", unix))]
mod contexts;
#[cfg(all(feature = "tls", unix))]
mod hybrid;
#[cfg(all(feature = "tls", unix))]
mod pattern;
#[cfg(all(feature = "tls", unix))]
mod session;
#[cfg(all(feature = "tls", unix))]
mod suites;

#[cfg(not(all(feature = "tls", unix)))]
mod absent;

#[cfg(all(test, feature = "tls", unix))]
pub(crate) mod tests;

pub use error::{Error, Failure};
pub use options::{Context, Identity, Options};

#[cfg(not(all(feature = "tls", unix)))]
pub use absent::{Contexts, Session};
#[cfg(all(feature = "tls", unix))]
pub use contexts::Contexts;
#[cfg(all(feature = "tls", unix))]
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
}
