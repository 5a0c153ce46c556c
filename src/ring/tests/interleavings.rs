//! What two threads share, in all interleavings.

use std::sync::Arc;

use loom::thread;

use crate::ring::idle_clock::IdleClock;
use crate::ring::queue::{EventQueue, Pending};
use crate::ring::sync::{AtomicBool, Ordering};

/// A queue, and what wakes its reader.
#[derive(Default)]
struct Line {
    queue: EventQueue<()>,
    bell: Bell,
}

struct Bell(AtomicBool);

impl Default for Bell {
    fn default() -> Self {
        Self(AtomicBool::new(false))
    }
}

impl Line {
    fn publish(&self, record: u8) {
        let mut gathered = Pending {
            records: vec![record],
            ..Pending::default()
        };
        if self.queue.publish(&mut gathered) {
            // Not a store: loom takes one for overwritten by a swap that came before it.
            self.bell.0.swap(true, Ordering::AcqRel);
        }
    }

    /// Reads until nothing is found, if the bell has rung.
    fn read(&self, into: &mut Vec<u8>) {
        if !self.bell.0.swap(false, Ordering::AcqRel) {
            return;
        }
        let mut batch = Pending::default();
        while self.queue.take(&mut batch) {
            into.append(&mut batch.records);
        }
    }
}

#[test]
fn interleavings_of_writers_lose_no_record_and_no_wake() {
    loom::model(|| {
        let line = Arc::new(Line::default());
        let writers: Vec<_> = [10, 20]
            .into_iter()
            .map(|first| {
                let line = line.clone();
                thread::spawn(move || {
                    line.publish(first);
                    line.publish(first + 1);
                })
            })
            .collect();
        let mut got = Vec::new();
        line.read(&mut got);
        for writer in writers {
            writer.join().unwrap();
        }
        // If the reader sleeps and something waits, the bell has rung.
        line.read(&mut got);
        for first in [10, 20] {
            let own: Vec<_> = got.iter().filter(|r| **r / 10 * 10 == first).collect();
            assert_eq!(own, [&first, &(first + 1)]);
        }
    });
}

#[test]
fn interleavings_of_the_end_of_a_queue_keep_nothing() {
    loom::model(|| {
        let line = Arc::new(Line::default());
        let writer = thread::spawn({
            let line = line.clone();
            move || line.publish(1)
        });
        let last = line.queue.close().records;
        writer.join().unwrap();
        assert!(last.len() <= 1);
        assert!(line.queue.close().records.is_empty());
        assert!(!line.queue.is_full());
    });
}

#[test]
fn interleavings_of_traffic_keep_the_latest() {
    loom::model(|| {
        let clock = Arc::new(IdleClock::new(100, 0));
        let other = thread::spawn({
            let clock = clock.clone();
            move || clock.touch(40)
        });
        clock.touch(50);
        other.join().unwrap();
        assert_eq!(clock.left(149), Some(1));
        assert_eq!(clock.take(150), Some(0));
    });
}

#[test]
fn interleavings_of_a_timeout_and_traffic_swallow_no_later_timeout() {
    loom::model(|| {
        let clock = Arc::new(IdleClock::new(100, 0));
        let other = thread::spawn({
            let clock = clock.clone();
            move || clock.touch(90)
        });
        let first = clock.take(100);
        other.join().unwrap();
        assert!(matches!(first, Some(0) | None));
        assert_eq!(clock.take(190), Some(0));
        assert_eq!(clock.take(191), None);
    });
}
