//! The JavaScript thread as the leader of a set. Its event loop calls when the set is readable.

use std::sync::Arc;

use crate::io::hub::Hub;
use crate::io::lead::Lead;
use crate::io::leadership::{Leader, LoadMeter};
use crate::io::set::{Ready, Set};

/// What follows a turn.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Next {
    /// The event loop goes on until the set is readable.
    Sleep,
    /// There is more to do at once.
    Again,
    /// There is work for two threads: the I/O thread leads now.
    Leave,
}

/// The lead of a hub's set, on the JavaScript thread.
#[derive(Debug)]
pub struct JavaScriptLead {
    hub: Arc<Hub>,
    set: Arc<Set>,
    /// None until the I/O thread has let go.
    lead: Option<Lead>,
    ready: Ready,
    meter: LoadMeter,
    /// When the turn began, on the hub's clock in microseconds.
    began: u64,
    more: bool,
}

impl JavaScriptLead {
    pub(crate) fn new(hub: Arc<Hub>, set: Arc<Set>) -> Self {
        set.leadership.set_leader(Leader::JavaScript);
        set.asked.notify_one();
        Self {
            meter: LoadMeter::new(hub.now_micros()),
            lead: None,
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
        self.began = self.hub.now_micros();
        if self.lead.is_none() {
            self.lead = Lead::take(self.hub.clone(), self.set.clone());
        }
        // Without it, the set stays readable until the other thread has ended its turn.
        self.more = self
            .lead
            .as_mut()
            .is_some_and(|lead| lead.turn(&mut self.ready));
    }

    pub fn end_turn(&mut self) -> Next {
        self.set.leadership.attend(false);
        let now = self.hub.now_micros();
        let events = self.ready.count();
        if let Some(capacity) = self.meter.turn_ended(events, now - self.began, now) {
            self.set.lead_on(capacity);
            return Next::Leave;
        }
        if self.more || self.set.is_asked() {
            Next::Again
        } else {
            Next::Sleep
        }
    }

    /// Lets the event loop call again, whether something happens or not.
    pub fn ring(&self) {
        self.set.ring();
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
