//! Keeps a connection's clock of messages while its input is parsed.

use std::sync::atomic::Ordering;

use crate::io::connection::Connection;
use crate::ring::sink::Observer;

/// Notes on the connection when messages begin and end, for the timeouts.
#[derive(Debug)]
pub(crate) struct MessageClock<'a> {
    pub connection: &'a Connection,
    pub now: u64,
    /// Timeout of a connection inside a request (`server.timeout`), in milliseconds.
    pub timeout: u32,
}

impl Observer for MessageClock<'_> {
    fn message_begins(&mut self) {
        self.connection
            .head_complete
            .store(false, Ordering::Release);
        self.connection
            .message_start
            .store(self.now.max(1), Ordering::Release);
    }

    fn head_is_complete(&mut self) {
        self.connection.head_complete.store(true, Ordering::Release);
        self.connection.end_idle(self.timeout);
    }

    fn message_is_complete(&mut self) {
        self.connection.message_start.store(0, Ordering::Release);
    }
}
