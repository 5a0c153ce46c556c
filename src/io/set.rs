//! A readiness set: the sockets whose events one thread looks at, and what other threads ask of it.

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use mio::event::{Event, Source};
use mio::{Events, Interest, Poll, Registry, Token, Waker};
use tokio::sync::Notify;

use crate::io::connection::Connection;
use crate::io::deadlines::{Deadlines, Due};
use crate::io::hub::Hub;
use crate::io::inbox::Inbox;
use crate::io::leadership::{Leader, Leadership};
use crate::io::listener::Listener;
use crate::io::port::{Attachment, Outbox, Port};
use crate::io::socket::Socket;
use crate::ring::ConnId;
use crate::ring::panic::relock;
use crate::ring::queue::Pending;

/// Events taken from the system by one call.
const EVENTS: usize = 1024;
/// Distinguishes the tokens of listeners from those of connections.
const LISTENER: usize = 1 << 31;
/// The token of the set's own waker, which is no id's.
const WAKER: Token = Token(usize::MAX);

/// Something the leader goes on with.
#[derive(Clone, Debug)]
pub(crate) enum Soon {
    Read(Arc<Connection>),
    Accept(Arc<Listener>),
}

/// Events that the leader has taken.
#[derive(Debug)]
pub(crate) struct Ready(Events);

impl Default for Ready {
    fn default() -> Self {
        Self(Events::with_capacity(EVENTS))
    }
}

impl Ready {
    pub fn iter(&self) -> impl Iterator<Item = &Event> {
        self.0.iter()
    }

    pub fn count(&self) -> usize {
        self.0.iter().count()
    }
}

/// The descriptor is readable when a socket of the set has an event.
impl AsRawFd for Set {
    fn as_raw_fd(&self) -> RawFd {
        self.fd
    }
}

/// The sockets of one thread.
#[derive(Debug)]
pub(crate) struct Set {
    poll: Mutex<Poll>,
    fd: RawFd,
    registry: Arc<Registry>,
    pub deadlines: Deadlines,
    outbox: Mutex<Outbox>,
    /// Connections with output that JavaScript has left to this thread.
    pub deferred: Inbox<Arc<Connection>>,
    /// What may go on without an event, and what a leader has left to the next one.
    pub soon: Inbox<Soon>,
    /// JavaScript has drained a queue that was full, so that reading or accepting had stopped.
    drained: AtomicBool,
    stopped: AtomicBool,
    pub leadership: Leadership,
    /// Makes the set readable, so that a leader that watches it looks at what was asked for.
    waker: Waker,
    /// Tells the thread that it was asked for something.
    pub asked: Notify,
}

impl Set {
    pub fn new() -> io::Result<Self> {
        let poll = Poll::new()?;
        Ok(Self {
            fd: poll.as_raw_fd(),
            waker: Waker::new(poll.registry(), WAKER)?,
            leadership: Leadership::default(),
            registry: Arc::new(poll.registry().try_clone()?),
            poll: Mutex::new(poll),
            deadlines: Deadlines::default(),
            outbox: Mutex::default(),
            deferred: Inbox::default(),
            soon: Inbox::default(),
            drained: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            asked: Notify::new(),
        })
    }

    // ---- sockets ----

    /// Puts a socket into the set; its events bear `id`.
    pub fn watch(&self, socket: &Socket, id: ConnId) -> io::Result<()> {
        socket.register(&self.registry, Token(id.raw() as usize))
    }

    /// For a socket that stays open under another owner; closing one takes it from the set.
    pub fn forget(&self, socket: &Socket) {
        socket.deregister(&self.registry);
    }

    /// The same for a listener, which has ids of its own.
    pub fn watch_listener(&self, source: &mut dyn Source, id: u32) -> io::Result<()> {
        let token = Token(LISTENER | id as usize);
        self.registry.register(source, token, Interest::READABLE)
    }

    pub fn forget_listener(&self, source: &mut dyn Source) {
        // Fails only if it was not registered.
        let _ = self.registry.deregister(source);
    }

    /// Takes the events there are, without waiting. Returns whether there may be more.
    pub fn poll(&self, ready: &mut Ready) -> bool {
        // Fails only where the system has no such set any more; then there are no events.
        let _ = relock(&self.poll).poll(&mut ready.0, Some(Duration::ZERO));
        ready.count() == EVENTS
    }

    /// Whose event it is; `None` for a socket that is closed.
    pub fn source(&self, event: &Event, hub: &Hub) -> Option<Soon> {
        let Token(token) = event.token();
        if event.token() == WAKER {
            None
        } else if token & LISTENER == 0 {
            hub.connection(token as u32).map(Soon::Read)
        } else {
            hub.listener((token & !LISTENER) as u32).map(Soon::Accept)
        }
    }

    // ---- records ----

    /// Posts to JavaScript. The leader publishes at the end of its turn; other threads call `publish`.
    pub fn post<R>(
        &self,
        port: &Arc<Port>,
        write: impl FnOnce(&mut Pending<Attachment>) -> R,
    ) -> R {
        self.outbox().post(port, write)
    }

    pub fn publish(&self) {
        self.outbox().publish();
    }

    /// A poisoned lock means that a panic has left something half written. It is cut off before any thread posts
    /// behind it.
    fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(|poisoned| {
            self.outbox.clear_poison();
            let mut outbox = poisoned.into_inner();
            outbox.cut_to_whole();
            outbox
        })
    }

    // ---- what other threads ask ----

    /// Sends the output of a connection that was queued with `Outgoing::defer`.
    pub fn send_soon(&self, connection: Arc<Connection>) {
        if self.deferred.put(connection) {
            self.ask();
        }
    }

    /// Goes on reading a connection.
    pub fn read_soon(&self, connection: Arc<Connection>) {
        self.soon.put(Soon::Read(connection));
        self.ask();
    }

    /// Lets go on what waited for a drain.
    pub fn on_drain(&self) {
        self.drained.store(true, Ordering::Release);
        self.ask();
    }

    /// Whether JavaScript has drained its queue since the last call.
    pub fn take_drained(&self) -> bool {
        self.drained.swap(false, Ordering::AcqRel)
    }

    /// Lets go of what nobody goes on with any more: its connections keep the set that would keep them.
    pub fn forget_what_waits(&self) {
        self.deferred.take();
        self.soon.take();
    }

    /// Ends the threads that look at this set.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.asked.notify_one();
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    // ---- who leads ----

    /// Lets the leader have a turn, unless it is in one.
    fn ask(&self) {
        match self.leadership.leader() {
            Leader::Thread => self.asked.notify_one(),
            Leader::JavaScript if self.leadership.is_attending() => {}
            Leader::JavaScript => self.make_readable(),
        }
    }

    /// Lets a leader that watches the set have a turn.
    pub fn make_readable(&self) {
        // Fails only without the descriptor, which the set keeps open.
        let _ = self.waker.wake();
    }

    /// Something was asked for that no event will tell of.
    pub fn is_asked(&self) -> bool {
        self.drained.load(Ordering::Acquire) || !self.soon.is_empty() || !self.deferred.is_empty()
    }

    // ---- times ----

    /// Lets the thread look at something in its time, in milliseconds on the hub's clock.
    pub fn add_deadline(&self, at: u64, due: Due) {
        if self.deadlines.add(at, due) {
            self.asked.notify_one();
        }
    }

    /// Forgets deadlines of connections that are gone, when there are many.
    pub fn thin_out_deadlines(&self, hub: &Hub) {
        self.deadlines.thin_out(|at, due| match due {
            Due::Connection(id) => hub.connection(id).is_some_and(|c| c.idle_clock.is_due(at)),
            Due::Listener(..) => true,
        });
    }
}
