//! Names of a socket's ends, as Node shows them.

use std::os::fd::BorrowedFd;

use socket2::{SockAddr, SockRef};

/// One end of an IP socket.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Address {
    pub ip: String,
    pub port: u16,
    pub ipv6: bool,
}

impl Address {
    fn from_socket(address: &SockAddr) -> Option<Self> {
        let address = address.as_socket()?;
        Some(match address {
            std::net::SocketAddr::V4(v4) => Self {
                ip: v4.ip().to_string(),
                port: v4.port(),
                ipv6: false,
            },
            std::net::SocketAddr::V6(v6) => Self {
                ip: v6_text(&v6),
                port: v6.port(),
                ipv6: true,
            },
        })
    }

    /// The peer of a socket; `None` for Unix sockets and sockets that are not connected any more.
    pub fn peer(fd: BorrowedFd<'_>) -> Option<Self> {
        Self::from_socket(&SockRef::from(&fd).peer_addr().ok()?)
    }

    /// The local end of a socket; `None` for Unix sockets.
    pub fn local(fd: BorrowedFd<'_>) -> Option<Self> {
        Self::from_socket(&SockRef::from(&fd).local_addr().ok()?)
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

/// A link-local address carries its zone, as `getnameinfo` would print it.
fn v6_text(address: &std::net::SocketAddrV6) -> String {
    match address.scope_id() {
        0 => address.ip().to_string(),
        zone => format!("{}%{zone}", address.ip()),
    }
}

/// Both ends as text, for a connection that is dropped at once: local, then remote.
pub fn describe(fd: BorrowedFd<'_>) -> String {
    let text = |end: Option<Address>| end.map(|address| address.text()).unwrap_or_default();
    format!("{},{}", text(Address::local(fd)), text(Address::peer(fd)))
}
