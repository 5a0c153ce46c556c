//! The queue of records from the I/O threads to JavaScript, with at most one wake pending.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of records and of content that may wait for JavaScript before reading stops, all connections together.
const QUEUE_LIMIT: usize = 8 << 20;

/// What is waiting; `T` is what travels beside the bytes (the connections that were opened, tasks
/// to wake), in the order it was pushed.
#[derive(Debug)]
pub struct Pending<T> {
    /// The records, back to back.
    pub records: Vec<u8>,
    /// Beside the records.
    pub extras: Vec<T>,
    /// Bytes of content among the extras.
    pub content: usize,
}

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self {
            records: Vec::new(),
            extras: Vec::new(),
            content: 0,
        }
    }
}

#[derive(Debug)]
struct State<T> {
    pending: Pending<T>,
    wake_pending: bool,
    closed: bool,
}

/// Many writers, one reader.
#[derive(Debug)]
pub struct EventQueue<T> {
    state: Mutex<State<T>>,
    /// Counts the drains: a connection may post so much between two of them.
    epoch: AtomicU64,
}

impl<T> Default for EventQueue<T> {
    fn default() -> Self {
        let state = State {
            pending: Pending::default(),
            wake_pending: false,
            closed: false,
        };
        Self {
            state: Mutex::new(state),
            epoch: AtomicU64::new(0),
        }
    }
}

/// What a writer learns from publishing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Published {
    /// The reader sleeps: the writer has to wake it.
    pub wake: bool,
    /// Too much waits: writers should stop reading until the next drain.
    pub full: bool,
}

impl<T> EventQueue<T> {
    /// A poisoned lock means that a writer panicked between two records; what was written is whole.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends what a writer has gathered, and leaves it empty. After `close` it is thrown away.
    pub fn publish(&self, gathered: &mut Pending<T>) -> Published {
        let mut state = self.lock();
        if state.closed {
            gathered.records.clear();
            gathered.extras.clear();
            gathered.content = 0;
            return Published {
                wake: false,
                full: true,
            };
        }
        if state.pending.records.is_empty() && state.pending.extras.is_empty() {
            std::mem::swap(&mut state.pending, gathered);
        } else {
            state.pending.records.append(&mut gathered.records);
            state.pending.extras.append(&mut gathered.extras);
            state.pending.content += std::mem::take(&mut gathered.content);
        }
        let wake = !std::mem::replace(&mut state.wake_pending, true);
        Published {
            wake,
            full: state.pending.records.len() + state.pending.content > QUEUE_LIMIT,
        }
    }

    /// Takes all that waits, leaving the empty `spare` in its place. When nothing waits, the next
    /// writer will be asked for a wake, and `false` is returned.
    pub fn take(&self, spare: &mut Pending<T>) -> bool {
        debug_assert!(spare.records.is_empty() && spare.extras.is_empty());
        let mut state = self.lock();
        if state.pending.records.is_empty() && state.pending.extras.is_empty() {
            state.wake_pending = false;
            return false;
        }
        self.epoch.fetch_add(1, Ordering::AcqRel);
        std::mem::swap(&mut state.pending, spare);
        true
    }

    /// The reader goes away: nothing is kept any more.
    pub fn close(&self) -> Pending<T> {
        let mut state = self.lock();
        state.closed = true;
        std::mem::take(&mut state.pending)
    }

    /// How many drains there have been.
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(queue: &EventQueue<()>, record: u8) -> Published {
        queue.publish(&mut Pending {
            records: vec![record],
            ..Pending::default()
        })
    }

    #[test]
    fn one_wake_until_the_reader_found_nothing() {
        let queue = EventQueue::<()>::default();
        let mut spare = Pending::default();
        assert!(publish(&queue, 1).wake);
        assert!(!publish(&queue, 2).wake);
        assert!(queue.take(&mut spare));
        assert_eq!(spare.records, [1, 2]);
        spare.records.clear();
        assert!(
            !publish(&queue, 3).wake,
            "the reader has not gone to sleep yet"
        );
        assert!(queue.take(&mut spare));
        spare.records.clear();
        assert!(!queue.take(&mut spare));
        assert!(publish(&queue, 4).wake);
    }

    #[test]
    fn extras_alone_are_something_to_take() {
        let queue = EventQueue::<u8>::default();
        let mut spare = Pending::default();
        queue.publish(&mut Pending {
            extras: vec![1],
            ..Pending::default()
        });
        assert!(queue.take(&mut spare));
        assert_eq!(spare.extras, [1]);
    }

    #[test]
    fn a_closed_queue_keeps_nothing() {
        let queue = EventQueue::<()>::default();
        publish(&queue, 1);
        assert_eq!(queue.close().records, [1]);
        assert!(!publish(&queue, 2).wake);
        assert!(queue.close().records.is_empty());
    }
}
