//! What one I/O thread has to look at, and when: a heap of deadlines. An entry that was overtaken stays
//! in the heap until its time; its owner knows which of its entries counts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Mutex, MutexGuard};

use crate::ring::ConnId;
use crate::ring::idle_clock::NEVER;
use crate::ring::panic::relock;

/// Entries that may be there before those are looked for that are not needed any more.
const LEAST_CROWD: usize = 1024;

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Due {
    /// A connection may have been without traffic for too long.
    Connection(u32),
    Listener(u32, Task),
}

/// What a listener has to do.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Task {
    /// The slow messages of its connections are looked for.
    LookForSlow,
    /// It ran out of descriptors, and tries again.
    Accept,
    /// JavaScript is asked whether it looks.
    Probe,
}

impl From<ConnId> for Due {
    fn from(id: ConnId) -> Self {
        Self::Connection(id.raw())
    }
}

#[derive(Debug, Default)]
struct Entries {
    heap: BinaryHeap<Reverse<(u64, Due)>>,
    /// With more entries than this, it is worth looking for those that are not needed any more.
    crowd: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    entries: Mutex<Entries>,
}

impl Deadlines {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        relock(&self.entries)
    }

    /// Adds a deadline in milliseconds on the hub's clock. Returns whether it is the earliest.
    pub fn add(&self, at: u64, due: Due) -> bool {
        if at == NEVER {
            return false;
        }
        let heap = &mut self.entries().heap;
        let is_first = heap.peek().is_none_or(|Reverse((first, _))| at < *first);
        heap.push(Reverse((at, due)));
        is_first
    }

    /// Forgets entries that are not `needed` any more, if there are enough of them to make that worth while:
    /// those of connections that came and went would stay until their time.
    pub fn thin_out(&self, needed: impl Fn(u64, Due) -> bool) {
        let mut entries = self.entries();
        if entries.heap.len() <= entries.crowd.max(LEAST_CROWD) {
            return;
        }
        entries.heap.retain(|Reverse((at, due))| needed(*at, *due));
        entries.crowd = 2 * entries.heap.len();
    }

    pub fn next(&self) -> Option<u64> {
        self.entries().heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes one that is due at `now`.
    pub fn take(&self, now: u64) -> Option<(u64, Due)> {
        let heap = &mut self.entries().heap;
        if heap.peek().is_some_and(|Reverse((at, _))| *at <= now) {
            heap.pop().map(|Reverse(entry)| entry)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_come_in_their_order() {
        let deadlines = Deadlines::default();
        assert!(deadlines.add(20, Due::Connection(1)));
        assert!(deadlines.add(10, Due::Listener(2, Task::LookForSlow)));
        assert!(!deadlines.add(30, Due::Listener(3, Task::Accept)));
        assert!(!deadlines.add(NEVER, Due::Listener(4, Task::Accept)));
        assert_eq!(deadlines.next(), Some(10));
        assert_eq!(deadlines.take(9), None);
        assert_eq!(
            deadlines.take(25),
            Some((10, Due::Listener(2, Task::LookForSlow)))
        );
        assert_eq!(deadlines.take(25), Some((20, Due::Connection(1))));
        assert_eq!(deadlines.take(25), None);
    }

    #[test]
    fn a_crowd_is_thinned_out() {
        let deadlines = Deadlines::default();
        for id in 0..LEAST_CROWD as u32 + 1 {
            deadlines.add(u64::from(id), Due::Connection(id));
        }
        deadlines.thin_out(|_, due| matches!(due, Due::Connection(id) if id % 2 == 1));
        assert_eq!(deadlines.entries().heap.len(), LEAST_CROWD / 2);
        assert_eq!(deadlines.next(), Some(1));
        deadlines.thin_out(|_, _| false);
        assert_eq!(deadlines.next(), Some(1), "there is room enough");
    }
}
