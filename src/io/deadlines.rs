//! What one I/O thread has to look at, and when: a heap of deadlines. An entry that was overtaken stays
//! in the heap until its time; whoever set it knows which of its entries counts.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Mutex, PoisonError};

use crate::io::clock::NEVER;
use crate::ring::ConnId;

/// What is due.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Due {
    /// A connection may have been without traffic for too long.
    Connection(u32),
    /// The slow messages of a server are looked for.
    Slow(u32),
    /// A listener that ran out of descriptors tries again.
    Accept(u32),
    /// The hub ends if nobody uses it.
    Retire,
}

impl From<ConnId> for Due {
    fn from(id: ConnId) -> Self {
        Self::Connection(id.raw())
    }
}

#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    heap: Mutex<BinaryHeap<Reverse<(u64, Due)>>>,
}

impl Deadlines {
    fn heap(&self) -> std::sync::MutexGuard<'_, BinaryHeap<Reverse<(u64, Due)>>> {
        self.heap.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a deadline in milliseconds on the hub's clock. Returns whether it is the earliest.
    pub fn add(&self, at: u64, due: Due) -> bool {
        if at == NEVER {
            return false;
        }
        let mut heap = self.heap();
        let is_first = heap.peek().is_none_or(|Reverse((first, _))| at < *first);
        heap.push(Reverse((at, due)));
        is_first
    }

    /// The earliest deadline.
    pub fn next(&self) -> Option<u64> {
        self.heap().peek().map(|Reverse((at, _))| *at)
    }

    /// Takes one that is due at `now`.
    pub fn take(&self, now: u64) -> Option<(u64, Due)> {
        let mut heap = self.heap();
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
        assert!(deadlines.add(10, Due::Slow(2)));
        assert!(!deadlines.add(30, Due::Accept(3)));
        assert!(!deadlines.add(NEVER, Due::Accept(4)));
        assert_eq!(deadlines.next(), Some(10));
        assert_eq!(deadlines.take(9), None);
        assert_eq!(deadlines.take(25), Some((10, Due::Slow(2))));
        assert_eq!(deadlines.take(25), Some((20, Due::Connection(1))));
        assert_eq!(deadlines.take(25), None);
    }
}
