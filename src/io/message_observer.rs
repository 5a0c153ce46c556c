//! What a connection notes when messages begin and end, and which requests are answered without JavaScript.

use crate::io::connection::Connection;
use crate::io::guard::{Guard, Load, Reply};
use crate::protocol::Head;
use crate::ring::layout::{LACKS_HOST, UNTRUSTED};
use crate::ring::message_clock::MessageTimes;
use crate::ring::sink::Observer;

/// Notes on the connection when messages begin and end.
pub(crate) struct MessageObserver<'a> {
    connection: &'a Connection,
    times: MessageTimes<'a>,
    /// The guard that may answer requests instead of JavaScript, and what waits for JavaScript.
    guard: Option<(&'a Guard, Load)>,
    /// Requests that JavaScript is told of.
    pub told: usize,
    /// The guard's answer to the request that JavaScript is not told of.
    pub reply: Option<Reply>,
}

impl<'a> MessageObserver<'a> {
    pub fn new(connection: &'a Connection, now: u64, guard: Option<(&'a Guard, Load)>) -> Self {
        Self {
            connection,
            times: MessageTimes {
                clock: &connection.message_clock,
                now,
            },
            guard,
            told: 0,
            reply: None,
        }
    }
}

impl Observer for MessageObserver<'_> {
    fn message_begins(&mut self) {
        self.times.message_begins();
    }

    fn head_is_complete(&mut self) {
        self.times.head_is_complete();
        self.connection.request_begins();
    }

    fn message_is_complete(&mut self) {
        self.times.message_is_complete();
    }

    fn answers(&mut self, head: &Head<'_>, flags: u32) -> bool {
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
