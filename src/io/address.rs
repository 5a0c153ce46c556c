//! Names of a socket's ends, as Node shows them.

use std::net::SocketAddr;

use socket2::Socket;

/// One end of an IP socket.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Address {
    pub ip: String,
    pub port: u16,
    pub ipv6: bool,
}

impl Address {
    /// The peer of a socket; `None` for Unix sockets and sockets that are not connected any more.
    pub fn peer(socket: &Socket) -> Option<Self> {
        socket.peer_addr().ok()?.as_socket().map(Self::from)
    }

    /// The local end of a socket; `None` for Unix sockets.
    pub fn local(socket: &Socket) -> Option<Self> {
        socket.local_addr().ok()?.as_socket().map(Self::from)
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        let mut ip = address.ip().to_string();
        // A link-local address carries its zone, as `getnameinfo` would print it.
        if let SocketAddr::V6(v6) = address
            && v6.scope_id() != 0
        {
            ip = format!("{ip}%{}", v6.scope_id());
        }
        Self {
            ip,
            port: address.port(),
            ipv6: address.is_ipv6(),
        }
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
