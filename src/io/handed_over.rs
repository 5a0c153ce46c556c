//! What a connection leaves to another owner.

use std::os::fd::OwnedFd;

use bytes::Bytes;

use crate::protocol::Parser;
use crate::ring::message_clock::MessageClock;
use crate::ring::sink::SinkState;

/// A connection that is given to another owner.
#[derive(Debug)]
pub struct HandedOver {
    pub fd: OwnedFd,
    /// Output that the kernel has not taken; the new owner sends it first.
    pub unsent: Vec<u8>,
    pub input: ParsedInput,
}

/// How far the input of a connection was parsed, for an owner that goes on.
#[derive(Debug)]
pub struct ParsedInput {
    pub parser: Parser,
    pub sink_state: SinkState,
    pub message_clock: MessageClock,
    /// When the parser was taken, on the scale of that clock.
    pub now: u64,
    /// What came behind a head that asked for an upgrade, to be parsed first if that is declined.
    pub unparsed: Bytes,
}
