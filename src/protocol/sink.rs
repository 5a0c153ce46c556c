//! What the parser tells, and what it is told.

use crate::protocol::fields::Fields;
use crate::protocol::framing::{Decision, Framing, Message};
use crate::protocol::method::Method;

/// A complete head.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Major and minor.
    pub version: (u8, u8),
    /// `None` in a response.
    pub method: Option<Method>,
    /// Empty in a response.
    pub target: &'a [u8],
    /// 0 in a request.
    pub status: u16,
    /// Empty in a request.
    pub reason: &'a [u8],
    pub fields: Fields<'a>,
    pub framing: Framing,
    /// The peer keeps the connection open after this message, as far as it is concerned.
    pub keep_alive: bool,
    /// CONNECT, or Upgrade with `Connection: upgrade`.
    pub upgrade: bool,
}

impl<'a> Head<'a> {
    /// `line`: target or reason.
    pub(crate) fn new(
        message: &Message,
        decision: &Decision,
        line: &'a [u8],
        fields: Fields<'a>,
    ) -> Self {
        let (target, reason) = match message.method {
            Some(_) => (line, &b""[..]),
            None => (&b""[..], line),
        };
        Self {
            version: message.version,
            method: message.method,
            target,
            status: message.status,
            reason,
            fields,
            framing: decision.framing,
            keep_alive: decision.keep_alive,
            upgrade: decision.upgrade,
        }
    }

    /// The seconds of `Keep-Alive: timeout=`: how long the peer keeps an idle connection. It counts
    /// only as the first parameter of the first such field, as in Node.
    pub fn keep_alive_timeout(&self) -> Option<u64> {
        let is_keep_alive =
            |name: &[u8]| name.len() == 10 && name.eq_ignore_ascii_case(b"keep-alive");
        let (_, value) = self.fields.iter().find(|(name, _)| is_keep_alive(name))?;
        let text = value.strip_prefix(b"timeout=")?;
        let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
        digits.fold(None, |number: Option<u64>, digit| {
            let shifted = number.unwrap_or(0).saturating_mul(10);
            Some(shifted.saturating_add(u64::from(digit - b'0')))
        })
    }
}

/// How to go on behind a head.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Read the content as it is framed.
    Content,
    /// What follows is another protocol.
    Upgrade,
    /// What follows the content is another protocol.
    ContentThenUpgrade,
    /// Not yet known: stop, and wait for `Parser::resume`.
    Pause,
}

impl Verdict {
    /// The content is read; whether another protocol follows it.
    pub fn content(upgrades: bool) -> Self {
        if upgrades {
            Self::ContentThenUpgrade
        } else {
            Self::Content
        }
    }
}

/// Takes the parser's events, in the order of the bytes.
pub trait Sink {
    /// The first byte of a message's start line.
    fn message_begin(&mut self) {}
    fn head(&mut self, head: &Head<'_>) -> Verdict;
    /// A piece of content, the coding taken off.
    fn content(&mut self, bytes: &[u8]);
    /// The message is complete.
    fn complete(&mut self, trailers: &Fields<'_>);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeout_of(lines: &[(&str, &str)]) -> Option<u64> {
        let headers: Vec<_> = lines
            .iter()
            .map(|&(name, value)| httparse::Header {
                name,
                value: value.as_bytes(),
            })
            .collect();
        let head = Head {
            version: (1, 1),
            method: None,
            target: b"",
            status: 200,
            reason: b"OK",
            fields: Fields::parsed(&headers),
            framing: Framing::None,
            keep_alive: true,
            upgrade: false,
        };
        head.keep_alive_timeout()
    }

    #[test]
    fn the_timeout_is_the_first_parameter_of_the_first_keep_alive_field() {
        let absurd = format!("timeout={}", "9".repeat(30));
        for (lines, wanted) in [
            (&[("Keep-Alive", "timeout=5, max=7")][..], Some(5)),
            (&[("KEEP-alive", "timeout=10")], Some(10)),
            (&[("Keep-Alive", "timeout=0")], Some(0)),
            (&[("Keep-Alive", &absurd)], Some(u64::MAX)),
            (&[("Keep-Alive", "max=7, timeout=5")], None),
            (
                &[("Keep-Alive", "max=7"), ("Keep-Alive", "timeout=5")],
                None,
            ),
            (&[("Keep-Alive", "timeout=")], None),
            (&[("Keep-Alive", "timeout=-1")], None),
            (&[("Connection", "keep-alive")], None),
            (&[], None),
        ] {
            assert_eq!(timeout_of(lines), wanted, "{lines:?}");
        }
    }
}
