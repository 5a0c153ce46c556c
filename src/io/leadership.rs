//! Which thread leads a readiness set: the JavaScript thread, whose event loop watches it, or the I/O thread.
//! At rest JavaScript leads, so that a request wakes one thread only. Under load the I/O thread may lead, so
//! that both work side by side; `leader_policy` decides.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::io::leader_policy::{LeaderPolicy, Window};
use crate::ring::panic::relock;

/// Which thread looks at the events of a set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Leader {
    /// The I/O thread.
    Thread,
    /// The JavaScript thread. The I/O thread tells it of deadlines.
    JavaScript,
}

impl Leader {
    pub fn other(self) -> Self {
        match self {
            Self::Thread => Self::JavaScript,
            Self::JavaScript => Self::Thread,
        }
    }
}

/// Which thread leads a set, and whether one has the `Lead`.
#[derive(Debug, Default)]
pub(crate) struct Leadership {
    /// JavaScript leads; at first the I/O thread does.
    javascript: AtomicBool,
    /// The I/O thread leads, and JavaScript may have the lead when it comes by.
    offered: AtomicBool,
    /// There is a `Lead`.
    taken: AtomicBool,
    /// JavaScript looks at what is asked for before it lets its event loop go on.
    attending: AtomicBool,
    /// The I/O thread waits to hear that JavaScript has looked at the deadlines.
    alarmed: AtomicBool,
    policy: Mutex<LeaderPolicy>,
}

impl Leadership {
    pub fn leader(&self) -> Leader {
        if self.javascript.load(Ordering::Acquire) {
            Leader::JavaScript
        } else {
            Leader::Thread
        }
    }

    /// The leader is another one from now on; the thread that has the `Lead` lets go of it after its turn.
    pub fn set_leader(&self, leader: Leader) {
        self.offered.store(false, Ordering::Release);
        let javascript = leader == Leader::JavaScript;
        self.javascript.store(javascript, Ordering::Release);
    }

    /// A window in which `leader` led ended at `now`. Returns who should lead.
    pub fn window_ended(&self, leader: Leader, window: &Window, now: u64) -> Leader {
        relock(&self.policy).window_ended(leader, window, now)
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

    /// Whether the I/O thread waits; it is told so once.
    pub fn take_alarm(&self) -> bool {
        self.alarmed.load(Ordering::Relaxed) && self.alarmed.swap(false, Ordering::AcqRel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_ends_with_the_next_leader() {
        let leadership = Leadership::default();
        assert!(!leadership.is_offered());
        leadership.offer();
        assert!(leadership.is_offered());
        leadership.set_leader(Leader::JavaScript);
        assert!(!leadership.is_offered());
    }

    #[test]
    fn there_is_one_lead() {
        let leadership = Leadership::default();
        assert!(leadership.take());
        assert!(!leadership.take());
        leadership.let_go();
        assert!(leadership.take());
    }
}
