//! The options of a server that its connections follow.

use crate::io::guard::GuardOptions;
use crate::ring::sink::Reader;

/// Options of a server. Times are in milliseconds, 0 switches one off.
#[derive(Clone, Debug)]
pub struct Options {
    pub reader: Reader,
    pub timeout: u32,
    pub headers_timeout: u32,
    pub request_timeout: u32,
    pub keep_alive_timeout: u32,
    pub checking_interval: u32,
    pub max_connections: Option<usize>,
    pub no_delay: bool,
    /// Probe idle peers: seconds before the first probe.
    pub keep_alive_probe: Option<u32>,
    /// Nothing is read of a new connection before JavaScript says so.
    pub defer_reading: bool,
    /// What the I/O side answers itself; looked at when the listener is made.
    pub guard: Option<GuardOptions>,
}
