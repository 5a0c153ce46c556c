//! How many requests of one connection are under way: heads that were parsed, less answers that ended.

use std::sync::atomic::{AtomicU32, Ordering};

/// Counts of one connection. Wrap around after 2³², both alike.
#[derive(Debug, Default)]
pub(crate) struct Exchanges {
    requests: AtomicU32,
    responses: AtomicU32,
}

impl Exchanges {
    /// A request's head was parsed.
    pub fn request_begins(&self) {
        self.requests.fetch_add(1, Ordering::SeqCst);
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

    /// All requests are answered.
    pub fn is_idle(&self) -> bool {
        self.requests.load(Ordering::SeqCst) == self.responses.load(Ordering::SeqCst)
    }
}
