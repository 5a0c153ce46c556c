//! The I/O side of one JavaScript environment: its threads, its connections, its event queue.

use std::cell::RefCell;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::io::Error;
use crate::io::chunks::{Chunk, Chunks};
use crate::io::connection::Connection;
use crate::io::deferred::Deferred;
use crate::io::driver::Driver;
use crate::io::expected::Reader;
use crate::io::listener::Listener;
use crate::io::stream::Stream;
use crate::protocol::RequestKind;
use crate::ring::ConnId;
use crate::ring::id::IdAllocator;
use crate::ring::queue::{EventQueue, Pending};

/// Bytes of content that a thread publishes without waiting for the end of its turn: a wake for
/// each chunk would cost more than handling it.
const PUBLISH_CONTENT: usize = 512 * 1024;
/// Bytes of records that a thread publishes without waiting for the end of its turn.
const PUBLISH_SIZE: usize = 4096;

thread_local! {
    /// What this I/O thread has posted and not published.
    static OUTBOX: RefCell<Pending<Extra>> = RefCell::default();
}

/// Wakes the reader of the queue.
pub trait Wake: Send + Sync {
    fn wake(&self);
}

/// What travels to the JavaScript thread beside the records.
#[derive(Debug)]
pub enum Extra {
    /// A new connection; its `Open` record is in the same batch.
    Opened(Arc<Connection>),
    /// This connection stopped reading until the queue has been drained.
    Waiting(Arc<Connection>),
    /// Pinned memory that has been written.
    Written(usize),
    /// The chunk with the content of the next `NEW_CHUNK` record.
    Chunk(Chunk),
}

struct Thread {
    handle: Handle,
    stop: Arc<Notify>,
    join: JoinHandle<()>,
}

/// An I/O thread, as those see it that give it work.
#[derive(Clone, Debug)]
pub(crate) struct Worker {
    pub handle: Handle,
    /// Its place among the hub's threads.
    pub index: usize,
}

/// Ids and connections of the environment.
#[derive(Default)]
struct Table {
    ids: IdAllocator,
    connections: Vec<Option<Arc<Connection>>>,
}

/// The I/O side of one environment.
pub struct Hub {
    threads: Mutex<Vec<Thread>>,
    next: AtomicUsize,
    pub(crate) queue: EventQueue<Extra>,
    full: AtomicBool,
    wake: Box<dyn Wake>,
    /// Output that is left to each thread.
    deferred: Vec<Arc<Deferred>>,
    /// Buffers that are read into.
    pub chunks: Arc<Chunks>,
    table: Mutex<Table>,
    started: Instant,
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").finish_non_exhaustive()
    }
}

fn relock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    /// Starts `threads` I/O threads (at least one).
    pub fn start(threads: usize, wake: Box<dyn Wake>) -> Result<Arc<Self>, Error> {
        let threads = threads.max(1);
        let hub = Arc::new(Self {
            threads: Mutex::default(),
            next: AtomicUsize::new(0),
            queue: EventQueue::default(),
            full: AtomicBool::new(false),
            wake,
            deferred: (0..threads).map(|_| Arc::default()).collect(),
            chunks: Arc::default(),
            table: Mutex::default(),
            started: Instant::now(),
        });
        for deferred in &hub.deferred {
            let thread = start_thread(&hub)?;
            thread.handle.spawn(deferred.clone().run());
            relock(&hub.threads).push(thread);
        }
        Ok(hub)
    }

    /// Lets its I/O thread send what was queued for a connection with `Outgoing::defer_bytes`.
    pub fn defer(&self, connection: Arc<Connection>) {
        self.deferred[connection.thread].push(connection);
    }

    /// Milliseconds since the hub was started.
    pub fn now(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }

    /// The thread for the next connection or listener: each in turn.
    pub(crate) fn worker(&self) -> Result<Worker, Error> {
        let threads = relock(&self.threads);
        if threads.is_empty() {
            return Err(Error::Closing);
        }
        let index = self.next.fetch_add(1, Ordering::Relaxed) % threads.len();
        let handle = threads[index].handle.clone();
        Ok(Worker { handle, index })
    }

    /// There are several I/O threads.
    pub(crate) fn is_spread(&self) -> bool {
        self.deferred.len() > 1
    }

    /// Posts to JavaScript, from an I/O thread. What a thread posts in one turn is published
    /// together: at once when it is much, else before the thread sleeps.
    pub(crate) fn post<R>(&self, write: impl FnOnce(&mut Pending<Extra>) -> R) -> R {
        OUTBOX.with_borrow_mut(|outbox| {
            let result = write(outbox);
            if outbox.records.len() >= PUBLISH_SIZE || outbox.content >= PUBLISH_CONTENT {
                self.publish(outbox);
            }
            result
        })
    }

    fn publish(&self, outbox: &mut Pending<Extra>) {
        let published = self.queue.publish(outbox);
        self.full.store(published.full, Ordering::Release);
        if published.wake {
            self.wake.wake();
        }
    }

    /// Publishes what this thread has posted.
    fn publish_outbox(&self) {
        OUTBOX.with_borrow_mut(|outbox| {
            if !outbox.records.is_empty() || !outbox.extras.is_empty() {
                self.publish(outbox);
            }
        });
    }

    /// Too much waits for JavaScript: reading should stop until the next drain.
    pub(crate) fn is_full(&self) -> bool {
        self.full.load(Ordering::Acquire)
    }

    /// Takes what waits for JavaScript (see `EventQueue::take`).
    pub fn take(&self, spare: &mut Pending<Extra>) -> bool {
        self.queue.take(spare)
    }

    /// Asks for another wake although the queue is being read: the reader gives way to others.
    pub fn wake_again(&self) {
        self.wake.wake();
    }

    pub(crate) fn open(
        &self,
        fd: std::os::fd::RawFd,
        listener: Option<Arc<Listener>>,
        thread: usize,
    ) -> Option<Arc<Connection>> {
        let mut table = relock(&self.table);
        let id = table.ids.allocate()?;
        let connection = Arc::new(Connection::new(id, fd, listener, thread, self.now()));
        if table.connections.len() <= id.slot() {
            table.connections.resize(id.slot() + 1, None);
        }
        table.connections[id.slot()] = Some(connection.clone());
        Some(connection)
    }

    /// Takes over a connected descriptor as a client's connection, from the JavaScript thread.
    /// `request` is what will be sent first; its answer may come before it.
    pub fn adopt(
        self: &Arc<Self>,
        fd: std::os::fd::OwnedFd,
        reader: &Reader,
        request: RequestKind,
    ) -> Result<Arc<Connection>, Error> {
        let worker = self.worker()?;
        let _inside = worker.handle.enter();
        let stream = Stream::from_fd(fd).map_err(|source| Error::System {
            call: "open",
            source,
        })?;
        let connection = self
            .open(stream.as_raw_fd(), None, worker.index)
            .ok_or(Error::Closing)?;
        connection.expected.announce(request);
        worker
            .handle
            .spawn(Driver::dialed(self, connection.clone(), stream, reader));
        Ok(connection)
    }

    /// The connection is closed; its id stays taken until JavaScript has seen that.
    pub(crate) fn closed(&self, id: ConnId) {
        if let Some(slot) = relock(&self.table).connections.get_mut(id.slot()) {
            *slot = None;
        }
    }

    /// JavaScript has seen the connection close: its id may be reused.
    pub fn release(&self, id: ConnId) {
        relock(&self.table).ids.release(id);
    }

    /// All open connections.
    pub(crate) fn connections(&self) -> Vec<Arc<Connection>> {
        relock(&self.table)
            .connections
            .iter()
            .flatten()
            .cloned()
            .collect()
    }

    /// Stops the threads and closes every socket. Nothing is posted afterwards.
    pub fn shut_down(&self) -> Pending<Extra> {
        let rest = self.queue.close();
        self.deferred
            .iter()
            .for_each(|deferred| deferred.flush_all());
        for connection in self.connections() {
            // What was kept back to leave with more: the process may be exiting.
            connection.outgoing().send_held(&mut Vec::new());
        }
        let threads = std::mem::take(&mut *relock(&self.threads));
        for thread in &threads {
            thread.stop.notify_one();
        }
        for thread in threads {
            // A panicked I/O thread has closed its sockets by unwinding.
            let _ = thread.join.join();
        }
        // A waker keeps its task, and with it the runtime's descriptors, for as long as whoever
        // holds it.
        self.deferred
            .iter()
            .for_each(|deferred| deferred.forget_flusher());
        relock(&self.table).connections.clear();
        rest
    }
}

fn start_thread(hub: &Arc<Hub>) -> Result<Thread, Error> {
    let hub = Arc::downgrade(hub);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .on_thread_park(move || {
            if let Some(hub) = hub.upgrade() {
                hub.publish_outbox();
            }
        })
        .build()
        .map_err(Error::Thread)?;
    let handle = runtime.handle().clone();
    let stop = Arc::new(Notify::new());
    let stopped = stop.clone();
    let join = std::thread::Builder::new()
        .name("rust-http-io".into())
        .spawn(move || runtime.block_on(stopped.notified()))
        .map_err(Error::Thread)?;
    Ok(Thread { handle, stop, join })
}
