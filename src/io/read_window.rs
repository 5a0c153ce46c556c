//! How much one connection posts before JavaScript has looked at it.

use crate::io::port::Port;

/// Bytes that one connection may post between two drains of the queue.
const WINDOW: usize = 256 * 1024;

/// The same where content has begun of which JavaScript may not know yet: it has to have the time to pause.
const FIRST_WINDOW: usize = 32 * 1024;

/// Drains after which it has had that: with the first it learns of the content, and by the second it has handled it.
const FIRST_DRAINS: u64 = 2;

/// What one connection has posted since the last drain.
#[derive(Debug, Default)]
pub(crate) struct ReadWindow {
    /// The drain since which `used` counts.
    epoch: u64,
    used: usize,
    /// The drain from which on the whole window may be used.
    restrained_until: u64,
}

impl ReadWindow {
    /// Whether nothing more should be read before the next drain. If so, the next `take` says that reading waits for it.
    pub fn is_used_up(&self, port: &Port) -> bool {
        let is_restrained = self.epoch < self.restrained_until;
        let size = if is_restrained { FIRST_WINDOW } else { WINDOW };
        if self.used <= size || port.epoch() != self.epoch {
            return false;
        }
        port.starve();
        // A drain in between has not seen the note.
        port.epoch() == self.epoch
    }

    /// Content has begun.
    pub fn restrain(&mut self, port: &Port) {
        self.restrained_until = port.epoch() + FIRST_DRAINS;
    }

    /// Counts what was posted.
    pub fn count(&mut self, port: &Port, posted: usize) {
        let epoch = port.epoch();
        if epoch != self.epoch {
            self.epoch = epoch;
            self.used = 0;
        }
        self.used += posted;
    }
}
