//! Invariants of the write side between two calls, checked in debug builds.

use super::{Outgoing, Segment, Sender};

impl Outgoing {
    pub(super) fn check(&self) {
        if cfg!(debug_assertions) {
            let queued: usize = self.queue.iter().map(Segment::len).sum();
            assert_eq!(
                self.pending,
                queued - self.offset,
                "what waits is in the queue"
            );
            let first = self.queue.front().map_or(1, Segment::len);
            assert!(self.offset < first, "a segment that has left is let go of");
            assert!(
                self.queue.iter().all(|segment| segment.len() > 0),
                "a segment has bytes"
            );
        }
        if self.socket.is_none() {
            debug_assert_eq!(self.pending(), 0, "nothing waits without a socket");
            return;
        }
        debug_assert!(
            self.sender != Sender::Kernel || self.pending() > 0,
            "the kernel's report is awaited for something"
        );
        debug_assert!(
            !self.asked || self.pending > 0,
            "JavaScript is asked to go on with something"
        );
    }
}
