//! A readiness set: the sockets whose events one thread looks at, and what other threads ask of it.

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mio::event::{Event, Source};
use mio::{Events, Interest, Poll, Registry, Token};
use tokio::sync::Notify;

use crate::io::connection::Connection;
use crate::io::deadlines::{Deadlines, Due};
use crate::io::hub::Hub;
use crate::io::inbox::Inbox;
use crate::io::listener::Listener;
use crate::io::port::{Attachment, Outbox, Port};
use crate::io::socket::Socket;
use crate::ring::ConnId;
use crate::ring::queue::Pending;

/// Events taken from the system by one call.
const EVENTS: usize = 1024;
/// Distinguishes the tokens of listeners from those of connections.
const LISTENER: usize = 1 << 31;

/// Something the leader goes on with.
#[derive(Clone, Debug)]
pub(crate) enum Soon {
    Read(Arc<Connection>),
    Accept(Arc<Listener>),
}

/// Events that the leader has taken.
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
}

/// The sockets of one thread.
#[derive(Debug)]
pub(crate) struct Set {
    poll: Mutex<Poll>,
    fd: RawFd,
    registry: Registry,
    deadlines: Deadlines,
    outbox: Mutex<Outbox>,
    /// Connections with output that JavaScript has left to this thread.
    deferred: Inbox<Arc<Connection>>,
    /// What may go on being read.
    soon: Inbox<Soon>,
    /// JavaScript has drained a queue for which somebody waited.
    drained: AtomicBool,
    stopped: AtomicBool,
    /// Tells the thread that it was asked for something.
    pub asked: Notify,
}

fn relock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Set {
    pub fn new() -> io::Result<Self> {
        let poll = Poll::new()?;
        Ok(Self {
            fd: poll.as_raw_fd(),
            registry: poll.registry().try_clone()?,
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

    /// The descriptor that is readable when a socket of the set has an event.
    pub fn fd(&self) -> RawFd {
        self.fd
    }

    // ---- sockets ----

    pub fn watch(&self, socket: &Socket, id: ConnId) -> io::Result<()> {
        socket.register(&self.registry, Token(id.raw() as usize))
    }

    pub fn forget(&self, socket: &Socket) {
        socket.deregister(&self.registry);
    }

    pub fn watch_listener(&self, source: &mut impl Source, id: u32) -> io::Result<()> {
        let token = Token(LISTENER | id as usize);
        self.registry.register(source, token, Interest::READABLE)
    }

    pub fn forget_listener(&self, source: &mut impl Source) {
        // Fails only if it was not registered.
        let _ = self.registry.deregister(source);
    }

    /// Takes the events there are, without waiting. Returns whether there may be more.
    pub fn poll(&self, ready: &mut Ready) -> bool {
        // Fails only where the system has no such set any more; then there are no events.
        let _ = relock(&self.poll).poll(&mut ready.0, Some(Duration::ZERO));
        ready.0.iter().count() == EVENTS
    }

    /// Whose event it is; `None` for a socket that is closed.
    pub fn source(&self, event: &Event, hub: &Hub) -> Option<Soon> {
        let Token(token) = event.token();
        if token & LISTENER == 0 {
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
        relock(&self.outbox).post(port, write)
    }

    /// Hands over what was posted.
    pub fn publish(&self) {
        relock(&self.outbox).publish();
    }

    /// Cuts off what a panic has left half written.
    pub fn cut_to_whole(&self) {
        relock(&self.outbox).cut_to_whole();
    }

    // ---- what other threads ask ----

    /// Sends the output of a connection that was queued with `Outgoing::defer`.
    pub fn send_soon(&self, connection: Arc<Connection>) {
        if self.deferred.put(connection) {
            self.asked.notify_one();
        }
    }

    pub fn take_deferred(&self) -> Vec<Arc<Connection>> {
        self.deferred.take()
    }

    /// Goes on reading a connection.
    pub fn read_soon(&self, connection: Arc<Connection>) {
        self.soon.put(Soon::Read(connection));
        self.asked.notify_one();
    }

    pub fn take_soon(&self, into: &mut Vec<Soon>) {
        into.append(&mut self.soon.take());
    }

    /// Lets go on what waited for a drain.
    pub fn on_drain(&self) {
        self.drained.store(true, Ordering::Release);
        self.asked.notify_one();
    }

    pub fn is_drained(&self) -> bool {
        self.drained.swap(false, Ordering::AcqRel)
    }

    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        self.asked.notify_one();
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
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
            Due::Slow(_) | Due::Accept(_) | Due::Retire => true,
        });
    }

    pub fn next_deadline(&self) -> Option<u64> {
        self.deadlines.next()
    }

    pub fn take_deadline(&self, now: u64) -> Option<(u64, Due)> {
        self.deadlines.take(now)
    }
}
