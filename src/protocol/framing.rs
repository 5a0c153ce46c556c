//! The only place that decides where a message ends, whether its connection persists and whether
//! it is upgraded, for both roles (RFC 9112, sections 6.3 and 9.3; RFC 9110, section 7.8).

use crate::protocol::control::Control;
use crate::protocol::method::Method;
use crate::protocol::parser::{RequestKind, Role};

/// How the content of a message is delimited.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Framing {
    None,
    Length(u64),
    Chunked,
    UntilClose,
}

/// The control data of a message's start line, and what is known of the exchange.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Message {
    pub version: (u8, u8),
    /// `None` in a response.
    pub method: Option<Method>,
    /// 0 in a request.
    pub status: u16,
    /// What a response answers.
    pub answers: RequestKind,
}

/// What a complete head means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Decision {
    pub framing: Framing,
    pub keep_alive: bool,
    pub upgrade: bool,
    /// A request whose codings do not end in `chunked`: its content has no end. As Node does, the
    /// head is told before the request is refused, and not refused if it is upgraded.
    pub is_refused: bool,
}

impl Message {
    fn role(&self) -> Role {
        if self.method.is_some() {
            Role::Server
        } else {
            Role::Client
        }
    }

    /// An interim response: another one follows.
    pub fn is_interim(&self) -> bool {
        self.status / 100 == 1 && self.status != 101
    }

    /// A response that ends HTTP on its connection.
    pub fn is_switch(&self) -> bool {
        self.status == 101
    }

    /// The status forbids content (RFC 9110, section 6.4.1).
    fn is_bare(&self) -> bool {
        self.status / 100 == 1 || self.status == 204 || self.status == 304
    }

    fn answers_head(&self) -> bool {
        self.answers == RequestKind::Head && !self.is_interim()
    }

    /// HTTP/1.1, or what is taken for it where any version is let through.
    fn is_1_1(&self) -> bool {
        let (major, minor) = self.version;
        major > 0 && minor > 0
    }

    /// Draws the conclusions from a complete head.
    pub fn decide(&self, control: &Control) -> Decision {
        let leniency = control.leniency;
        let upgrade = control.upgrade && control.connection_upgrade;
        let knows_upgrade = self.is_1_1() || leniency.is_insecure();
        let coding_without_end = control.has_coding && !control.is_chunked;
        Decision {
            framing: self.framing(control),
            keep_alive: self.persists(control, false),
            upgrade: match self.method {
                Some(method) => method == Method::CONNECT || (upgrade && knows_upgrade),
                None if self.is_switch() => upgrade,
                // Refused or not: Node hands the connection over whatever the answer is.
                None => self.answers == RequestKind::Connect,
            },
            is_refused: self.role() == Role::Server
                && coding_without_end
                && !leniency.is_insecure(),
        }
    }

    fn framing(&self, control: &Control) -> Framing {
        if self.is_bare() || self.answers_head() {
            return Framing::None;
        }
        if control.is_chunked {
            return Framing::Chunked;
        }
        if control.has_coding {
            return Framing::UntilClose;
        }
        match control.content_length() {
            Some(0) => Framing::None,
            Some(length) => Framing::Length(length),
            None if self.role() == Role::Server => Framing::None,
            None => Framing::UntilClose,
        }
    }

    /// Whether another message may follow. While the head is told, Node does not know that a
    /// response to HEAD has no content (`skips_content`), and lets no such connection persist
    /// whose response would else last until the close; so do we.
    pub fn persists(&self, control: &Control, skips_content: bool) -> bool {
        // A 101 that does not say what it switches to: what follows cannot be known.
        if self.is_switch() && !(control.upgrade && control.connection_upgrade) {
            return false;
        }
        let is_1_1 = self.is_1_1();
        if !is_1_1 && control.has_coding && !control.leniency.is_insecure() {
            return false;
        }
        let wanted = if is_1_1 {
            !control.close
        } else {
            control.keep_alive
        };
        wanted && (skips_content || !self.lasts_until_close(control))
    }

    fn lasts_until_close(&self, control: &Control) -> bool {
        if self.role() == Role::Server || self.is_bare() {
            return false;
        }
        !control.is_chunked && (control.has_coding || !control.has_length)
    }
}
