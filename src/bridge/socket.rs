//! What a JavaScript socket asks of its connection.

use crate::bridge::io::Io;
use std::net::SocketAddr;

use crate::io::{self, Socket};

/// One end of a connection.
#[napi_derive::napi(object)]
pub struct SocketAddress {
    pub address: String,
    pub family: String,
    pub port: u32,
}

impl From<SocketAddr> for SocketAddress {
    fn from(end: SocketAddr) -> Self {
        let (address, family) = match end {
            SocketAddr::V4(v4) => (v4.ip().to_string(), "IPv4"),
            // A link-local address carries its zone, as `getnameinfo` would print it.
            SocketAddr::V6(v6) if v6.scope_id() != 0 => {
                (format!("{}%{}", v6.ip(), v6.scope_id()), "IPv6")
            }
            SocketAddr::V6(v6) => (v6.ip().to_string(), "IPv6"),
        };
        Self {
            address,
            family: family.into(),
            port: u32::from(end.port()),
        }
    }
}

/// Whether bytes, an end or an error wait to be read from the descriptor of a handle of Node's.
#[napi_derive::napi(catch_unwind)]
pub fn has_input(fd: i32) -> bool {
    io::has_input(fd)
}

#[napi_derive::napi]
impl Io {
    #[napi(catch_unwind)]
    pub fn set_no_delay(&self, id: u32, enable: bool) {
        self.with_socket(id, |socket| socket.set_no_delay(enable));
    }

    /// See `Socket::set_keep_alive`.
    #[napi(catch_unwind)]
    pub fn set_keep_alive(
        &self,
        id: u32,
        enable: bool,
        delay: u32,
        interval: Option<u32>,
        count: Option<u32>,
    ) {
        self.with_socket(id, |socket| {
            socket.set_keep_alive(enable.then_some(delay), interval, count);
        });
    }

    #[napi(catch_unwind)]
    pub fn remote_address(&self, id: u32) -> Option<SocketAddress> {
        let known = self.with(id, |connection| connection.peer).flatten();
        let ask = || self.with_socket(id, Socket::peer);
        known.or_else(|| ask().flatten()).map(Into::into)
    }

    #[napi(catch_unwind)]
    pub fn local_address(&self, id: u32) -> Option<SocketAddress> {
        self.with_socket(id, Socket::local)?.map(Into::into)
    }

    /// Bytes that wait for the kernel.
    #[napi(catch_unwind)]
    pub fn pending(&self, id: u32) -> f64 {
        self.with(id, |connection| connection.outgoing().pending() as f64)
            .unwrap_or(0.0)
    }

    /// No message is being received.
    #[napi(catch_unwind)]
    pub fn is_idle(&self, id: u32) -> bool {
        self.with(id, |connection| {
            connection.message_clock.is_between_messages()
        })
        .unwrap_or(false)
    }

    /// Nothing is being received, not a byte of it, and JavaScript has answered all that was.
    #[napi(catch_unwind)]
    pub fn is_quiet(&self, id: u32) -> bool {
        self.with(id, |connection| connection.is_quiet())
            .unwrap_or(true)
    }

    /// Bytes read and written to the kernel so far, and requests whose heads were parsed and whose answers
    /// JavaScript has not ended.
    #[napi(catch_unwind)]
    pub fn traffic(&self, id: u32) -> Vec<f64> {
        self.with(id, |connection| {
            let (read, written) = connection.byte_counts();
            let under_way = connection.requests_under_way();
            vec![read as f64, written as f64, f64::from(under_way)]
        })
        .unwrap_or_else(|| vec![0.0; 3])
    }

    /// Of a listener that answers requests itself: how many it refused, how many health checks it answered,
    /// and the longest delay lately, in milliseconds.
    #[napi(catch_unwind)]
    pub fn guard_counts(&self, listener: u32) -> Option<Vec<f64>> {
        let counts = self.environment.listener(listener)?.guard_counts()?;
        let (refused, health_checks, delay) = counts;
        Some(vec![refused as f64, health_checks as f64, delay as f64])
    }
}
