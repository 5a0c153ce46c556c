//! What the parser tells, and what it is told.

use crate::protocol::fields::Fields;
use crate::protocol::framing::Framing;
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

/// How to go on behind a head.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Read the content as it is framed.
    Content,
    /// There is none, whatever the fields say: the answer to HEAD.
    NoContent,
    /// What follows is another protocol.
    Upgrade,
    /// Not yet known: stop, and wait for `Parser::resume`.
    Pause,
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
