//! How long JavaScript takes to look when it is asked to, measured on the I/O side: the delay of its event loop.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use crate::ring::panic::relock;

/// Milliseconds of the windows whose longest wait is kept.
const WINDOW: u64 = 10_000;

/// The longest wait of the window that runs, and of the one before.
#[derive(Debug, Default)]
struct Longest {
    began: u64,
    wait: u64,
    before: u64,
}

impl Longest {
    fn renew(&mut self, now: u64) {
        let passed = (now - self.began) / WINDOW;
        if passed > 0 {
            self.before = if passed == 1 { self.wait } else { 0 };
            self.wait = 0;
            self.began += passed * WINDOW;
        }
    }
}

/// Measures only while it is watched. Times are in milliseconds.
#[derive(Debug)]
pub(crate) struct Pulse {
    watched: AtomicBool,
    started: Instant,
    /// When JavaScript was asked for what it has not looked at, plus one; 0: it has looked at all.
    asked: AtomicU64,
    longest: Mutex<Longest>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            watched: AtomicBool::new(false),
            started: Instant::now(),
            asked: AtomicU64::new(0),
            longest: Mutex::default(),
        }
    }
}

impl Pulse {
    /// Measures from now on.
    pub fn watch(&self) {
        self.watched.store(true, Ordering::Release);
    }

    pub fn is_watched(&self) -> bool {
        self.watched.load(Ordering::Relaxed)
    }

    fn now(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    /// JavaScript is asked to look. Returns whether it has looked at all before.
    pub fn ask(&self) -> bool {
        let asked = self.now() + 1;
        self.asked
            .compare_exchange(0, asked, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    /// JavaScript looks.
    pub fn answer(&self) {
        let asked = self.asked.swap(0, Ordering::AcqRel);
        if asked > 0 {
            let now = self.now();
            let mut longest = relock(&self.longest);
            longest.renew(now);
            longest.wait = longest.wait.max((now + 1).saturating_sub(asked));
        }
    }

    /// How long it has been waited for JavaScript by now.
    pub fn delay(&self) -> u64 {
        match self.asked.load(Ordering::Acquire) {
            0 => 0,
            asked => (self.now() + 1).saturating_sub(asked),
        }
    }

    /// The longest wait that ended within the last 10 to 20 seconds.
    pub fn longest_delay(&self) -> u64 {
        let mut longest = relock(&self.longest);
        longest.renew(self.now());
        longest.wait.max(longest.before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_several_questions_counts_until_it_is_answered() {
        let pulse = Pulse::default();
        assert_eq!(pulse.delay(), 0);
        assert!(pulse.ask());
        std::thread::sleep(std::time::Duration::from_millis(5));
        assert!(!pulse.ask());
        assert!(pulse.delay() >= 4);
        pulse.answer();
        assert_eq!(pulse.delay(), 0);
        assert!(pulse.longest_delay() >= 4);
    }

    #[test]
    fn a_wait_is_forgotten_after_two_windows() {
        let mut longest = Longest {
            wait: 7,
            ..Longest::default()
        };
        longest.renew(WINDOW);
        assert_eq!((longest.wait, longest.before), (0, 7));
        longest.renew(2 * WINDOW);
        assert_eq!((longest.wait, longest.before), (0, 0));
    }
}
