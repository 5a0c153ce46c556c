//! How many requests of one connection are under way: heads that were parsed, less answers that ended.

use crate::ring::idle_clock::IdleClock;
use crate::ring::sync::{AtomicU32, Ordering};

#[derive(Debug, Default)]
pub(crate) struct Exchanges(AtomicU32);

impl Exchanges {
    /// A request's head was parsed: the timeout between requests ends, and `timeout` holds.
    pub fn request_begins(&self, clock: &IdleClock, timeout: u32) {
        self.0.fetch_add(1, Ordering::SeqCst);
        clock.end_idle(timeout);
    }

    /// JavaScript has ended the answer to the request that waits longest.
    pub fn response_ends(&self) {
        let before = self.0.fetch_sub(1, Ordering::SeqCst);
        debug_assert!(before > 0, "an answer has a request");
    }

    /// The last byte of an answer has left: the timeout between requests begins, if no request is under
    /// way. Returns whether it does.
    pub fn begin_idle(&self, clock: &IdleClock, keep_alive: u32, timeout: u32) -> bool {
        if self.under_way() > 0 {
            return false;
        }
        clock.begin_idle(keep_alive);
        // A head that was parsed just now has found nothing to lift.
        if self.under_way() > 0 {
            clock.end_idle(timeout);
            return false;
        }
        true
    }

    pub fn under_way(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }
}
