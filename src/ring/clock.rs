//! The times of one connection: since when there was no traffic, since when a message arrives, and what
//! of that takes too long.
//!
//! Machines without a clock of their own: the caller says what time it is, in milliseconds from a
//! beginning of its choice. Two threads may use one, without a lock.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use crate::ring::sink::Observer;

/// There is no deadline.
pub const NEVER: u64 = u64::MAX;
/// Milliseconds by which a timeout without traffic comes later than asked: a timer that JavaScript
/// set for the same moment goes first, as it would among Node's own.
const BEHIND_JAVASCRIPT: u64 = 2;

/// How long the message that is being received takes to arrive.
#[derive(Debug)]
pub struct MessageClock {
    /// When the message began, 0 between messages.
    start: AtomicU64,
    head_complete: AtomicBool,
}

impl MessageClock {
    /// The first message of a connection begins with the connection.
    pub fn new(now: u64) -> Self {
        Self {
            start: AtomicU64::new(now.max(1)),
            head_complete: AtomicBool::new(false),
        }
    }

    pub fn begin(&self, now: u64) {
        self.head_complete.store(false, Ordering::Release);
        self.start.store(now.max(1), Ordering::Release);
    }

    pub fn complete_head(&self) {
        self.head_complete.store(true, Ordering::Release);
    }

    pub fn complete(&self) {
        self.start.store(0, Ordering::Release);
    }

    /// No message is being received.
    pub fn is_between_messages(&self) -> bool {
        self.start.load(Ordering::Acquire) == 0
    }

    /// Whether the message takes longer to arrive than the timeouts (in milliseconds, 0: none) allow.
    /// Told once: the next message begins anew.
    pub fn is_expired(&self, now: u64, headers_timeout: u64, request_timeout: u64) -> bool {
        let start = self.start.load(Ordering::Acquire);
        if start == 0 {
            return false;
        }
        let age = now.saturating_sub(start);
        let is_over = |timeout: u64| timeout > 0 && age >= timeout;
        let head_complete = self.head_complete.load(Ordering::Acquire);
        let expired = is_over(request_timeout) || (!head_complete && is_over(headers_timeout));
        if expired {
            self.start.store(0, Ordering::Release);
        }
        expired
    }

    /// The same message on another time scale, which shows `to` where this one shows `from`.
    pub fn on_other_scale(&self, from: u64, to: u64) -> Self {
        let start = match self.start.load(Ordering::Acquire) {
            0 => 0,
            start => to.saturating_sub(from.saturating_sub(start)).max(1),
        };
        let clock = self.clone();
        clock.start.store(start, Ordering::Release);
        clock
    }
}

impl Clone for MessageClock {
    fn clone(&self) -> Self {
        Self {
            start: AtomicU64::new(self.start.load(Ordering::Acquire)),
            head_complete: AtomicBool::new(self.head_complete.load(Ordering::Acquire)),
        }
    }
}

/// Notes on a clock what is parsed at `now`.
#[derive(Debug)]
pub struct MessageTimes<'a> {
    pub clock: &'a MessageClock,
    pub now: u64,
}

impl Observer for MessageTimes<'_> {
    fn message_begins(&mut self) {
        self.clock.begin(self.now);
    }

    fn head_is_complete(&mut self) {
        self.clock.complete_head();
    }

    fn message_is_complete(&mut self) {
        self.clock.complete();
    }
}

/// The timeout of a connection without traffic.
#[derive(Debug)]
pub struct IdleClock {
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
}

/// What a look at a deadline brought.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Look {
    /// The connection has now been without traffic for its timeout.
    pub is_idle: bool,
    /// When to look again.
    pub next: u64,
}

impl IdleClock {
    pub fn new(timeout: u32, now: u64) -> Self {
        Self {
            timeout: AtomicU32::new(timeout),
            between_requests: AtomicBool::new(false),
            last_activity: AtomicU64::new(now),
            last_use: AtomicU64::new(now),
            told: AtomicU64::new(NEVER),
            due: AtomicU64::new(NEVER),
        }
    }

    /// Sets the timeout in milliseconds; 0 switches it off. Returns when the I/O side has to look, if
    /// that is earlier than it would.
    pub fn set_timeout(&self, timeout: u32, now: u64) -> Option<u64> {
        self.touch_from_javascript(now);
        self.between_requests.store(false, Ordering::Relaxed);
        self.told.store(NEVER, Ordering::Relaxed);
        self.timeout.store(timeout, Ordering::SeqCst);
        (timeout > 0)
            .then(|| now + u64::from(timeout) + BEHIND_JAVASCRIPT)
            .filter(|due| *due < self.due.load(Ordering::SeqCst))
    }

    /// From now on the timeout between requests runs. The I/O side looks often enough to see it.
    pub fn begin_idle(&self, timeout: u32) {
        self.timeout.store(timeout, Ordering::Release);
        self.between_requests.store(true, Ordering::SeqCst);
    }

    /// A request's head has arrived: the timeout between requests ends.
    pub fn end_idle(&self, timeout: u32) {
        if self.between_requests.swap(false, Ordering::SeqCst) {
            self.timeout.store(timeout, Ordering::Release);
        }
    }

    /// Notes that something was written or read.
    pub fn touch(&self, now: u64) {
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
    pub fn first_deadline(&self, now: u64, keep_alive: u32) -> u64 {
        match self.period(keep_alive) {
            0 => NEVER,
            period => now + period + BEHIND_JAVASCRIPT,
        }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATE: u64 = BEHIND_JAVASCRIPT;

    #[test]
    fn a_timeout_is_told_once_until_there_is_traffic() {
        let clock = IdleClock::new(100, 1000);
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
        let clock = IdleClock::new(1000, 0);
        clock.set_due(clock.first_deadline(0, 0));
        let due = clock.set_timeout(10, 5).unwrap();
        assert_eq!(due, 15 + LATE);
        assert!(clock.set_due(due));
        assert_eq!(clock.set_timeout(5000, 6), None);
        assert_eq!(clock.look(1000 + LATE, 1002, 0), None, "that one is stale");
    }

    #[test]
    fn the_timeout_between_requests_is_found_without_a_word() {
        let clock = IdleClock::new(0, 0);
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
        let clock = IdleClock::new(100, 0);
        assert!(clock.is_timed_out(100));
        clock.touch_from_javascript(50);
        assert!(!clock.is_timed_out(120));
    }

    #[test]
    fn slow_messages_expire_once() {
        let clock = MessageClock::new(0);
        clock.begin(100);
        assert!(!clock.is_expired(159, 60, 300));
        assert!(clock.is_expired(160, 60, 300));
        assert!(clock.is_between_messages());
        assert!(!clock.is_expired(999, 60, 300));
        clock.begin(1000);
        clock.complete_head();
        assert!(!clock.is_expired(1299, 60, 300));
        assert!(clock.is_expired(1300, 60, 300));
    }

    #[test]
    fn the_first_message_begins_with_its_connection() {
        let clock = MessageClock::new(0);
        assert!(!clock.is_between_messages());
        assert!(clock.is_expired(61, 60, 0));
    }

    #[test]
    fn a_complete_message_does_not_expire() {
        let clock = MessageClock::new(5);
        clock.begin(10);
        clock.complete_head();
        clock.complete();
        assert!(clock.is_between_messages());
        assert!(!clock.is_expired(10_000, 1, 1));
    }

    #[test]
    fn timeouts_of_0_are_none() {
        let clock = MessageClock::new(1);
        assert!(!clock.is_expired(u64::MAX, 0, 0));
    }

    #[test]
    fn a_message_keeps_its_age_on_another_scale() {
        let clock = MessageClock::new(1000);
        let other = clock.on_other_scale(1040, 70_000);
        assert!(!other.is_expired(70_019, 60, 0));
        assert!(other.is_expired(70_020, 60, 0));
        clock.complete();
        assert!(clock.on_other_scale(1040, 70_000).is_between_messages());
        let young = MessageClock::new(10).on_other_scale(100, 20);
        assert!(!young.is_between_messages(), "its beginning has no number");
    }

    #[test]
    fn what_is_parsed_is_noted() {
        use crate::protocol::{Leniency, Limits, Parser, RequestRules, Role};
        use crate::ring::ConnId;
        use crate::ring::sink::{RecordSink, SinkState};

        let clock = MessageClock::new(0);
        let mut state = SinkState::new(RequestRules::default(), usize::MAX);
        let mut parser = Parser::new(Role::Server, Limits::default(), Leniency::default());
        let mut feed = |input: &str, now| {
            let mut records = Vec::new();
            let times = MessageTimes { clock: &clock, now };
            let mut sink = RecordSink::new(&mut records, ConnId::NONE, &mut state, times);
            sink.parse(&mut parser, input.as_bytes());
        };
        feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n", 100);
        feed("\r\na", 150);
        assert!(!clock.is_expired(399, 60, 300), "the head is complete");
        feed("aGET", 380);
        assert!(!clock.is_expired(439, 60, 300), "another message has begun");
        assert!(clock.is_expired(440, 60, 300));
        feed(" / HTTP/1.1\r\nHost: a\r\n\r\n", 450);
        assert!(clock.is_between_messages());
    }
}
