//! The native side of one instance of the module, used on its JavaScript thread alone. All instances in
//! one environment share a hub: a test runner loads the module once for each file of tests.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use napi::sys;

use crate::bridge::content::release_token;
use crate::bridge::poller::Poller;
use crate::bridge::wake::Waker;
use crate::io::{
    After, Attachment, Connection, Connections, Ends, Hub, Listener, ParsedInput, Port, closing,
};
use crate::ring::ConnId;
use crate::ring::layout::{NEW_BATCH, SAME_TURN};
use crate::ring::panic::contain;
use crate::ring::queue::Pending;
use crate::ring::record;

thread_local! {
    /// The hub of the environment whose thread this is. Its users and its threads keep it, so that its
    /// descriptors go with the last of them.
    static HUB: RefCell<Weak<Hub>> = RefCell::default();
}

/// The hub of this thread's environment, which gets one more user.
fn shared_hub(threads: usize) -> io::Result<Arc<Hub>> {
    HUB.with_borrow_mut(|shared| {
        if let Some(hub) = shared.upgrade()
            && hub.begin_use()
        {
            return Ok(hub);
        }
        let hub = Hub::start(threads)?;
        *shared = Arc::downgrade(&hub);
        Ok(hub)
    })
}

/// What the functions of one instance share.
pub struct Environment {
    threads: usize,
    /// JavaScript may lead; see `Poller`.
    may_lead: bool,
    /// The hub, while anything is open; and what wakes JavaScript.
    hub: RefCell<Option<Arc<Hub>>>,
    waker: RefCell<Option<Waker>>,
    poller: RefCell<Option<Rc<Poller>>>,
    /// The JavaScript function that handles records. A waker keeps it; while there is none, the module
    /// does, and may be collected with it.
    drain: sys::napi_ref,
    /// Waiting for records keeps the process alive.
    referenced: Cell<bool>,
    pub port: Arc<Port>,
    /// The connections JavaScript knows, by slot: a send needs no lock to find its own.
    connections: RefCell<Connections>,
    /// What was taken from the queue and did not fit into the arena, from `batch_at` on.
    batch: RefCell<Pending<Attachment>>,
    batch_at: Cell<usize>,
    /// Content of records that JavaScript has not reached.
    content: RefCell<VecDeque<Attachment>>,
    /// The ends of refused connections whose records JavaScript has not reached.
    pub dropped: RefCell<VecDeque<Ends>>,
    /// Room for text on its way out.
    pub scratch: RefCell<Vec<u8>>,
    /// The input of the connection that was handed over last, until it is asked for.
    pub handed_over: RefCell<Option<ParsedInput>>,
}

impl Environment {
    /// `drain`: a reference to the function that handles records.
    pub fn new(threads: usize, may_lead: bool, drain: sys::napi_ref) -> Self {
        Self {
            threads,
            may_lead,
            hub: RefCell::default(),
            waker: RefCell::default(),
            poller: RefCell::default(),
            drain,
            referenced: Cell::new(false),
            port: Arc::default(),
            connections: RefCell::default(),
            batch: RefCell::default(),
            batch_at: Cell::new(0),
            content: RefCell::default(),
            dropped: RefCell::default(),
            scratch: RefCell::default(),
            handed_over: RefCell::default(),
        }
    }

    // ---- the hub ----

    /// The hub, which starts now if nothing was open. Fails if the system has no thread or descriptor to spare.
    pub fn hub(&self, env: sys::napi_env) -> io::Result<Arc<Hub>> {
        if let Some(hub) = &*self.hub.borrow() {
            return Ok(hub.clone());
        }
        let hub = shared_hub(self.threads)?;
        let waker = Waker::new(env, self.drain).and_then(|waker| {
            waker.set_ref(env, self.referenced.get())?;
            Ok(waker)
        });
        let waker = waker.map_err(|_| {
            hub.end_use();
            closing()
        })?;
        self.port.set_wake(Some(Box::new(waker)));
        *self.waker.borrow_mut() = Some(waker);
        if self.may_lead {
            *self.poller.borrow_mut() = Poller::shared(env, &hub);
        }
        *self.hub.borrow_mut() = Some(hub.clone());
        Ok(hub)
    }

    /// Runs `f` with the hub, if anything is open.
    pub fn with_hub<R>(&self, f: impl FnOnce(&Hub) -> R) -> Option<R> {
        self.hub.borrow().as_ref().map(|hub| f(hub))
    }

    /// Milliseconds on the hub's clock.
    pub fn now(&self) -> u64 {
        self.hub.borrow().as_ref().map_or(0, |hub| hub.now())
    }

    /// Lets go of the hub and of the waker if nothing is open.
    pub fn rest(&self, env: sys::napi_env) {
        if self.port.is_in_use() {
            return;
        }
        self.port.set_wake(None);
        if let Some(waker) = self.waker.take() {
            waker.release(env);
        }
        self.poller.take();
        if let Some(hub) = self.hub.take() {
            hub.end_use();
        }
        self.scratch.take();
        self.connections.take();
    }

    /// Whether waiting for records keeps the process alive.
    pub fn set_ref(&self, env: sys::napi_env, referenced: bool) -> napi::Result<()> {
        self.referenced.set(referenced);
        match &*self.waker.borrow() {
            Some(waker) => waker.set_ref(env, referenced),
            None => Ok(()),
        }
    }

    /// Has JavaScript woken by what wakes it, if there is something that may have to.
    pub fn with_waker(&self, wake: impl FnOnce(&Waker)) {
        if let Some(waker) = &*self.waker.borrow() {
            wake(waker);
        }
    }

    // ---- listeners ----

    /// A listener was added. An I/O thread leads from now on if it has `overload` or `health`.
    pub fn listener_added(&self) {
        if let Some(poller) = &*self.poller.borrow()
            && self.with_hub(Hub::is_guarded) == Some(true)
        {
            poller.leave();
        }
    }

    pub fn listener(&self, id: u32) -> Option<Arc<Listener>> {
        self.with_hub(|hub| hub.listener(id)).flatten()
    }

    /// Stops accepting. Returns whether nothing is open any more.
    pub fn remove_listener(&self, id: u32) -> bool {
        self.with_hub(|hub| hub.remove_listener(id));
        !self.port.is_in_use()
    }

    // ---- connections ----

    /// Runs `f` with the connection of this id. A stale id finds nothing. A panic in `f` ends the connection.
    pub fn with_connection<R>(&self, id: u32, f: impl FnOnce(&Arc<Connection>) -> R) -> Option<R> {
        let connections = self.connections.borrow();
        let connection = connections.get(ConnId::from_raw(id))?;
        contain(|| f(connection)).or_else(|| {
            self.with_hub(|hub| {
                connection.close_broken(hub);
                hub.publish();
            });
            None
        })
    }

    /// Makes a connection known to JavaScript.
    pub fn insert(&self, connection: Arc<Connection>) {
        self.connections.borrow_mut().insert(connection);
    }

    /// JavaScript has seen the connection close. Returns whether nothing is open any more.
    pub fn release(&self, id: ConnId) -> bool {
        if self.connections.borrow_mut().remove(id) {
            self.with_hub(|hub| hub.release(id, &self.port));
        }
        !self.port.is_in_use()
    }

    /// All output of a connection is in the kernel.
    pub fn flushed(&self, connection: &Arc<Connection>, after: After, reported: bool) {
        self.with_hub(|hub| {
            connection.flushed(after, reported, hub);
            if reported || after == After::Close {
                hub.publish();
            }
        });
    }

    // ---- records ----

    /// Copies waiting records to the front of `arena`, as many whole ones as fit. Returns their size; 0
    /// when none wait; the size needed, negated, when not even the first one fits. The size of records
    /// that begin a batch has `NEW_BATCH` added, and `SAME_TURN` as that says.
    pub fn drain(&self, env: sys::napi_env, arena: &mut [u8]) -> i64 {
        let mut flags = 0;
        if let Some(poller) = &*self.poller.borrow() {
            poller.take_offered();
            if poller.is_in_later_turn() {
                flags |= SAME_TURN;
            }
        }
        let mut batch = self.batch.borrow_mut();
        // A batch may bring attachments alone. Only `take` finding nothing lets the next post wake us.
        while batch.records.is_empty() {
            let (taken, waited_for) = self.port.take(&mut batch);
            if waited_for {
                self.with_hub(|hub| hub.on_drain());
            }
            if !taken {
                return 0;
            }
            for attachment in batch.attachments.drain(..) {
                self.handle(env, attachment);
            }
            batch.attached_size = 0;
        }
        let at = self.batch_at.get();
        let size = record::fitting(&batch.records[at..], arena.len());
        if size == 0 {
            return -(record::size(&batch.records[at..]) as i64);
        }
        arena[..size].copy_from_slice(&batch.records[at..at + size]);
        if at == 0 {
            flags |= NEW_BATCH;
        }
        self.batch_at.set(at + size);
        if at + size == batch.records.len() {
            self.batch_at.set(0);
            batch.records.clear();
            batch.records.shrink_to(1 << 20);
        }
        size as i64 | i64::from(flags)
    }

    /// The content of the next record with `ATTACHED`.
    pub fn next_content(&self) -> Option<Attachment> {
        self.content.borrow_mut().pop_front()
    }

    fn handle(&self, env: sys::napi_env, attachment: Attachment) {
        match attachment {
            Attachment::Opened(connection) => {
                self.port.announced();
                self.insert(connection);
            }
            Attachment::Content(_) | Attachment::Direct(_) => {
                self.content.borrow_mut().push_back(attachment);
            }
            Attachment::Dropped(ends) => self.dropped.borrow_mut().push_back(*ends),
            Attachment::Release(token) => release_token(env, token),
        }
    }

    /// Ends all I/O of the environment.
    pub fn shut_down(&self) {
        self.port.close();
        self.poller.take();
        self.hub.take();
        // A hub without users still has threads for a moment: they end before the code may be unloaded.
        if let Some(hub) = HUB.take().upgrade() {
            hub.shut_down();
        }
        self.connections.take();
    }
}
