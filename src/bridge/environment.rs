//! The native side of one JavaScript environment, used on its thread alone.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use napi::{Env, sys};

use crate::bridge::wake::Waker;
use crate::io::{Chunk, Connection, Extra, Hub, Listener};
use crate::ring::ConnId;
use crate::ring::queue::Pending;

/// What the functions of one environment share.
pub struct Environment {
    pub hub: Arc<Hub>,
    pub waker: Waker,
    /// The connections JavaScript knows, by slot: a send needs no lock to find its own.
    connections: RefCell<Vec<Option<Arc<Connection>>>>,
    pub listeners: RefCell<HashMap<u32, Arc<Listener>>>,
    /// Records that were taken from the queue and did not fit into the arena.
    batch: RefCell<Pending<Extra>>,
    /// Chunks with the content of records that JavaScript has not reached.
    chunks: RefCell<VecDeque<Chunk>>,
    /// The memory records are copied to; JavaScript keeps it alive until it sets another.
    pub arena: Cell<(*mut u8, usize)>,
    /// Text on its way out.
    pub scratch: RefCell<Vec<u8>>,
    /// Tokens of pinned memory that was written.
    pub released: RefCell<Vec<usize>>,
}

impl Environment {
    pub fn new(hub: Arc<Hub>, waker: Waker) -> Self {
        Self {
            hub,
            waker,
            connections: RefCell::default(),
            listeners: RefCell::default(),
            batch: RefCell::default(),
            chunks: RefCell::default(),
            arena: Cell::new((std::ptr::null_mut(), 0)),
            scratch: RefCell::new(vec![0; 64 * 1024]),
            released: RefCell::default(),
        }
    }

    /// Runs `f` with the connection of this id. A stale id finds nothing.
    pub fn with_connection<R>(
        &self,
        id: ConnId,
        f: impl FnOnce(&Arc<Connection>) -> R,
    ) -> Option<R> {
        let connections = self.connections.borrow();
        let connection = connections.get(id.slot())?.as_ref()?;
        (connection.id == id).then(|| f(connection))
    }

    /// Makes a connection known to JavaScript.
    pub fn insert(&self, connection: Arc<Connection>) {
        let mut connections = self.connections.borrow_mut();
        let slot = connection.id.slot();
        if connections.len() <= slot {
            connections.resize(slot + 1, None);
        }
        connections[slot] = Some(connection);
    }

    /// JavaScript has seen the connection close.
    pub fn release(&self, id: ConnId) {
        let mut connections = self.connections.borrow_mut();
        if let Some(slot) = connections.get_mut(id.slot())
            && slot.as_ref().is_some_and(|connection| connection.id == id)
        {
            *slot = None;
            self.hub.release(id);
        }
    }

    /// Copies waiting records to the arena from `offset` on. Returns their size; 0 when none wait;
    /// the size needed, negated, when the arena has no room for them.
    pub fn drain(&self, env: sys::napi_env, offset: usize) -> i64 {
        let mut batch = self.batch.borrow_mut();
        // A batch may bring extras alone. Only `take` finding nothing lets the next post wake us.
        while batch.records.is_empty() {
            if !self.hub.take(&mut batch) {
                return 0;
            }
            for extra in batch.extras.drain(..) {
                self.handle(env, extra);
            }
        }
        let size = batch.records.len();
        let (arena, capacity) = self.arena.get();
        if arena.is_null() || offset + size > capacity {
            return -(size as i64);
        }
        // SAFETY: JavaScript keeps the arena alive and unshared until it sets another one; the
        // range was checked above, and `batch` is memory of our own.
        unsafe {
            std::ptr::copy_nonoverlapping(batch.records.as_ptr(), arena.add(offset), size);
        }
        batch.records.clear();
        batch.content = 0;
        batch.records.shrink_to(1 << 20);
        size as i64
    }

    /// The chunk of the next record that needs one.
    pub fn next_chunk(&self) -> Option<Chunk> {
        self.chunks.borrow_mut().pop_front()
    }

    fn handle(&self, env: sys::napi_env, extra: Extra) {
        match extra {
            Extra::Opened(connection) => self.insert(connection),
            Extra::Waiting(connection) => connection.resume_waiting(),
            Extra::Chunk(chunk) => self.chunks.borrow_mut().push_back(chunk),
            Extra::Written(token) => release_token(env, token),
        }
    }

    /// Lets go of pinned memory that has been written on this thread.
    pub fn release_written(&self, env: sys::napi_env) {
        for token in self.released.borrow_mut().drain(..) {
            release_token(env, token);
        }
    }

    /// Ends all I/O of the environment.
    pub fn shut_down(&self) {
        self.hub.shut_down();
        self.connections.borrow_mut().clear();
        self.listeners.borrow_mut().clear();
    }
}

/// Tokens are references to the JavaScript values that own the memory.
fn release_token(env: sys::napi_env, token: usize) {
    // SAFETY: the token was made by `napi_create_reference` in this environment and is given back
    // exactly once.
    unsafe {
        sys::napi_delete_reference(env, token as sys::napi_ref);
    }
}

/// Shuts the environment's I/O down before the environment goes away.
pub fn on_cleanup(env: &Env, environment: &std::rc::Rc<Environment>) -> napi::Result<()> {
    let environment = environment.clone();
    env.add_env_cleanup_hook(environment, |environment| environment.shut_down())?;
    Ok(())
}
