//! What a connection notes when a head is complete, and which requests are answered without JavaScript.

use crate::io::connection::Connection;
use crate::io::guard::{Guard, Load, Reply};
use crate::protocol::Head;
use crate::ring::layout::{LACKS_HOST, UNTRUSTED};
use crate::ring::sink::Observer;

/// Is told of the heads that arrive on a connection.
pub(crate) struct HeadObserver<'a> {
    connection: &'a Connection,
    /// The guard that may answer requests instead of JavaScript, and what waits for JavaScript.
    guard: Option<(&'a Guard, Load)>,
    /// Requests that JavaScript is told of.
    pub told: usize,
    /// The guard's answer to the request that JavaScript is not told of.
    pub reply: Option<Reply>,
}

impl<'a> HeadObserver<'a> {
    pub fn new(connection: &'a Connection, guard: Option<(&'a Guard, Load)>) -> Self {
        Self {
            connection,
            guard,
            told: 0,
            reply: None,
        }
    }
}

impl Observer for HeadObserver<'_> {
    fn head(&mut self, head: &Head<'_>, flags: u32) -> bool {
        self.connection.request_begins();
        self.reply = self.guard.and_then(|(guard, load)| {
            let listener = self.connection.listener.as_ref()?;
            // Behind others it would not be in its order; what is refused for its Host, JavaScript refuses.
            let is_first = self.connection.requests_under_way() == 1;
            let is_sound = flags & (UNTRUSTED | LACKS_HOST) == 0;
            (is_first && is_sound)
                .then(|| guard.reply(head, load, listener.keeps_connections()))
                .flatten()
        });
        self.told += usize::from(self.reply.is_none());
        self.reply.is_some()
    }
}
