//! Since when a message arrives, and whether that takes too long.
//!
//! A machine without a clock of its own: the caller says what time it is, in milliseconds from a
//! beginning of its choice. Two threads may use one, without a lock.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

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

    /// The first byte of a message has come at `now`.
    pub fn begin(&self, now: u64) {
        self.head_complete.store(false, Ordering::Release);
        self.start.store(now.max(1), Ordering::Release);
    }

    /// Its head is there: what follows is limited by the time for the whole message only.
    pub fn complete_head(&self) {
        self.head_complete.store(true, Ordering::Release);
    }

    /// The message is there; until the next one nothing is limited.
    pub fn complete(&self) {
        self.start.store(0, Ordering::Release);
    }

    /// No message is being received.
    pub fn is_between_messages(&self) -> bool {
        self.start.load(Ordering::Acquire) == 0
    }

    /// Whether the message takes longer to arrive than the timeouts (in milliseconds, 0: none) allow.
    /// Told once: the next message begins anew.
    pub fn is_expired(&self, now: u64, headers_timeout: u32, request_timeout: u32) -> bool {
        let start = self.start.load(Ordering::Acquire);
        if start == 0 {
            return false;
        }
        let age = now.saturating_sub(start);
        let is_over = |timeout: u32| timeout > 0 && age >= u64::from(timeout);
        let head_complete = self.head_complete.load(Ordering::Acquire);
        let is_late = is_over(request_timeout) || (!head_complete && is_over(headers_timeout));
        // Another thread may have seen it complete meanwhile, and another one begin.
        let end = || (self.start).compare_exchange(start, 0, Ordering::AcqRel, Ordering::Acquire);
        is_late && end().is_ok()
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

/// A clock, and when what is noted on it is parsed.
#[derive(Clone, Copy, Debug)]
pub struct MessageTimes<'a> {
    pub clock: &'a MessageClock,
    pub now: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

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
        use crate::ring::sink::{RecordSink, SinkState, answers_none};

        let clock = MessageClock::new(0);
        let mut state = SinkState::new(RequestRules::default(), usize::MAX);
        let mut parser = Parser::new(Role::Server, Limits::default(), Leniency::default());
        let mut feed = |input: &str, now| {
            let mut records = Vec::new();
            let times = MessageTimes { clock: &clock, now };
            let mut sink =
                RecordSink::new(&mut records, ConnId::NONE, &mut state, times, answers_none);
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
