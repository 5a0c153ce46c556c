//! Since when a connection is without traffic, and whether that is too long.
//!
//! A machine without a clock of its own: the caller says what time it is, in milliseconds from a
//! beginning of its choice. Two threads may use one, without a lock.

#[cfg(test)]
mod tests;

use crate::ring::sync::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// There is no deadline.
pub const NEVER: u64 = u64::MAX;
/// Milliseconds before a timeout without traffic is over, at which JavaScript is told. It waits for the
/// rest by a timer of its own, which comes in its turn among those of the program, however late a
/// thread was woken.
const AHEAD: u64 = 4;

/// The timeout of a connection without traffic.
#[derive(Debug)]
pub struct IdleClock {
    /// Milliseconds without traffic until the time is over; 0: never.
    timeout: AtomicU32,
    /// The timeout is the one between requests; the next request's head lifts it.
    between_requests: AtomicBool,
    last_activity: AtomicU64,
    /// The end of the timeout of which JavaScript was told last.
    told: AtomicU64,
    /// The end of the timeout that JavaScript has taken.
    taken: AtomicU64,
    /// When the I/O side looks next.
    due: AtomicU64,
}

/// What a look at a deadline brought.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Look {
    /// JavaScript has to wait for the rest of the timeout.
    pub is_near: bool,
    /// When to look again.
    pub next: u64,
}

impl IdleClock {
    /// A clock that runs from `now` on; milliseconds both, a `timeout` of 0 for none.
    pub fn new(timeout: u32, now: u64) -> Self {
        Self {
            timeout: AtomicU32::new(timeout),
            between_requests: AtomicBool::new(false),
            last_activity: AtomicU64::new(now),
            told: AtomicU64::new(NEVER),
            taken: AtomicU64::new(NEVER),
            due: AtomicU64::new(NEVER),
        }
    }

    /// Sets the timeout in milliseconds; 0 switches it off. One that is set between requests ends with the
    /// next request's head, too. Returns when the I/O side has to look, if that is earlier than it would.
    pub fn set_timeout(&self, timeout: u32, now: u64) -> Option<u64> {
        self.touch(now);
        self.told.store(NEVER, Ordering::Relaxed);
        self.taken.store(NEVER, Ordering::Relaxed);
        self.timeout.store(timeout, Ordering::SeqCst);
        (timeout > 0)
            .then(|| ahead_of(now + u64::from(timeout)).max(now))
            .filter(|due| *due < self.due.load(Ordering::SeqCst))
    }

    /// From now on the timeout between requests runs. The I/O side looks often enough to see it.
    pub fn begin_idle(&self, timeout: u32) {
        self.timeout.store(timeout, Ordering::Release);
        // A swap and not a store, so that it is in order with the one in `end_idle`.
        self.between_requests.swap(true, Ordering::SeqCst);
    }

    /// A request's head has arrived: the timeout between requests ends.
    pub fn end_idle(&self, timeout: u32) {
        if self.between_requests.swap(false, Ordering::SeqCst) {
            self.timeout.store(timeout, Ordering::Release);
        }
    }

    /// Notes that something was written or read. The I/O side tells the time once a turn: what it says
    /// may be over already.
    pub fn touch(&self, now: u64) {
        if now > self.last_activity.load(Ordering::Relaxed) {
            self.last_activity.fetch_max(now, Ordering::Relaxed);
        }
    }

    /// How many milliseconds JavaScript, which was told of the timeout, has to wait. There may have been traffic
    /// since, or another timeout may have been set. `None`: there is none, it was taken, or it is so far away that
    /// the I/O side will tell of it.
    pub fn left(&self, now: u64) -> Option<u64> {
        self.left_after(self.last_activity.load(Ordering::Relaxed), now)
    }

    /// As `left`; that the time is over is said once until there is traffic.
    pub fn take(&self, now: u64) -> Option<u64> {
        let last = self.last_activity.load(Ordering::Relaxed);
        let left = self.left_after(last, now);
        if left == Some(0) {
            let timeout = u64::from(self.timeout.load(Ordering::SeqCst));
            self.taken.store(last + timeout, Ordering::Relaxed);
        }
        left
    }

    fn left_after(&self, last: u64, now: u64) -> Option<u64> {
        let timeout = u64::from(self.timeout.load(Ordering::SeqCst));
        let end = last + timeout;
        if timeout == 0 || self.taken.load(Ordering::Relaxed) == end {
            return None;
        }
        Some(end.saturating_sub(now)).filter(|rest| *rest <= AHEAD)
    }

    /// The I/O side will look at `due`. Returns false if it will look earlier already.
    pub fn set_due(&self, due: u64) -> bool {
        self.due.fetch_min(due, Ordering::SeqCst) > due
    }

    /// The deadline that was set for `due` is the one that counts.
    pub fn is_due(&self, due: u64) -> bool {
        self.due.load(Ordering::SeqCst) == due
    }

    /// Looks at the deadline that was set for `due`. `None` if another one was set since.
    pub fn look(&self, due: u64, now: u64, keep_alive: u32) -> Option<Look> {
        self.due
            .compare_exchange(due, NEVER, Ordering::SeqCst, Ordering::SeqCst)
            .ok()?;
        debug_assert!(due <= now, "a deadline is looked at in its time");
        let latest = self.next_look(now, keep_alive);
        let last = self.last_activity.load(Ordering::Relaxed);
        let timeout = u64::from(self.timeout.load(Ordering::SeqCst));
        let end = last + timeout;
        let near = ahead_of(end);
        let look = if timeout > 0 && near > now {
            Look {
                is_near: false,
                next: near.min(latest),
            }
        } else {
            Look {
                is_near: timeout > 0 && self.told.swap(end, Ordering::Relaxed) != end,
                next: latest,
            }
        };
        debug_assert!(look.next > now, "each look is later than the one before");
        Some(look)
    }

    /// When the I/O side has to look (again) at the latest, so that it misses no timeout that comes into force without
    /// a word: `keep_alive` may, 0 for none. A timeout that is shorter than `AHEAD` is looked at twice in its time.
    pub fn next_look(&self, now: u64, keep_alive: u32) -> u64 {
        let timeout = self.timeout.load(Ordering::SeqCst);
        let period = u64::from(match (timeout, keep_alive) {
            (0, 0) => return NEVER,
            (0, only) | (only, 0) => only,
            (one, other) => one.min(other),
        });
        now + period.saturating_sub(AHEAD).max(period / 2).max(1)
    }
}

/// When JavaScript is told of a timeout that ends at `end`.
fn ahead_of(end: u64) -> u64 {
    end.saturating_sub(AHEAD)
}
