//! The queue of records from the I/O threads to JavaScript, with at most one wake pending.

use std::sync::PoisonError;

use crate::ring::sync::{AtomicU64, AtomicUsize, Mutex, MutexGuard, Ordering};

/// Bytes of records and of content that may wait for JavaScript before reading stops, all connections together.
const QUEUE_LIMIT: usize = 8 << 20;

/// What is waiting; `T` is what travels beside the records (the connections that were opened, large
/// content), in the order it was pushed.
#[derive(Debug)]
pub struct Pending<T> {
    /// The records, back to back.
    pub records: Vec<u8>,
    /// Beside the records.
    pub attachments: Vec<T>,
    /// Bytes of memory that the attachments hold.
    pub attached_size: usize,
    /// Requests whose heads are among the records.
    pub requests: usize,
}

impl<T> Default for Pending<T> {
    fn default() -> Self {
        Self {
            records: Vec::new(),
            attachments: Vec::new(),
            attached_size: 0,
            requests: 0,
        }
    }
}

impl<T> Pending<T> {
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.attachments.is_empty()
    }

    /// Bytes of memory that wait.
    pub fn size(&self) -> usize {
        self.records.len() + self.attached_size
    }

    fn append(&mut self, other: &mut Self) {
        self.records.append(&mut other.records);
        self.attachments.append(&mut other.attachments);
        self.attached_size += std::mem::take(&mut other.attached_size);
        self.requests += std::mem::take(&mut other.requests);
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
    /// Bytes that wait, to be looked at before more is read.
    size: AtomicUsize,
    /// Requests that wait, those included that were taken and not handled.
    requests: AtomicUsize,
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
            size: AtomicUsize::new(0),
            requests: AtomicUsize::new(0),
            epoch: AtomicU64::new(0),
        }
    }
}

impl<T> EventQueue<T> {
    /// A poisoned lock means that a writer panicked between two records; what was written is whole.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        debug_assert!(
            !state.closed || state.pending.is_empty(),
            "a closed queue keeps nothing"
        );
        state
    }

    /// Appends what a writer has gathered, and leaves it empty. After `close` it is thrown away.
    /// Returns whether the reader sleeps, so that the writer has to wake it.
    pub fn publish(&self, gathered: &mut Pending<T>) -> bool {
        let mut state = self.lock();
        if state.closed {
            *gathered = Pending::default();
            return false;
        }
        self.requests.fetch_add(gathered.requests, Ordering::AcqRel);
        if state.pending.is_empty() {
            std::mem::swap(&mut state.pending, gathered);
        } else {
            state.pending.append(gathered);
        }
        self.size.store(state.pending.size(), Ordering::Release);
        debug_assert!(gathered.is_empty(), "what was gathered is published");
        !std::mem::replace(&mut state.wake_pending, true)
    }

    /// Takes all that waits, leaving the empty `spare` in its place. When nothing waits, the next
    /// writer will be asked for a wake, and `false` is returned.
    pub fn take(&self, spare: &mut Pending<T>) -> bool {
        debug_assert!(spare.is_empty(), "what was taken before is lost");
        let mut state = self.lock();
        debug_assert!(
            state.wake_pending || state.pending.is_empty(),
            "the reader was asked to come for what waits"
        );
        // What was taken before is handled.
        let requests = std::mem::take(&mut state.pending.requests);
        self.requests.store(requests, Ordering::Release);
        if state.pending.is_empty() {
            state.wake_pending = false;
            return false;
        }
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.size.store(0, Ordering::Release);
        std::mem::swap(&mut state.pending, spare);
        true
    }

    /// Whether so much waits that nothing should be read before the next drain.
    pub fn is_full(&self) -> bool {
        self.size.load(Ordering::Acquire) >= QUEUE_LIMIT
    }

    /// The reader handles a request that it has taken.
    pub fn handles_request(&self) {
        let less = |requests: usize| requests.checked_sub(1);
        let _ = self
            .requests
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
    }

    /// Requests that wait for the reader: exact while it tells which it handles.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Acquire)
    }

    /// The reader goes away: nothing is kept any more.
    pub fn close(&self) -> Pending<T> {
        let mut state = self.lock();
        state.closed = true;
        self.size.store(0, Ordering::Release);
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

    fn publish(queue: &EventQueue<()>, record: u8) -> bool {
        queue.publish(&mut Pending {
            records: vec![record],
            ..Pending::default()
        })
    }

    #[test]
    fn one_wake_until_the_reader_found_nothing() {
        let queue = EventQueue::<()>::default();
        let mut spare = Pending::default();
        assert!(publish(&queue, 1));
        assert!(!publish(&queue, 2));
        assert!(queue.take(&mut spare));
        assert_eq!(spare.records, [1, 2]);
        spare.records.clear();
        assert!(!publish(&queue, 3), "the reader has not gone to sleep yet");
        assert!(queue.take(&mut spare));
        spare.records.clear();
        assert!(!queue.take(&mut spare));
        assert!(publish(&queue, 4));
    }

    #[test]
    fn attachments_alone_are_something_to_take() {
        let queue = EventQueue::<u8>::default();
        let mut spare = Pending::default();
        queue.publish(&mut Pending {
            attachments: vec![1],
            ..Pending::default()
        });
        assert!(queue.take(&mut spare));
        assert_eq!(spare.attachments, [1]);
    }

    #[test]
    fn requests_wait_until_they_are_handled() {
        let queue = EventQueue::<()>::default();
        let mut spare = Pending::default();
        for _ in 0..3 {
            for requests in [2, 1] {
                queue.publish(&mut Pending {
                    records: vec![0],
                    requests,
                    ..Pending::default()
                });
            }
            assert_eq!(queue.requests(), 3);
            assert!(queue.take(&mut spare));
            spare.records.clear();
            assert_eq!(queue.requests(), 3);
            queue.handles_request();
            assert_eq!(queue.requests(), 2);
            assert!(!queue.take(&mut spare));
            assert_eq!(queue.requests(), 0);
            queue.handles_request();
            assert_eq!(queue.requests(), 0);
        }
    }

    #[test]
    fn a_closed_queue_keeps_nothing() {
        let queue = EventQueue::<()>::default();
        publish(&queue, 1);
        assert_eq!(queue.close().records, [1]);
        assert!(!publish(&queue, 2));
        assert!(queue.close().records.is_empty());
    }

    #[test]
    fn what_waits_is_counted_until_it_is_taken() {
        let queue = EventQueue::<()>::default();
        let mut large = Pending {
            records: vec![0; 10],
            attached_size: QUEUE_LIMIT - 11,
            ..Pending::default()
        };
        queue.publish(&mut large);
        assert!(!queue.is_full());
        publish(&queue, 1);
        assert!(queue.is_full());
        let mut spare = Pending::default();
        assert!(queue.take(&mut spare));
        assert_eq!(spare.size(), QUEUE_LIMIT);
        assert!(!queue.is_full());
    }
}
