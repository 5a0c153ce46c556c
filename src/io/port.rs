//! Where records go: the queue of one instance of the module, and the means to wake its reader.

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};

use bytes::Bytes;

use crate::io::connection::Connection;
use crate::io::guard::Load;
use crate::io::pulse::Pulse;
use crate::ring::queue::{EventQueue, Pending};
use crate::ring::record;
use crate::ring::sync::{AtomicBool, AtomicUsize, Mutex, Ordering};

/// Connections that may be accepted and not yet announced to JavaScript: as long as it is blocked, the
/// others wait in the system's backlog.
const MAX_UNANNOUNCED: usize = 256;
/// The same where the I/O side answers requests itself.
const MAX_UNANNOUNCED_GUARDED: usize = 4096;
/// Bytes of records that are published without waiting for the end of a turn.
const PUBLISH_SIZE: usize = 4096;
/// Bytes of content that are published without waiting for the end of a turn: a wake for each piece
/// would cost more than handling it.
const PUBLISH_ATTACHED: usize = 512 * 1024;

/// Wakes the reader of a queue.
pub trait Wake: std::fmt::Debug + Send + Sync {
    fn wake(&self);
}

/// Both ends of a connection; `None` where an end is not an IP address.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Ends {
    pub local: Option<SocketAddr>,
    pub remote: Option<SocketAddr>,
}

/// What travels to JavaScript beside the records.
#[derive(Debug)]
pub enum Attachment {
    /// A new connection; its `Open` record is in the same batch.
    Opened(Arc<Connection>),
    /// The content of the next record with `ATTACHED`.
    Content(Bytes),
    /// The same with `DIRECT`: a token of the memory that it is in.
    Direct(usize),
    /// The ends of the connection that the next `Drop` record tells of.
    Dropped(Box<Ends>),
    /// A token of memory that is not needed any more.
    Release(usize),
}

/// The queue of one instance of the module.
#[derive(Debug, Default)]
pub struct Port {
    queue: EventQueue<Attachment>,
    /// None while nothing of the instance is open.
    wake: Mutex<Option<Box<dyn Wake>>>,
    /// Reading or accepting has stopped until the queue is drained.
    starves: AtomicBool,
    unannounced: AtomicUsize,
    pub(crate) pulse: Pulse,
    /// Listeners and connections; the bridge keeps what wakes JavaScript as long as there are some.
    users: AtomicUsize,
}

impl Port {
    /// Sets what wakes the reader.
    pub fn set_wake(&self, wake: Option<Box<dyn Wake>>) {
        *self.wake.lock().unwrap_or_else(PoisonError::into_inner) = wake;
    }

    /// Wakes the reader, whether something waits or not.
    pub fn wake(&self) {
        if let Some(wake) = &*self.wake.lock().unwrap_or_else(PoisonError::into_inner) {
            wake.wake();
        }
    }

    fn publish(&self, pending: &mut Pending<Attachment>) {
        if self.pulse.is_watched() {
            self.pulse.ask();
        }
        if self.queue.publish(pending) {
            self.wake();
        }
    }

    /// Takes what waits (see `EventQueue::take`). The second value: reading or accepting waits for that.
    pub fn take(&self, spare: &mut Pending<Attachment>) -> (bool, bool) {
        // Before the look: what is published meanwhile is asked for, and answered by the next.
        if self.pulse.is_watched() {
            self.pulse.answer();
        }
        let taken = self.queue.take(spare);
        (taken, self.starves.swap(false, Ordering::AcqRel))
    }

    /// Whether so much waits that nothing should be read. If so, the next `take` says that reading waits for it.
    pub(crate) fn is_full(&self) -> bool {
        self.starves_while(|| self.queue.is_full())
    }

    /// Whether no connection should be accepted. If so, the next `take` says that accepting waits for it.
    pub(crate) fn is_full_of_connections(&self, is_guarded: bool) -> bool {
        let limit = if is_guarded {
            MAX_UNANNOUNCED_GUARDED
        } else {
            MAX_UNANNOUNCED
        };
        self.starves_while(|| {
            self.unannounced.load(Ordering::Acquire) >= limit || self.queue.is_full()
        })
    }

    /// JavaScript is about to handle a request.
    pub fn handles_request(&self) {
        self.queue.handles_request();
    }

    /// What waits for JavaScript, `more` requests that were not published included.
    pub(crate) fn load(&self, more: usize) -> Load {
        Load {
            queue: self.queue.requests() + more,
            delay: self.pulse.delay(),
        }
    }

    /// Asks JavaScript to look, if it has looked at all.
    pub(crate) fn probe(&self) {
        if self.pulse.ask() {
            self.wake();
        }
    }

    /// Whether it is as `look` finds, which is noted then. Looks twice: a drain between the look and the note would not
    /// see the note.
    fn starves_while(&self, look: impl Fn() -> bool) -> bool {
        if !look() {
            return false;
        }
        self.starve();
        look()
    }

    /// Lets the next `take` say that reading or accepting waits for it.
    pub(crate) fn starve(&self) {
        // A swap and not a store: the look behind it sees what a drain before it has taken.
        self.starves.swap(true, Ordering::SeqCst);
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.queue.epoch()
    }

    pub(crate) fn will_announce(&self) {
        self.unannounced.fetch_add(1, Ordering::AcqRel);
    }

    /// JavaScript knows of a connection now that was accepted.
    pub fn announced(&self) {
        let before = self.unannounced.fetch_sub(1, Ordering::AcqRel);
        debug_assert!(before > 0, "what is announced was to be announced");
    }

    pub(crate) fn add_user(&self) {
        self.users.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn remove_user(&self) {
        let before = self.users.fetch_sub(1, Ordering::AcqRel);
        debug_assert!(before > 0, "a user is removed once");
    }

    /// Some listener or connection still posts here.
    pub fn is_in_use(&self) -> bool {
        self.users.load(Ordering::Acquire) > 0
    }

    /// Nothing is kept any more.
    pub fn close(&self) -> Pending<Attachment> {
        self.set_wake(None);
        self.queue.close()
    }
}

/// What was posted for the connections of one set and not published. All that is posted for a
/// connection goes through the outbox of its set, so that it stays in order, whichever thread posts.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    port: Option<Arc<Port>>,
    pending: Pending<Attachment>,
    /// How much of it is whole records, as `extent` tells: what is behind was being written when something panicked.
    whole: [usize; 4],
}

impl Outbox {
    /// Posts to JavaScript. What is posted in one turn is published together, unless it is much.
    pub(crate) fn post<R>(
        &mut self,
        port: &Arc<Port>,
        write: impl FnOnce(&mut Pending<Attachment>) -> R,
    ) -> R {
        if !self
            .port
            .as_ref()
            .is_some_and(|mine| Arc::ptr_eq(mine, port))
        {
            self.publish();
            self.port = Some(port.clone());
        }
        let result = write(&mut self.pending);
        debug_assert!(
            record::are_whole(&self.pending.records[self.whole[0]..]),
            "what is posted is whole records"
        );
        self.whole = self.extent();
        if self.pending.records.len() >= PUBLISH_SIZE
            || self.pending.attached_size >= PUBLISH_ATTACHED
        {
            self.publish();
        }
        result
    }

    /// The length of each list in `pending`, and its counts.
    fn extent(&self) -> [usize; 4] {
        let Pending {
            records,
            attachments,
            attached_size,
            requests,
        } = &self.pending;
        [records.len(), attachments.len(), *attached_size, *requests]
    }

    /// Cuts off what a panic has left half written.
    pub(crate) fn cut_to_whole(&mut self) {
        let [records, attachments, attached_size, requests] = self.whole;
        self.pending.records.truncate(records);
        self.pending.attachments.truncate(attachments);
        self.pending.attached_size = attached_size;
        self.pending.requests = requests;
    }

    /// Hands over what was posted.
    pub(crate) fn publish(&mut self) {
        self.whole = [0; 4];
        if self.pending.is_empty() {
            return;
        }
        if let Some(port) = &self.port {
            port.publish(&mut self.pending);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::ring::ConnId;
    use crate::ring::layout::Kind;

    #[test]
    fn what_a_panic_has_left_half_written_is_cut_off() {
        let port = Arc::new(Port::default());
        let mut outbox = Outbox::default();
        let write = |p: &mut Pending<Attachment>| {
            record::plain(&mut p.records, Kind::End, 0, ConnId::NONE);
            p.attachments.push(Attachment::Release(1));
            p.attached_size += 1;
            p.requests += 1;
        };
        outbox.post(&port, write);
        let whole = outbox.extent();
        let broken = AssertUnwindSafe(|| {
            outbox.post(&port, |p| {
                write(p);
                p.records.push(0);
                panic!("a test asked for it");
            });
        });
        assert!(catch_unwind(broken).is_err());
        outbox.cut_to_whole();
        assert_eq!(outbox.extent(), whole);
    }
}
