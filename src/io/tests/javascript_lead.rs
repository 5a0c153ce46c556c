//! A hub whose set this thread leads, as JavaScript's does.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::stage::{GET, Pieces, Taken, listen, options};
use crate::io::{Hub, JavaScriptLead, Port};
use crate::ring::layout::Kind;

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
        let client = TcpStream::connect(listen(&listener)).unwrap();
        Self {
            hub,
            port,
            client,
            lead,
        }
    }

    /// Whether a record of `kind` is among those that wait.
    fn took(&self, kind: Kind) -> bool {
        let taken = Taken::from(&self.hub, &self.port, &Pieces::default());
        taken.kinds.contains(&kind)
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
        self.client.write_all(GET).unwrap();
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
