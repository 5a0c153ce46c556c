//! The times of one connection: when there was traffic, when its message began, what is overdue.
//!
//! A machine without a clock of its own: whoever calls says what time it is, in milliseconds since the
//! hub was started. Both threads use it, without a lock.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// There is no deadline.
pub(crate) const NEVER: u64 = u64::MAX;
/// Milliseconds by which a timeout without traffic comes later than asked: a timer that JavaScript
/// set for the same moment goes first, as it would among Node's own.
const BEHIND_JAVASCRIPT: u64 = 2;

/// The times of one connection.
#[derive(Debug)]
pub struct Clock {
    /// Milliseconds without traffic until a timeout is told; 0: never.
    timeout: AtomicU32,
    /// The timeout is the one between requests; the next request's head lifts it.
    between_requests: AtomicBool,
    last_activity: AtomicU64,
    /// When JavaScript last wrote, or set a timeout.
    last_use: AtomicU64,
    /// The last activity before the timeout that was told; nothing has happened since.
    told: AtomicU64,
    /// When the I/O side looks next.
    due: AtomicU64,
    /// When the message being received began, 0 between messages.
    message_start: AtomicU64,
    head_complete: AtomicBool,
}

/// What a look at a deadline brought.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Look {
    /// The connection has now been without traffic for its timeout.
    pub is_idle: bool,
    /// When to look again.
    pub next: u64,
}

impl Clock {
    pub(crate) fn new(timeout: u32, now: u64) -> Self {
        Self {
            timeout: AtomicU32::new(timeout),
            between_requests: AtomicBool::new(false),
            last_activity: AtomicU64::new(now),
            last_use: AtomicU64::new(now),
            told: AtomicU64::new(NEVER),
            due: AtomicU64::new(NEVER),
            message_start: AtomicU64::new(now.max(1)),
            head_complete: AtomicBool::new(false),
        }
    }

    // ---- the timeout without traffic ----

    /// Sets the timeout in milliseconds; 0 switches it off. Returns when the I/O side has to look, if
    /// that is earlier than it would.
    pub(crate) fn set_timeout(&self, timeout: u32, now: u64) -> Option<u64> {
        self.touch_from_javascript(now);
        self.between_requests.store(false, Ordering::Relaxed);
        self.told.store(NEVER, Ordering::Relaxed);
        self.timeout.store(timeout, Ordering::SeqCst);
        (timeout > 0)
            .then(|| now + u64::from(timeout) + BEHIND_JAVASCRIPT)
            .filter(|due| *due < self.due.load(Ordering::SeqCst))
    }

    /// From now on the timeout between requests runs. The I/O side looks often enough to see it.
    pub(crate) fn begin_idle(&self, timeout: u32) {
        self.timeout.store(timeout, Ordering::Release);
        self.between_requests.store(true, Ordering::SeqCst);
    }

    /// A request's head has arrived: the timeout between requests ends.
    pub(crate) fn end_idle(&self, timeout: u32) {
        if self.between_requests.swap(false, Ordering::SeqCst) {
            self.timeout.store(timeout, Ordering::Release);
        }
    }

    /// Notes that something was written or read.
    pub(crate) fn touch(&self, now: u64) {
        self.last_activity.store(now, Ordering::Relaxed);
    }

    /// Notes that JavaScript has written, or begun to wait anew.
    pub fn touch_from_javascript(&self, now: u64) {
        self.last_use.store(now, Ordering::Relaxed);
        self.touch(now);
    }

    /// Whether a timeout that is handled now still means what it did when it was told: JavaScript may
    /// have written since, or set another timeout. What was read meanwhile does not count: its records
    /// are behind.
    pub fn is_timed_out(&self, now: u64) -> bool {
        let timeout = u64::from(self.timeout.load(Ordering::SeqCst));
        timeout > 0 && now >= self.last_use.load(Ordering::Relaxed) + timeout
    }

    /// The first deadline of a connection; `keep_alive` is the timeout that may come into force
    /// without a word to the I/O side, 0 for none.
    pub(crate) fn first_deadline(&self, now: u64, keep_alive: u32) -> u64 {
        match self.period(keep_alive) {
            0 => NEVER,
            period => now + period + BEHIND_JAVASCRIPT,
        }
    }

    /// The I/O side will look at `due`. Returns false if it will look earlier already.
    pub(crate) fn set_due(&self, due: u64) -> bool {
        self.due.fetch_min(due, Ordering::SeqCst) > due
    }

    /// The deadline that was set for `due` is the one that counts.
    pub(crate) fn is_due(&self, due: u64) -> bool {
        self.due.load(Ordering::SeqCst) == due
    }

    /// Looks at the deadline that was set for `due`. `None` if another one was set since.
    pub(crate) fn look(&self, due: u64, now: u64, keep_alive: u32) -> Option<Look> {
        self.due
            .compare_exchange(due, NEVER, Ordering::SeqCst, Ordering::SeqCst)
            .ok()?;
        let period = self.period(keep_alive);
        if period == 0 {
            return Some(Look {
                is_idle: false,
                next: NEVER,
            });
        }
        let last = self.last_activity.load(Ordering::Relaxed);
        let active = u64::from(self.timeout.load(Ordering::SeqCst));
        let expires = last + active + BEHIND_JAVASCRIPT;
        if active > 0 && expires > now {
            return Some(Look {
                is_idle: false,
                next: expires.min(now + period + BEHIND_JAVASCRIPT),
            });
        }
        let is_idle = active > 0 && self.told.swap(last, Ordering::Relaxed) != last;
        Some(Look {
            is_idle,
            next: now + period + BEHIND_JAVASCRIPT,
        })
    }

    /// How often the I/O side has to look, in milliseconds; 0: never.
    fn period(&self, keep_alive: u32) -> u64 {
        u64::from(match (self.timeout.load(Ordering::SeqCst), keep_alive) {
            (0, only) | (only, 0) => only,
            (one, other) => one.min(other),
        })
    }

    // ---- the message being received ----

    pub(crate) fn message_begins(&self, now: u64) {
        self.head_complete.store(false, Ordering::Release);
        self.message_start.store(now.max(1), Ordering::Release);
    }

    pub(crate) fn head_is_complete(&self) {
        self.head_complete.store(true, Ordering::Release);
    }

    pub(crate) fn message_is_complete(&self) {
        self.message_start.store(0, Ordering::Release);
    }

    /// No message is being received.
    pub fn is_between_messages(&self) -> bool {
        self.message_start.load(Ordering::Acquire) == 0
    }

    /// Whether the message takes longer to arrive than the timeouts (in milliseconds, 0: none) allow.
    /// Told once: the next message begins anew.
    pub(crate) fn is_expired(&self, now: u64, headers: u64, request: u64) -> bool {
        let start = self.message_start.load(Ordering::Acquire);
        if start == 0 {
            return false;
        }
        let age = now.saturating_sub(start);
        let head_complete = self.head_complete.load(Ordering::Acquire);
        let expired =
            (headers > 0 && !head_complete && age >= headers) || (request > 0 && age >= request);
        if expired {
            self.message_start.store(0, Ordering::Release);
        }
        expired
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATE: u64 = BEHIND_JAVASCRIPT;

    #[test]
    fn a_timeout_is_told_once_until_there_is_traffic() {
        let clock = Clock::new(100, 1000);
        let due = clock.first_deadline(1000, 0);
        assert_eq!(due, 1100 + LATE);
        assert!(clock.set_due(due));
        let look = clock.look(due, due, 0).unwrap();
        assert!(look.is_idle);
        assert!(clock.set_due(look.next));
        let again = clock.look(look.next, look.next, 0).unwrap();
        assert!(!again.is_idle, "nothing has happened since");
        clock.touch(again.next - 50);
        clock.set_due(again.next);
        let later = clock.look(again.next, again.next, 0).unwrap();
        assert!(!later.is_idle);
        assert_eq!(later.next, again.next + 50 + LATE);
        clock.set_due(later.next);
        assert!(clock.look(later.next, later.next, 0).unwrap().is_idle);
    }

    #[test]
    fn a_shorter_timeout_asks_for_an_earlier_look() {
        let clock = Clock::new(1000, 0);
        clock.set_due(clock.first_deadline(0, 0));
        let due = clock.set_timeout(10, 5).unwrap();
        assert_eq!(due, 15 + LATE);
        assert!(clock.set_due(due));
        assert_eq!(clock.set_timeout(5000, 6), None);
        assert_eq!(clock.look(1000 + LATE, 1002, 0), None, "that one is stale");
    }

    #[test]
    fn the_timeout_between_requests_is_found_without_a_word() {
        let clock = Clock::new(0, 0);
        let due = clock.first_deadline(0, 50);
        clock.set_due(due);
        let look = clock.look(due, due, 50).unwrap();
        assert!(!look.is_idle);
        clock.touch(due + 10);
        clock.begin_idle(50);
        clock.set_due(look.next);
        let look = clock.look(look.next, look.next, 50).unwrap();
        assert_eq!(look.next, due + 10 + 50 + LATE);
        clock.set_due(look.next);
        assert!(clock.look(look.next, look.next, 50).unwrap().is_idle);
        clock.end_idle(0);
        assert!(!clock.is_timed_out(look.next + 1000));
    }

    #[test]
    fn what_javascript_did_overtakes_a_timeout() {
        let clock = Clock::new(100, 0);
        assert!(clock.is_timed_out(100));
        clock.touch_from_javascript(50);
        assert!(!clock.is_timed_out(120));
    }

    #[test]
    fn slow_messages_expire_once() {
        let clock = Clock::new(0, 0);
        clock.message_begins(100);
        assert!(!clock.is_expired(150, 60, 300));
        assert!(clock.is_expired(160, 60, 300));
        assert!(!clock.is_expired(999, 60, 300));
        clock.message_begins(1000);
        clock.head_is_complete();
        assert!(!clock.is_expired(1200, 60, 300));
        assert!(clock.is_expired(1300, 60, 300));
        clock.message_is_complete();
        assert!(clock.is_between_messages());
    }
}
