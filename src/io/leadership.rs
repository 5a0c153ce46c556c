//! Who leads a readiness set: the JavaScript thread, whose event loop watches it, or the I/O thread. At
//! rest JavaScript does, so that a request wakes one thread only. Under load the I/O thread does, so that
//! both work side by side.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Length of the windows in which load is measured, in microseconds.
const WINDOW: u64 = 20_000;
/// JavaScript is busy if it spends more than this percentage of a window with the set…
const BUSY_PERCENT: u64 = 80;
/// …and finds so many events in a turn, so that there is work for two threads.
const CROWD: u64 = 8;
/// With fewer events in a turn, there is nothing to be done side by side.
const PAIR: u64 = 2;

/// Which thread looks at the events of a set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Leader {
    /// The I/O thread.
    Thread,
    /// The JavaScript thread. The I/O thread tells it of deadlines.
    JavaScript,
}

/// Who leads a set, and whether someone is at it.
#[derive(Debug)]
pub(crate) struct Leadership {
    leader: AtomicU8,
    /// The I/O thread leads, and JavaScript may have the lead when it comes by.
    offered: AtomicBool,
    /// There is a `Lead`.
    taken: AtomicBool,
    /// JavaScript looks at what is asked for before it lets its event loop go on.
    attending: AtomicBool,
    /// The I/O thread waits to hear that JavaScript has looked at the deadlines.
    alarmed: AtomicBool,
    /// What JavaScript could do when it left the lead.
    capacity: Mutex<Option<Capacity>>,
}

impl Leadership {
    pub fn new(leader: Leader) -> Self {
        Self {
            leader: AtomicU8::new(leader as u8),
            offered: AtomicBool::new(false),
            taken: AtomicBool::new(false),
            attending: AtomicBool::new(false),
            alarmed: AtomicBool::new(false),
            capacity: Mutex::new(None),
        }
    }

    pub fn leader(&self) -> Leader {
        if self.leader.load(Ordering::Acquire) == Leader::JavaScript as u8 {
            Leader::JavaScript
        } else {
            Leader::Thread
        }
    }

    /// The leader is another one from now on; who has the `Lead` lets go of it after its turn.
    pub fn set_leader(&self, leader: Leader) {
        self.offered.store(false, Ordering::Release);
        self.leader.store(leader as u8, Ordering::Release);
    }

    /// JavaScript, which can do so much alone, leaves the lead to the I/O thread.
    pub fn leave(&self, capacity: Capacity) {
        *self.capacity() = Some(capacity);
        self.set_leader(Leader::Thread);
    }

    /// What JavaScript could do when it left the lead; `None` if it never had to.
    pub fn javascript_capacity(&self) -> Option<Capacity> {
        *self.capacity()
    }

    fn capacity(&self) -> MutexGuard<'_, Option<Capacity>> {
        self.capacity.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// JavaScript may have the lead.
    pub fn offer(&self) {
        self.offered.store(true, Ordering::Release);
    }

    /// Whether JavaScript may have the lead.
    pub fn is_offered(&self) -> bool {
        self.offered.load(Ordering::Acquire)
    }

    /// Takes the one place there is for a `Lead`. False if another thread has it.
    pub fn take(&self) -> bool {
        !self.taken.swap(true, Ordering::AcqRel)
    }

    /// Gives back the place that `take` took.
    pub fn let_go(&self) {
        let was_taken = self.taken.swap(false, Ordering::AcqRel);
        debug_assert!(was_taken, "nobody had the lead");
    }

    pub fn is_attending(&self) -> bool {
        self.attending.load(Ordering::Acquire)
    }

    /// Notes whether JavaScript looks at what is asked for before it lets its event loop go on, and so needs no wake.
    pub fn attend(&self, attending: bool) {
        self.attending.store(attending, Ordering::Release);
    }

    /// The I/O thread waits for the leader to look at the deadlines.
    pub fn alarm(&self) {
        self.alarmed.store(true, Ordering::Release);
    }

    /// Whether the I/O thread waited.
    pub fn is_alarmed(&self) -> bool {
        self.alarmed.load(Ordering::Relaxed) && self.alarmed.swap(false, Ordering::AcqRel)
    }
}

/// What one thread measures while it leads.
#[derive(Debug, Default)]
struct Window {
    began: u64,
    turns: u64,
    events: u64,
    busy: u64,
}

impl Window {
    fn starts_at(now: u64) -> Self {
        Self {
            began: now,
            ..Self::default()
        }
    }

    fn add(&mut self, events: usize, busy: u64) {
        self.turns += 1;
        self.events += events as u64;
        self.busy += busy;
    }

    fn length(&self, now: u64) -> u64 {
        now - self.began
    }
}

/// Decides when JavaScript has more to do than one thread should. Times are in microseconds.
#[derive(Debug)]
pub(crate) struct LoadMeter {
    window: Window,
}

impl LoadMeter {
    pub fn new(now: u64) -> Self {
        Self {
            window: Window::starts_at(now),
        }
    }

    /// A turn with so many `events` ended at `now`, and took `busy` with all that JavaScript did in it.
    /// Returns what JavaScript alone can do, if that was too little.
    pub fn turn_ended(&mut self, events: usize, busy: u64, now: u64) -> Option<Capacity> {
        self.window.add(events, busy);
        let length = self.window.length(now);
        if length < WINDOW {
            return None;
        }
        let window = std::mem::replace(&mut self.window, Window::starts_at(now));
        let is_busy = window.busy * 100 > length * BUSY_PERCENT;
        let is_crowded = window.events >= window.turns * CROWD;
        (is_busy && is_crowded).then_some(Capacity {
            events: window.events,
            time: length,
        })
    }
}

/// What the JavaScript thread can do alone: so many events in so much time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Capacity {
    events: u64,
    time: u64,
}

/// Decides when JavaScript alone can do what there is to do, with half of its time.
#[derive(Debug)]
pub(crate) struct RestMeter {
    capacity: Capacity,
    window: Window,
}

impl RestMeter {
    pub fn new(capacity: Capacity, now: u64) -> Self {
        Self {
            capacity,
            window: Window::starts_at(now),
        }
    }

    /// A turn with so many `events` ended at `now`. Returns whether JavaScript can do it alone.
    pub fn turn_ended(&mut self, events: usize, now: u64) -> bool {
        self.window.add(events, 0);
        let length = self.window.length(now);
        if length < WINDOW {
            return false;
        }
        let window = std::mem::replace(&mut self.window, Window::starts_at(now));
        let is_sparse = window.events < window.turns * PAIR;
        let Capacity { events, time } = self.capacity;
        is_sparse || 2 * window.events * time < events * length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_sleeps_now_and_then_leads_on() {
        let mut meter = LoadMeter::new(0);
        for now in (0..1_000_000).step_by(1000) {
            assert_eq!(meter.turn_ended(20, 700, now), None);
        }
    }

    #[test]
    fn one_busy_connection_is_no_work_for_two() {
        let mut meter = LoadMeter::new(0);
        for now in (0..1_000_000).step_by(30) {
            assert_eq!(meter.turn_ended(1, 30, now), None);
        }
    }

    #[test]
    fn a_busy_thread_and_many_connections_are() {
        let mut meter = LoadMeter::new(0);
        let capacity = (0..)
            .step_by(100)
            .find_map(|now| meter.turn_ended(10, 99, now));
        assert_eq!(
            capacity,
            Some(Capacity {
                events: 2010,
                time: 20_000
            })
        );
    }

    #[test]
    fn javascript_gets_the_lead_back_at_half_of_what_it_can_do() {
        let capacity = Capacity {
            events: 2000,
            time: 20_000,
        };
        let mut meter = RestMeter::new(capacity, 0);
        for now in (100..1_000_000).step_by(100) {
            assert!(!meter.turn_ended(10, now), "as much as it can do");
        }
        let mut meter = RestMeter::new(capacity, 0);
        assert!(
            (0..=20_000)
                .step_by(250)
                .any(|now| meter.turn_ended(10, now))
        );
    }

    #[test]
    fn one_event_at_a_time_is_rest() {
        let capacity = Capacity {
            events: 10,
            time: 20_000,
        };
        let mut meter = RestMeter::new(capacity, 0);
        assert!(
            (0..=20_000)
                .step_by(100)
                .any(|now| meter.turn_ended(1, now))
        );
    }

    #[test]
    fn nothing_for_long_is_rest() {
        let capacity = Capacity {
            events: 2000,
            time: 20_000,
        };
        assert!(RestMeter::new(capacity, 0).turn_ended(60, 5_000_000));
    }

    #[test]
    fn an_offer_ends_with_the_next_leader() {
        let leadership = Leadership::new(Leader::Thread);
        assert!(!leadership.is_offered());
        leadership.offer();
        assert!(leadership.is_offered());
        leadership.set_leader(Leader::JavaScript);
        assert!(!leadership.is_offered());
    }

    #[test]
    fn there_is_one_lead() {
        let leadership = Leadership::new(Leader::Thread);
        assert!(leadership.take());
        assert!(!leadership.take());
        leadership.let_go();
        assert!(leadership.take());
    }
}
