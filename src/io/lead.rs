//! The leader of a readiness set: the only thread that reads its connections. Whatever goes wrong with one
//! connection, a panic included, ends that connection alone.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::BytesMut;

use crate::io::connection::{Connection, flag};
use crate::io::content_memory::ContentMemory;
use crate::io::deadlines::{Due, Task};
use crate::io::hub::Hub;
use crate::io::listener::Listener;
use crate::io::set::{Ready, Set, Soon};
use crate::ring::panic::contain;

/// Bytes read by one system call.
pub(crate) const CHUNK_SIZE: usize = 64 * 1024;

/// Steps of handshakes that one turn has room for: each may take as long as some dozens of requests.
const HANDSHAKES_PER_TURN: usize = 16;

/// What the leader has. Only code that holds it can read.
#[derive(Debug)]
pub(crate) struct Lead {
    pub hub: Arc<Hub>,
    pub set: Arc<Set>,
    /// The hub's clock at the beginning of this turn.
    pub now: u64,
    /// The memory that is read into. An idle connection holds none.
    pub buffer: BytesMut,
    /// The same for what TLS carried.
    pub plain: BytesMut,
    /// Where content may be read straight into; none on an I/O thread.
    pub content_memory: Option<Rc<dyn ContentMemory>>,
    /// Bytes received, since somebody has taken their number.
    pub received: usize,
    /// Steps of handshakes that may be taken in this turn: they are long.
    pub handshakes: usize,
    /// What has more to do than fits into one turn.
    pub again: Vec<Soon>,
    /// What waits until the queue has been drained.
    pub parked: Vec<Soon>,
    /// Connections with answers that are sent at the end of the turn.
    pub answered: Vec<Arc<Connection>>,
}

impl Drop for Lead {
    fn drop(&mut self) {
        for soon in self.again.drain(..).chain(self.parked.drain(..)) {
            self.set.soon.put(soon);
        }
        self.set.leadership.let_go();
    }
}

impl Lead {
    /// Takes the lead, if no other thread has it.
    pub fn take(hub: Arc<Hub>, set: Arc<Set>) -> Option<Self> {
        set.leadership.take().then(|| Self {
            hub,
            set,
            now: 0,
            buffer: BytesMut::with_capacity(CHUNK_SIZE),
            plain: BytesMut::new(),
            content_memory: None,
            received: 0,
            handshakes: 0,
            again: Vec::new(),
            parked: Vec::new(),
            answered: Vec::new(),
        })
    }

    /// Does what is to be done, and returns whether there is more at once. After a panic that came from no connection
    /// the next turn goes on.
    pub fn turn(&mut self, ready: &mut Ready) -> bool {
        contain(|| self.work_through(ready)).unwrap_or(false)
    }

    fn work_through(&mut self, ready: &mut Ready) -> bool {
        let set = self.set.clone();
        self.now = self.hub.now();
        self.handshakes = HANDSHAKES_PER_TURN;
        for connection in set.deferred.take() {
            self.work_on(&connection, Connection::send_waiting);
        }
        let more = set.poll(ready);
        for event in ready.iter() {
            match set.source(event, &self.hub) {
                Some(Soon::Read(connection)) => {
                    self.work_on(&connection, |connection, lead| {
                        connection.on_event(event, lead);
                    });
                }
                Some(Soon::Accept(listener)) => self.accept(&listener),
                None => {}
            }
        }
        self.go_on(&set);
        for connection in std::mem::take(&mut self.answered) {
            self.work_on(&connection, Connection::send_waiting);
        }
        self.look_at_deadlines(&set);
        set.publish();
        more || !self.again.is_empty()
    }

    /// Goes on with this in the next turn.
    pub fn go_on_soon(&mut self, with: Soon) {
        if with.list() {
            self.again.push(with);
        }
    }

    /// Goes on with this when JavaScript has drained the queue.
    pub fn go_on_drained(&mut self, with: Soon) {
        if with.list() {
            self.parked.push(with);
        }
    }

    /// Lets a listener accept on after so many milliseconds.
    pub fn accept_in(&self, milliseconds: u64, listener: &Listener) {
        if listener.list() {
            let due = Due::Listener(listener.id, Task::Accept);
            self.set.add_deadline(self.now + milliseconds, due);
        }
    }

    /// Goes on with what was left over, and with what may go on now.
    fn go_on(&mut self, set: &Set) {
        let mut soon = std::mem::take(&mut self.again);
        soon.append(&mut set.soon.take());
        if set.take_drained() {
            soon.append(&mut self.parked);
        }
        for one in soon {
            match one {
                Soon::Read(connection) => {
                    connection.lower(flag::LISTED);
                    self.work_on(&connection, Connection::read);
                }
                Soon::Accept(listener) => self.accept_on(&listener),
            }
        }
    }

    fn look_at_deadlines(&mut self, set: &Set) {
        set.thin_out_deadlines(&self.hub);
        while let Some((at, due)) = set.deadlines.take(self.now) {
            match due {
                Due::Connection(id) => {
                    if let Some(connection) = self.hub.connection(id) {
                        self.work_on(&connection, |connection, lead| {
                            connection.on_deadline(at, lead);
                        });
                    }
                }
                Due::Listener(id, task) => match (self.hub.listener(id), task) {
                    (Some(listener), Task::LookForSlow) => listener.look_for_slow(at, self),
                    (Some(listener), Task::Probe) => listener.probe(self.now),
                    (Some(listener), Task::Accept) => self.accept_on(&listener),
                    (None, _) => {}
                },
            }
        }
        if set.leadership.take_alarm() {
            set.asked.notify_one();
        }
    }

    /// Runs `work`. A panic in it ends the connection.
    fn work_on(
        &mut self,
        connection: &Arc<Connection>,
        work: impl FnOnce(&Arc<Connection>, &mut Self),
    ) {
        if contain(|| work(connection, self)).is_none() {
            connection.close_broken(&self.hub);
        }
    }

    /// Accepts where that had stopped.
    fn accept_on(&mut self, listener: &Arc<Listener>) {
        listener.is_listed.store(false, Ordering::Release);
        self.accept(listener);
    }

    fn accept(&mut self, listener: &Arc<Listener>) {
        contain(|| listener.accept(self));
    }

    /// Makes the buffer empty, with room for a whole chunk: how input is cut, and with it what an error
    /// shows of it, does not depend on what other connections have sent. Returns the room.
    pub fn make_room(&mut self) -> usize {
        self.buffer.clear();
        if self.buffer.capacity() < CHUNK_SIZE {
            self.buffer.reserve(CHUNK_SIZE);
        }
        self.buffer.capacity()
    }
}

impl Soon {
    /// Notes that it is in a list. False if it is in one: each byte, or connection, that comes meanwhile is an event, too.
    fn list(&self) -> bool {
        match self {
            Self::Read(connection) => !connection.raise(flag::LISTED),
            Self::Accept(listener) => listener.list(),
        }
    }
}
