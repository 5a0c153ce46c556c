//! Names of a socket's ends, as Node shows them.

use std::net::{SocketAddr, SocketAddrV6};

use socket2::{SockAddr, Socket};

/// One end of an IP socket.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Address {
    pub ip: String,
    pub port: u16,
    pub ipv6: bool,
}

impl Address {
    fn from_socket(address: &SockAddr) -> Option<Self> {
        address.as_socket().map(Self::from)
    }

    /// The peer of a socket; `None` for Unix sockets and sockets that are not connected any more.
    pub fn peer(socket: &Socket) -> Option<Self> {
        Self::from_socket(&socket.peer_addr().ok()?)
    }

    /// The local end of a socket; `None` for Unix sockets.
    pub fn local(socket: &Socket) -> Option<Self> {
        Self::from_socket(&socket.local_addr().ok()?)
    }

    /// `address port family`, the form in which it crosses to JavaScript.
    fn text(&self) -> String {
        format!(
            "{} {} {}",
            self.ip,
            self.port,
            if self.ipv6 { "IPv6" } else { "IPv4" }
        )
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        match address {
            SocketAddr::V4(v4) => Self {
                ip: v4.ip().to_string(),
                port: v4.port(),
                ipv6: false,
            },
            SocketAddr::V6(v6) => Self {
                ip: v6_text(&v6),
                port: v6.port(),
                ipv6: true,
            },
        }
    }
}

/// A link-local address carries its zone, as `getnameinfo` would print it.
fn v6_text(address: &SocketAddrV6) -> String {
    match address.scope_id() {
        0 => address.ip().to_string(),
        zone => format!("{}%{zone}", address.ip()),
    }
}

/// Both ends as text, for a connection that is dropped at once: local, then remote.
pub fn describe(socket: &Socket) -> String {
    let text = |end: Option<Address>| end.map(|address| address.text()).unwrap_or_default();
    format!(
        "{},{}",
        text(Address::local(socket)),
        text(Address::peer(socket))
    )
}
