//! The JavaScript thread as the leader of a set. Its event loop calls when the set is readable.

use std::rc::Rc;
use std::sync::Arc;

use crate::io::content_memory::ContentMemory;
use crate::io::hub::Hub;
use crate::io::lead::Lead;
use crate::io::leader_policy::{Turn, Window};
use crate::io::leadership::Leader;
use crate::io::set::{Ready, Set};

/// What follows a turn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Next {
    /// The event loop goes on until the set is readable.
    Sleep,
    /// There is more to do at once.
    Again,
    /// The I/O thread leads now.
    Leave,
}

/// The lead of a hub's set, on the JavaScript thread.
#[derive(Debug)]
pub struct JavaScriptLead {
    hub: Arc<Hub>,
    set: Arc<Set>,
    content_memory: Option<Rc<dyn ContentMemory>>,
    /// None until the I/O thread has let go.
    lead: Option<Lead>,
    ready: Ready,
    window: Window,
    /// When the turn began, on the hub's clock in microseconds.
    began: u64,
    more: bool,
}

impl JavaScriptLead {
    pub(crate) fn new(
        hub: Arc<Hub>,
        set: Arc<Set>,
        content_memory: Option<Rc<dyn ContentMemory>>,
    ) -> Self {
        set.leadership.set_leader(Leader::JavaScript);
        set.asked.notify_one();
        Self {
            window: Window::starts_at(hub.clock.now_micros()),
            lead: None,
            content_memory,
            ready: Ready::default(),
            began: 0,
            more: false,
            hub,
            set,
        }
    }

    /// Reads, sends and accepts what there is. Afterwards JavaScript handles what was posted, then calls
    /// `end_turn`.
    pub fn begin_turn(&mut self) {
        self.set.leadership.attend(true);
        self.began = self.hub.clock.now_micros();
        if self.lead.is_none() {
            self.lead = Lead::take(self.hub.clone(), self.set.clone());
            if let Some(lead) = &mut self.lead {
                lead.content_memory.clone_from(&self.content_memory);
            }
        }
        // Without it, the set stays readable until the other thread has ended its turn.
        self.more = self
            .lead
            .as_mut()
            .is_some_and(|lead| lead.turn(&mut self.ready));
    }

    /// Behind what JavaScript did with the turn's records: measures it, and says how it goes on.
    pub fn end_turn(&mut self) -> Next {
        self.set.leadership.attend(false);
        let now = self.hub.clock.now_micros();
        let turn = Turn {
            events: self.ready.count(),
            received: (self.lead.as_mut()).map_or(0, |lead| std::mem::take(&mut lead.received)),
            busy: now - self.began,
        };
        if let Some(window) = self.window.turn_ended(turn, now) {
            let leadership = &self.set.leadership;
            let leader = leadership.window_ended(Leader::JavaScript, &window, now);
            if leader == Leader::Thread {
                leadership.set_leader(leader);
                return Next::Leave;
            }
        }
        if self.more || self.set.is_asked() {
            Next::Again
        } else {
            Next::Sleep
        }
    }

    /// Lets the event loop call again, whether something happens or not.
    pub fn call_again(&self) {
        self.set.make_readable();
    }
}

impl Drop for JavaScriptLead {
    fn drop(&mut self) {
        self.lead = None;
        self.set.leadership.attend(false);
        if self.set.leadership.leader() == Leader::JavaScript {
            self.set.leadership.set_leader(Leader::Thread);
        }
        self.set.asked.notify_one();
    }
}
