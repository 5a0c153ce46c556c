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

/// Both ends of a connection; `None` where an end is not an IP address.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ends {
    pub local: Option<Address>,
    pub remote: Option<Address>,
}

impl Ends {
    pub fn of(socket: &Socket) -> Self {
        Self {
            local: Address::local(socket),
            remote: Address::peer(socket),
        }
    }

    /// Bytes of memory, about.
    pub(crate) fn size(&self) -> usize {
        let text = |end: &Option<Address>| end.as_ref().map_or(0, |address| address.ip.capacity());
        size_of::<Self>() + text(&self.local) + text(&self.remote)
    }
}
