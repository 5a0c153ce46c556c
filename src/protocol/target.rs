//! The grammar of request targets (RFC 9112, section 3.2) as Node's parser sees it.

use crate::protocol::error::{ErrorKind, Fault};

/// Where in a target the parser is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Target {
    Start,
    Scheme,
    /// After the colon: slashes seen.
    SchemeDelimiter(u8),
    Authority,
    AuthorityAt,
    Path,
    Query,
    Fragment,
}

/// What a byte means.
pub(crate) enum Step {
    /// Part of the target.
    Inside(Target),
    /// The space behind it.
    End,
    /// CR or LF behind it: HTTP/0.9.
    EndOfLine,
}

/// Bytes of paths, queries and fragments, `?` and `#` aside.
const fn is_url_char(byte: u8) -> bool {
    byte > b' ' && byte < 0x7f && byte != b'?' && byte != b'#'
}

/// Bytes that have a refusal of their own.
pub(crate) const fn is_refused_anywhere(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x0c)
}

fn is_authority_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.!~*'()%;:&=+$,[]".contains(&byte)
}

impl Target {
    /// The state before the first byte; CONNECT names an authority.
    pub fn start(is_connect: bool) -> Self {
        if is_connect {
            Self::Authority
        } else {
            Self::Start
        }
    }

    /// Consumes one byte.
    pub fn step(self, byte: u8) -> Result<Step, Fault> {
        if self == Self::SchemeDelimiter(1) && byte != b'/' {
            return Err((ErrorKind::UrlSchema, 0));
        }
        if is_refused_anywhere(byte) {
            return Err((ErrorKind::UrlChars, 1));
        }
        if matches!(byte, b' ' | b'\r' | b'\n') {
            return match self {
                Self::Start | Self::Scheme | Self::SchemeDelimiter(_) => {
                    Err((ErrorKind::UrlChars, 1))
                }
                _ if byte == b' ' => Ok(Step::End),
                _ => Ok(Step::EndOfLine),
            };
        }
        self.inside(byte).map(Step::Inside)
    }

    fn inside(self, byte: u8) -> Result<Self, Fault> {
        match self {
            Self::Start => match byte {
                b'/' | b'*' => Ok(Self::Path),
                _ if byte.is_ascii_alphabetic() => Ok(Self::Scheme),
                _ => Err((ErrorKind::UrlStart, 0)),
            },
            Self::Scheme => match byte {
                b':' => Ok(Self::SchemeDelimiter(0)),
                _ if byte.is_ascii_alphabetic() => Ok(Self::Scheme),
                _ => Err((ErrorKind::UrlSchema, 0)),
            },
            Self::SchemeDelimiter(0) if byte == b'/' => Ok(Self::SchemeDelimiter(1)),
            Self::SchemeDelimiter(1) if byte == b'/' => Ok(Self::Authority),
            Self::SchemeDelimiter(_) => Err((ErrorKind::UrlSchema, 0)),
            Self::Authority | Self::AuthorityAt => match byte {
                b'/' => Ok(Self::Path),
                b'?' => Ok(Self::Query),
                b'@' if self == Self::AuthorityAt => Err((ErrorKind::UrlDoubleAt, 1)),
                b'@' => Ok(Self::AuthorityAt),
                _ if is_authority_char(byte) => Ok(Self::Authority),
                _ => Err((ErrorKind::UrlServer, 0)),
            },
            Self::Path => match byte {
                b'?' => Ok(Self::Query),
                b'#' => Ok(Self::Fragment),
                _ if is_url_char(byte) => Ok(Self::Path),
                _ => Err((ErrorKind::UrlPath, 0)),
            },
            Self::Query => match byte {
                b'#' => Ok(Self::Fragment),
                b'?' => Ok(Self::Query),
                _ if is_url_char(byte) => Ok(Self::Query),
                _ => Err((ErrorKind::UrlQuery, 0)),
            },
            Self::Fragment => match byte {
                b'#' | b'?' => Ok(Self::Fragment),
                _ if is_url_char(byte) => Ok(Self::Fragment),
                _ => Err((ErrorKind::UrlFragment, 0)),
            },
        }
    }

    /// Whether `target` is one, as a whole. An origin form, the usual one, is looked at in one go.
    pub fn accepts(target: &[u8], is_connect: bool) -> bool {
        if !is_connect && target.first() == Some(&b'/') {
            return target.iter().all(|&byte| byte > b' ' && byte < 0x7f);
        }
        let mut state = Self::start(is_connect);
        for &byte in target {
            match state.step(byte) {
                Ok(Step::Inside(next)) => state = next,
                _ => return false,
            }
        }
        !matches!(state, Self::Start | Self::Scheme | Self::SchemeDelimiter(_))
    }
}
