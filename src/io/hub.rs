//! The I/O side of one JavaScript environment: its threads, its connections, its listeners. All
//! instances of the module that are loaded in the environment share it.

use std::collections::HashMap;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use crate::io::clock::Clock;
use crate::io::connection::{Connection, Opening};
use crate::io::connections::Connections;
use crate::io::content_memory::ContentMemory;
use crate::io::error::closing;
use crate::io::input::Reading;
use crate::io::javascript_lead::JavaScriptLead;
use crate::io::leadership::Leader;
use crate::io::listener::Listener;
use crate::io::options::Options;
use crate::io::port::Port;
use crate::io::process_end;
use crate::io::set::Set;
use crate::io::socket::Socket;
use crate::io::thread;
use crate::protocol::{RequestKind, Role};
use crate::ring::ConnId;
use crate::ring::debug_log::note;
use crate::ring::id::IdAllocator;
use crate::ring::panic::relock;
use crate::ring::sink::Reader;
use crate::tls::Session;

/// Ids, connections and listeners of the environment.
#[derive(Debug, Default)]
struct Table {
    ids: IdAllocator,
    connections: Connections,
    listeners: HashMap<u32, Arc<Listener>>,
    next_listener: u32,
}

/// The I/O side of one environment.
#[derive(Debug)]
pub struct Hub {
    sets: Vec<Arc<Set>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    next: AtomicUsize,
    table: Mutex<Table>,
    /// Instances of the module that have something open. With none, the threads have ended, or are about to.
    users: Mutex<usize>,
    pub(crate) clock: Clock,
    /// Listeners whose requests may be answered without JavaScript: an I/O thread leads as long as there are some.
    guarded: AtomicUsize,
}

impl Hub {
    /// Starts `threads` I/O threads (at least one), with one user.
    ///
    /// # Errors
    /// Fails if the system has no thread or descriptor to spare.
    pub fn start(threads: usize) -> io::Result<Arc<Self>> {
        let hub = Arc::new(Self::idle(threads.max(1))?);
        for set in &hub.sets {
            match thread::start(&hub, set) {
                Ok(thread) => relock(&hub.threads).push(thread),
                Err(error) => {
                    hub.shut_down();
                    return Err(error);
                }
            }
        }
        process_end::watch(&hub);
        Ok(hub)
    }

    /// A hub with this number of sets, which have no leader yet.
    fn idle(sets: usize) -> io::Result<Self> {
        let sets = (0..sets)
            .map(|_| Set::new().map(Arc::new))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            sets,
            threads: Mutex::default(),
            next: AtomicUsize::new(0),
            table: Mutex::default(),
            users: Mutex::new(1),
            clock: Clock::start(),
            guarded: AtomicUsize::new(0),
        })
    }

    /// A hub whose sets the test leads itself, at times that it says.
    #[cfg(test)]
    pub(crate) fn on_stage(sets: usize) -> Arc<Self> {
        let hub = Arc::new(Self::idle(sets).unwrap());
        hub.clock.set(0);
        hub
    }

    #[cfg(test)]
    pub(crate) fn first_set(&self) -> &Arc<Set> {
        &self.sets[0]
    }

    /// Milliseconds since the hub was started.
    pub fn now(&self) -> u64 {
        self.clock.now()
    }

    /// The set for the next connection or listener: each in turn.
    fn next_set(&self) -> &Arc<Set> {
        &self.sets[self.next.fetch_add(1, Ordering::Relaxed) % self.sets.len()]
    }

    /// Publishes what the calling thread has posted for connections of any set.
    pub fn publish(&self) {
        self.sets.iter().for_each(|set| set.publish());
    }

    /// JavaScript has drained a queue that was full, so that reading or accepting had stopped.
    pub fn on_drain(&self) {
        self.sets.iter().for_each(|set| set.on_drain());
    }

    // ---- listeners ----

    /// A server without a socket of its own yet.
    pub fn add_listener(&self, port: &Arc<Port>, options: Options) -> Arc<Listener> {
        port.add_user();
        let listener = {
            let mut table = relock(&self.table);
            table.next_listener += 1;
            let id = table.next_listener;
            let listener = Listener::new(id, port.clone(), self.next_set().clone(), options);
            table.listeners.insert(id, listener.clone());
            listener
        };
        listener.watch_slow(self.now());
        if listener.guard.is_some() {
            self.guarded.fetch_add(1, Ordering::AcqRel);
            listener.begin_probes(self.now());
        }
        listener
    }

    /// Stops accepting; connections stay.
    pub fn remove_listener(&self, id: u32) {
        let Some(listener) = relock(&self.table).listeners.remove(&id) else {
            return;
        };
        listener.close();
        listener.port.remove_user();
        if listener.guard.is_some() && self.guarded.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.sets[0].leadership.offer();
        }
    }

    pub fn listener(&self, id: u32) -> Option<Arc<Listener>> {
        relock(&self.table).listeners.get(&id).cloned()
    }

    // ---- connections ----

    /// Gives a socket an id. `None` when there are none left: the socket is closed then.
    pub(crate) fn open(&self, opening: Opening) -> Option<Arc<Connection>> {
        let port = opening.port.clone();
        let mut table = relock(&self.table);
        let id = table.ids.allocate()?;
        let set = self.next_set().clone();
        let connection = Arc::new(Connection::new(id, opening, set, self.now()));
        table.connections.insert(connection.clone());
        drop(table);
        port.add_user();
        Some(connection)
    }

    /// Takes over a connected descriptor as a client's connection, on which TLS is spoken if there is a session of
    /// it. `request` is what will be sent first; its answer may come before it.
    ///
    /// # Errors
    /// Fails if the descriptor is no connected socket.
    pub fn adopt(
        &self,
        fd: OwnedFd,
        port: &Arc<Port>,
        reader: &Reader,
        request: RequestKind,
        session: Option<Session>,
    ) -> io::Result<Arc<Connection>> {
        let mut socket = Socket::from_fd(fd)?;
        let peer = socket.peer();
        let is_secure = session.is_some();
        if let Some(session) = session {
            socket.secure(session);
        }
        let (parser, sink_state) = reader.begin(Role::Client);
        let opening = Opening {
            socket,
            parser,
            sink_state,
            reading: Reading::Http,
            listener: None,
            port: port.clone(),
            peer,
            timeout: 0,
        };
        let connection = self.open(opening).ok_or_else(closing)?;
        note!("{} is a client's", connection.id);
        connection.request.announce(request);
        if is_secure {
            connection.begin_handshake();
        }
        connection.watch(self);
        Ok(connection)
    }

    /// The open connection of this id.
    pub(crate) fn connection(&self, id: u32) -> Option<Arc<Connection>> {
        let id = ConnId::from_raw(id);
        relock(&self.table).connections.get(id).cloned()
    }

    /// The connection is closed; its id stays taken until JavaScript has seen that.
    pub(crate) fn closed(&self, id: ConnId) {
        relock(&self.table).connections.remove(id);
    }

    /// JavaScript has seen the connection close: its id may be reused.
    pub fn release(&self, id: ConnId, port: &Port) {
        relock(&self.table).ids.release(id);
        port.remove_user();
    }

    /// All open connections of a listener.
    pub(crate) fn connections_of(&self, listener: u32) -> Vec<Arc<Connection>> {
        let is_of = |connection: &&Arc<Connection>| {
            connection
                .listener
                .as_ref()
                .is_some_and(|l| l.id == listener)
        };
        let table = relock(&self.table);
        table.connections.iter().filter(is_of).cloned().collect()
    }

    // ---- who leads ----

    /// The set that JavaScript may lead; `None` if there are several, each with a thread of its own.
    fn only_set(&self) -> Option<&Arc<Set>> {
        match &*self.sets {
            [set] => Some(set),
            _ => None,
        }
    }

    /// The descriptor that is readable when the leader has something to do. `None` if there are several.
    pub fn lead_fd(&self) -> Option<RawFd> {
        self.only_set().map(|set| set.as_raw_fd())
    }

    /// Makes the JavaScript thread the leader. `None` if there are several threads.
    pub fn lead_from_javascript(
        self: &Arc<Self>,
        content_memory: Option<Rc<dyn ContentMemory>>,
    ) -> Option<JavaScriptLead> {
        let set = self.only_set()?;
        Some(JavaScriptLead::new(
            self.clone(),
            set.clone(),
            content_memory,
        ))
    }

    /// Whether the I/O threads lead at the moment.
    pub fn is_led_by_thread(&self) -> bool {
        self.sets[0].leadership.leader() == Leader::Thread
    }

    /// Whether the I/O threads have to lead: JavaScript could not when it is blocked.
    pub fn is_guarded(&self) -> bool {
        self.guarded.load(Ordering::Acquire) > 0
    }

    /// Whether JavaScript has so little to do that it should lead.
    pub fn is_lead_offered(&self) -> bool {
        self.sets[0].leadership.is_offered() && !self.is_guarded()
    }

    // ---- life ----

    /// Another instance of the module uses the hub. False if it has ended.
    pub fn begin_use(&self) -> bool {
        let mut users = relock(&self.users);
        let is_alive = *users > 0;
        *users += usize::from(is_alive);
        is_alive
    }

    /// An instance of the module has nothing open any more. With the last one the threads end.
    pub fn end_use(&self) {
        let mut users = relock(&self.users);
        // There are none if the environment has ended before.
        *users = users.saturating_sub(1);
        if *users == 0 {
            self.sets.iter().for_each(|set| set.stop());
        }
    }

    /// Sends on the calling thread what the kernel takes of everything that waits.
    pub(crate) fn send_what_waits(&self) {
        let connections: Vec<_> = relock(&self.table).connections.iter().cloned().collect();
        for connection in connections {
            let mut outgoing = connection.outgoing();
            if outgoing.pending() > 0 {
                outgoing.flush(None);
            }
        }
    }

    /// Ends the threads and closes every socket: the environment ends. What was left to the threads to
    /// send is sent before. Nothing is posted afterwards.
    pub fn shut_down(&self) {
        *relock(&self.users) = 0;
        self.sets.iter().for_each(|set| set.stop());
        for thread in relock(&self.threads).drain(..) {
            // A thread waits for nothing but its sockets, and was told to stop.
            let _ = thread.join();
        }
        self.sets.iter().for_each(|set| set.forget_what_waits());
        let connections = std::mem::take(&mut relock(&self.table).connections);
        for connection in connections.iter() {
            connection.outgoing().flush(None);
            connection.abandon();
        }
        for (_, listener) in relock(&self.table).listeners.drain() {
            listener.close();
        }
    }
}
