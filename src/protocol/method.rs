//! Request methods: those of `http.METHODS`, and those Node's parser knows but refuses.

/// The methods that are served. A method crosses to JavaScript as its index here.
pub const METHODS: &[&str] = &[
    "GET",
    "POST",
    "HEAD",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "CONNECT",
    "TRACE",
    "ACL",
    "BIND",
    "CHECKOUT",
    "COPY",
    "LINK",
    "LOCK",
    "M-SEARCH",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MOVE",
    "NOTIFY",
    "PROPFIND",
    "PROPPATCH",
    "PURGE",
    "QUERY",
    "REBIND",
    "REPORT",
    "SEARCH",
    "SOURCE",
    "SUBSCRIBE",
    "UNBIND",
    "UNLINK",
    "UNLOCK",
    "UNSUBSCRIBE",
];

/// Known, so that their refusal comes where Node's does: RTSP's methods, and HTTP/2's preface.
const REFUSED: &[&str] = &[
    "ANNOUNCE",
    "DESCRIBE",
    "FLUSH",
    "GET_PARAMETER",
    "PAUSE",
    "PLAY",
    "RECORD",
    "REDIRECT",
    "SET_PARAMETER",
    "SETUP",
    "TEARDOWN",
    "PRI",
];

/// Longest name in both lists.
pub(crate) const MAX_LENGTH: usize = 13;

/// A request method.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Method(u8);

impl Method {
    pub const CONNECT: Self = Self(7);

    /// The method of this name, in exactly this case (RFC 9110, section 9.1).
    pub fn from_bytes(name: &[u8]) -> Option<Self> {
        METHODS
            .iter()
            .position(|method| method.as_bytes() == name)
            .map(|index| Self(index as u8))
    }

    /// Position in `METHODS`.
    pub fn index(self) -> u8 {
        self.0
    }

    pub fn as_str(self) -> &'static str {
        METHODS[self.0 as usize]
    }
}

/// What a name is, or may become.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Known {
    Served(Method),
    /// A method of another protocol.
    Foreign,
    /// HTTP/2's connection preface begins like this.
    Preface,
}

/// What a complete name is.
pub(crate) fn known(name: &[u8]) -> Option<Known> {
    if let Some(method) = Method::from_bytes(name) {
        return Some(Known::Served(method));
    }
    if name == b"PRI" {
        return Some(Known::Preface);
    }
    REFUSED
        .iter()
        .any(|method| method.as_bytes() == name)
        .then_some(Known::Foreign)
}

/// Whether some method begins with `prefix`.
pub(crate) fn is_prefix(prefix: &[u8]) -> bool {
    METHODS
        .iter()
        .chain(REFUSED)
        .any(|method| method.as_bytes().starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connect_is_where_it_is_said_to_be() {
        assert_eq!(Method::CONNECT.as_str(), "CONNECT");
        assert_eq!(Method::from_bytes(b"CONNECT"), Some(Method::CONNECT));
    }

    #[test]
    fn no_name_is_longer_than_the_buffer_for_it() {
        assert!(
            METHODS
                .iter()
                .chain(REFUSED)
                .all(|method| method.len() <= MAX_LENGTH)
        );
    }
}
