//! The queue of records from the I/O threads to JavaScript, with at most one wake pending.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of records that may wait for JavaScript before reading stops, all connections together.
const QUEUE_LIMIT: usize = 8 << 20;

/// What is waiting; `T` is what travels beside the bytes (the connections that were opened, tasks
/// to wake), in the order it was pushed.
#[derive(Debug)]
pub struct Pending<T> {
    /// The records, back to back.
    pub records: Vec<u8>,
    /// Beside the records.
    pub extras: Vec<T>,
}

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self {
            records: Vec::new(),
            extras: Vec::new(),
        }
    }
}

#[derive(Debug)]
struct State<T> {
    pending: Pending<T>,
    wake_pending: bool,
    /// Counts the drains: a connection may post so much between two of them.
    epoch: u64,
    closed: bool,
}

/// Many writers, one reader.
#[derive(Debug)]
pub struct EventQueue<T> {
    state: Mutex<State<T>>,
}

impl<T> Default for EventQueue<T> {
    fn default() -> Self {
        let state = State {
            pending: Pending::default(),
            wake_pending: false,
            epoch: 0,
            closed: false,
        };
        Self {
            state: Mutex::new(state),
        }
    }
}

/// What a writer learns from posting.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Posted {
    /// The reader sleeps: the writer has to wake it.
    pub wake: bool,
    /// The drain during which this was posted.
    pub epoch: u64,
    /// Too much waits: the writer should stop reading until the next drain.
    pub full: bool,
}

impl<T> EventQueue<T> {
    /// A poisoned lock means that a writer panicked between two records; what was written is whole.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends what `write` writes. After `close` it is thrown away.
    pub fn post(&self, write: impl FnOnce(&mut Pending<T>)) -> Posted {
        let mut state = self.lock();
        if state.closed {
            return Posted {
                wake: false,
                epoch: state.epoch,
                full: true,
            };
        }
        write(&mut state.pending);
        let wake = !state.wake_pending;
        state.wake_pending = true;
        let full = state.pending.records.len() > QUEUE_LIMIT;
        Posted {
            wake,
            epoch: state.epoch,
            full,
        }
    }

    /// Takes all that waits, leaving the empty `spare` in its place. When nothing waits, the next
    /// post will ask for a wake, and `false` is returned.
    pub fn take(&self, spare: &mut Pending<T>) -> bool {
        debug_assert!(spare.records.is_empty() && spare.extras.is_empty());
        let mut state = self.lock();
        if state.pending.records.is_empty() && state.pending.extras.is_empty() {
            state.wake_pending = false;
            return false;
        }
        state.epoch += 1;
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
        self.lock().epoch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wake_until_the_reader_found_nothing() {
        let queue = EventQueue::<()>::default();
        let mut spare = Pending::default();
        assert!(queue.post(|p| p.records.push(1)).wake);
        assert!(!queue.post(|p| p.records.push(2)).wake);
        assert!(queue.take(&mut spare));
        assert_eq!(spare.records, [1, 2]);
        spare.records.clear();
        assert!(
            !queue.post(|p| p.records.push(3)).wake,
            "the reader has not gone to sleep yet"
        );
        assert!(queue.take(&mut spare));
        spare.records.clear();
        assert!(!queue.take(&mut spare));
        assert!(queue.post(|p| p.records.push(4)).wake);
    }

    #[test]
    fn a_closed_queue_keeps_nothing() {
        let queue = EventQueue::<()>::default();
        queue.post(|p| p.records.push(1));
        assert_eq!(queue.close().records, [1]);
        assert!(!queue.post(|p| p.records.push(2)).wake);
        assert!(queue.close().records.is_empty());
    }
}
