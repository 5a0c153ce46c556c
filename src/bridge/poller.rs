//! The JavaScript thread as the leader of the readiness set: its event loop calls when the set is
//! readable, and what was read is handled at once, without another thread.

use std::cell::{Cell, RefCell};
use std::ffi::c_int;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use napi::sys;

use crate::bridge::content::JsContentMemory;
use crate::bridge::uv::{Handle, Watch};
use crate::bridge::wake::{self, CallsFromLoop};
use crate::io::{ContentMemory, Hub, JavaScriptLead, Next};
use crate::ring::panic::contain;

/// Turns before the rest of the event loop has its turn.
const TURNS: usize = 4;

thread_local! {
    /// That of this thread's environment; the instances of the module that use its hub keep it.
    static POLLER: RefCell<Weak<Poller>> = const { RefCell::new(Weak::new()) };
}

/// Watches the set of a hub from the event loop.
pub struct Poller {
    /// Goes before the hub, whose descriptor it watches.
    watch: Watch,
    hub: Arc<Hub>,
    content_memory: Rc<dyn ContentMemory>,
    /// None while the I/O thread leads.
    lead: RefCell<Option<JavaScriptLead>>,
    /// Turns that were taken in this call of the event loop's.
    turns_taken: Cell<usize>,
    _calls: CallsFromLoop,
}

impl Poller {
    /// The one of this thread, which leads. `None` if the host's event loop cannot watch a descriptor, or
    /// several threads do the I/O.
    pub fn shared(env: sys::napi_env, hub: &Arc<Hub>) -> Option<Rc<Self>> {
        POLLER.with_borrow_mut(|shared| {
            if let Some(poller) = shared.upgrade() {
                return Some(poller);
            }
            let poller = Rc::new(Self {
                hub: hub.clone(),
                watch: Watch::new(env, hub.lead_fd()?, on_readable)?,
                content_memory: Rc::new(JsContentMemory::new(env)),
                lead: RefCell::default(),
                turns_taken: Cell::default(),
                _calls: CallsFromLoop::new(env),
            });
            if !hub.is_guarded() {
                poller.lead();
            }
            *shared = Rc::downgrade(&poller);
            Some(poller)
        })
    }

    /// Takes the lead if the I/O thread offers it.
    pub fn take_offered(&self) {
        if self.hub.is_lead_offered() {
            self.lead();
        }
    }

    fn lead(&self) {
        let mut lead = self.lead.borrow_mut();
        if lead.is_none() && self.watch.start() {
            *lead = self
                .hub
                .lead_from_javascript(Some(self.content_memory.clone()));
        }
    }

    /// Leaves the lead to the I/O thread.
    pub fn leave(&self) {
        self.watch.stop();
        self.lead.take();
    }

    /// Whether the event loop has called once for this turn and one before.
    pub fn is_in_later_turn(&self) -> bool {
        self.turns_taken.get() > 0
    }

    /// Reads what there is and has it handled, until there is no more.
    fn turns(&self) {
        for taken in 0..TURNS {
            self.turns_taken.set(taken);
            let next = self.turn();
            self.turns_taken.set(0);
            match next {
                Next::Again => {}
                Next::Sleep => return,
                Next::Leave => return self.leave(),
            }
        }
        if let Some(lead) = &*self.lead.borrow() {
            lead.call_again();
        }
    }

    fn turn(&self) -> Next {
        if let Some(lead) = &mut *self.lead.borrow_mut() {
            wake::collect();
            lead.begin_turn();
        }
        wake::call_collected();
        match &mut *self.lead.borrow_mut() {
            Some(lead) => lead.end_turn(),
            None => Next::Sleep,
        }
    }
}

unsafe extern "C" fn on_readable(_: Handle, status: c_int, _: c_int) {
    contain(|| match POLLER.with_borrow(Weak::upgrade) {
        Some(poller) if status < 0 => poller.leave(),
        Some(poller) => poller.turns(),
        None => {}
    });
}
