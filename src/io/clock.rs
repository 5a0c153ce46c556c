//! The hub's clock, in milliseconds. Node counts its timers in whole ones of the system's clock: times
//! of ours can be compared with those only if both change in the same moment.

#[cfg(test)]
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Tells the milliseconds since its beginning.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    /// What a test says, once it has said something.
    #[cfg(test)]
    told: AtomicU64,
}

#[cfg(test)]
const NOTHING_TOLD: u64 = u64::MAX;

impl Clock {
    /// A clock that starts with the millisecond that runs now.
    pub fn start() -> Self {
        Self {
            started: beginning(),
            #[cfg(test)]
            told: AtomicU64::new(NOTHING_TOLD),
        }
    }

    /// Milliseconds.
    pub fn now(&self) -> u64 {
        #[cfg(test)]
        if self.told.load(Ordering::SeqCst) != NOTHING_TOLD {
            return self.told.load(Ordering::SeqCst);
        }
        self.started.elapsed().as_millis() as u64
    }

    /// Microseconds.
    pub fn now_micros(&self) -> u64 {
        #[cfg(test)]
        if self.told.load(Ordering::SeqCst) != NOTHING_TOLD {
            return self.told.load(Ordering::SeqCst) * 1000;
        }
        self.started.elapsed().as_micros() as u64
    }

    /// The moment of `at`, as the system counts it.
    pub fn instant(&self, at: u64) -> Instant {
        self.started + Duration::from_millis(at)
    }

    /// From here on it is as late as the test says.
    #[cfg(test)]
    pub fn set(&self, now: u64) {
        self.told.store(now, Ordering::SeqCst);
    }
}

/// The beginning of the millisecond that runs now.
fn beginning() -> Instant {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: a valid out-pointer. A clock that is not there leaves 0: then any moment will do.
    unsafe {
        libc::clock_gettime(CLOCK, &mut now);
    }
    let since = now.tv_nsec.rem_euclid(1_000_000);
    Instant::now() - Duration::from_nanos(since as u64)
}

// What both `Instant` and Node read.
#[cfg(target_vendor = "apple")]
const CLOCK: libc::clockid_t = libc::CLOCK_UPTIME_RAW;
#[cfg(not(target_vendor = "apple"))]
const CLOCK: libc::clockid_t = libc::CLOCK_MONOTONIC;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_begun_within_the_last_millisecond() {
        let before = Instant::now();
        let beginning = beginning();
        assert!(beginning <= Instant::now());
        assert!(before - beginning <= Duration::from_millis(1));
    }

    /// A beginning between whose two looks at the clock nothing else had the processor.
    fn undisturbed() -> Instant {
        loop {
            let before = Instant::now();
            let found = beginning();
            if before.elapsed() < Duration::from_micros(50) {
                return found;
            }
        }
    }

    #[test]
    fn beginnings_are_whole_milliseconds_apart() {
        let first = undisturbed();
        for _ in 0..50 {
            std::thread::sleep(Duration::from_micros(300));
            let between = (undisturbed() - first).subsec_nanos() % 1_000_000;
            let off = between.min(1_000_000 - between);
            assert!(off < 100_000, "{off} ns");
        }
    }
}
