//! How many requests of one connection are under way: heads that were parsed, less answers that ended.

use crate::ring::idle_clock::IdleClock;
use crate::ring::sync::{AtomicU32, Ordering};

/// Counts of one connection. Wrap around after 2³², both alike.
#[derive(Debug, Default)]
pub(crate) struct Exchanges {
    requests: AtomicU32,
    responses: AtomicU32,
}

impl Exchanges {
    /// A request's head was parsed: the pause between requests ends, and `timeout` holds.
    pub fn request_begins(&self, clock: &IdleClock, timeout: u32) {
        self.requests.fetch_add(1, Ordering::SeqCst);
        clock.end_idle(timeout);
    }

    /// JavaScript has ended the answer to the request that waits longest.
    pub fn response_ends(&self) {
        let before = self.responses.fetch_add(1, Ordering::SeqCst);
        debug_assert_ne!(
            before,
            self.requests.load(Ordering::SeqCst),
            "an answer has a request"
        );
    }

    /// The last byte of an answer has left: the pause between requests begins, if no request is under
    /// way. Returns whether it does.
    pub fn begin_pause(&self, clock: &IdleClock, keep_alive: u32, timeout: u32) -> bool {
        if !self.is_idle() {
            return false;
        }
        clock.begin_idle(keep_alive);
        // A head that was parsed just now has found nothing to lift.
        if !self.is_idle() {
            clock.end_idle(timeout);
            return false;
        }
        true
    }

    /// Requests that are not answered.
    pub fn under_way(&self) -> u32 {
        let responses = self.responses.load(Ordering::SeqCst);
        self.requests.load(Ordering::SeqCst).wrapping_sub(responses)
    }

    /// All requests are answered.
    fn is_idle(&self) -> bool {
        self.under_way() == 0
    }
}
