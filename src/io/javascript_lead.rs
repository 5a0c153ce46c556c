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
            window: Window::starts_at(hub.now_micros()),
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
        self.began = self.hub.now_micros();
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
        let now = self.hub.now_micros();
        let turn = Turn {
            events: self.ready.count(),
            received: self.lead.as_mut().map_or(0, Lead::take_received),
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

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::OwnedFd;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::io::port::Port;
    use crate::io::tests::stage::{kinds_of, options};
    use crate::ring::layout::Kind;
    use crate::ring::queue::Pending;

    const PATIENCE: Duration = Duration::from_secs(10);

    /// A hub that this thread leads, and a client of its listener.
    struct World {
        hub: Arc<Hub>,
        port: Arc<Port>,
        client: TcpStream,
        lead: Option<JavaScriptLead>,
    }

    impl World {
        fn new() -> Self {
            let hub = Hub::start(1).unwrap();
            let port = Arc::new(Port::default());
            let lead = hub.lead_from_javascript(None);
            let listener = hub.add_listener(&port, options());
            let socket = TcpListener::bind("127.0.0.1:0").unwrap();
            let client = TcpStream::connect(socket.local_addr().unwrap()).unwrap();
            listener.listen(OwnedFd::from(socket), 511).unwrap();
            Self {
                hub,
                port,
                client,
                lead,
            }
        }

        /// Whether a record of `kind` is among those that wait.
        fn took(&self, kind: Kind) -> bool {
            let mut batch = Pending::default();
            self.port.take(&mut batch);
            kinds_of(&batch.records).contains(&kind)
        }

        /// Has turns, if it leads, until there is a record of `kind`.
        fn turns_until(&mut self, kind: Kind) {
            let begin = Instant::now();
            while !self.took(kind) {
                assert!(begin.elapsed() < PATIENCE, "no record in time");
                if let Some(lead) = &mut self.lead {
                    lead.begin_turn();
                    lead.end_turn();
                }
                std::thread::yield_now();
            }
        }

        fn ask(&mut self) {
            self.client
                .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                .unwrap();
        }
    }

    impl Drop for World {
        fn drop(&mut self) {
            self.lead = None;
            self.hub.shut_down();
        }
    }

    #[test]
    fn this_thread_accepts_and_reads() {
        let mut world = World::new();
        world.turns_until(Kind::Open);
        world.ask();
        std::thread::sleep(Duration::from_millis(20));
        assert!(!world.took(Kind::Head), "no other thread reads");
        world.turns_until(Kind::Head);
    }

    #[test]
    fn the_lead_goes_to_the_thread_and_back() {
        let mut world = World::new();
        world.turns_until(Kind::Open);
        assert!(!world.hub.is_led_by_thread());
        world.lead = None;
        assert!(world.hub.is_led_by_thread());
        world.ask();
        world.turns_until(Kind::Head);
        world.lead = world.hub.lead_from_javascript(None);
        assert!(!world.hub.is_led_by_thread());
        world.ask();
        world.turns_until(Kind::Head);
    }

    #[test]
    fn several_threads_lead_themselves() {
        let hub = Hub::start(2).unwrap();
        assert!(hub.lead_from_javascript(None).is_none());
        assert!(hub.is_led_by_thread());
        hub.shut_down();
    }
}
