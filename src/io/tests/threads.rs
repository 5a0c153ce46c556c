//! Whole hubs with their threads, over loopback sockets, read as JavaScript would read them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::stage::{GET, NoMemory, Pieces, Taken, listen, options};
use crate::io::{After, Connection, Ends, Hub, Listener, Options, Port, Wake};
use crate::ring::layout::Kind;

const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug)]
struct Bell(Mutex<Sender<()>>);

impl Wake for Bell {
    fn wake(&self) {
        // The reader may be gone.
        let _ = self.0.lock().unwrap().send(());
    }
}

/// A hub with one listener, and the JavaScript side of it.
struct World {
    hub: Arc<Hub>,
    port: Arc<Port>,
    listener: Arc<Listener>,
    address: SocketAddr,
    bell: Receiver<()>,
    opened: Vec<Arc<Connection>>,
    dropped: Vec<Ends>,
}

impl World {
    fn new(threads: usize, options: Options) -> Self {
        let hub = Hub::start(threads).unwrap();
        let port = Arc::new(Port::default());
        let (ring, bell) = channel();
        port.set_wake(Some(Box::new(Bell(Mutex::new(ring)))));
        let listener = hub.add_listener(&port, options);
        let address = listen(&listener);
        Self {
            hub,
            port,
            listener,
            address,
            bell,
            opened: Vec::new(),
            dropped: Vec::new(),
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Takes what waits; the kinds of the records.
    fn take(&mut self) -> Vec<Kind> {
        let taken = Taken::from(&self.hub, &self.port, &Pieces::default());
        self.opened.extend(taken.opened);
        self.dropped.extend(taken.dropped);
        taken.kinds
    }

    /// Takes records until there is one of `kind`.
    fn take_until(&mut self, kind: Kind) -> Vec<Kind> {
        let mut kinds = Vec::new();
        let deadline = Instant::now() + PATIENCE;
        loop {
            kinds.extend(self.take());
            if kinds.contains(&kind) {
                return kinds;
            }
            let rest = deadline.saturating_duration_since(Instant::now());
            self.bell.recv_timeout(rest).expect("a record in time");
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.hub.shut_down();
    }
}

#[test]
fn a_request_arrives_and_its_connection_closes() {
    let mut world = World::new(1, options());
    let mut client = world.connect();
    client.write_all(GET).unwrap();
    let kinds = world.take_until(Kind::Head);
    assert_eq!(kinds, [Kind::Open, Kind::Head]);
    let connection = world.opened[0].clone();
    connection.destroy(false, &world.hub);
    world.hub.publish();
    assert_eq!(world.take_until(Kind::Close), [Kind::Close]);
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_panic_ends_its_connection_alone_and_is_told() {
    let mut world = World::new(1, options());
    let mut other = world.connect();
    let mut client = world.connect();
    client.write_all(crate::io::input::PANIC).unwrap();
    let kinds = world.take_until(Kind::Close);
    assert!(!kinds.contains(&Kind::Head));
    assert_eq!(client.read(&mut [0]).unwrap_or(0), 0);
    other.write_all(GET).unwrap();
    world.take_until(Kind::Head);
}

/// It panics the first time.
#[derive(Debug)]
struct BrokenBell {
    bell: Bell,
    is_broken: AtomicBool,
}

impl Wake for BrokenBell {
    fn wake(&self) {
        self.bell.wake();
        assert!(
            !self.is_broken.swap(false, Ordering::SeqCst),
            "a test asked for it"
        );
    }
}

#[test]
fn a_panic_that_comes_from_no_connection_ends_nothing() {
    let mut world = World::new(1, options());
    let (ring, bell) = channel();
    world.bell = bell;
    world.port.set_wake(Some(Box::new(BrokenBell {
        bell: Bell(Mutex::new(ring)),
        is_broken: AtomicBool::new(true),
    })));
    let mut first = world.connect();
    world.take_until(Kind::Open);
    for client in [&mut first, &mut world.connect()] {
        client.write_all(GET).unwrap();
        world.take_until(Kind::Head);
    }
}

#[test]
fn connections_nobody_has_seen_stay_in_the_backlog() {
    let mut world = World::new(1, options());
    let clients: Vec<_> = (0..400).map(|_| world.connect()).collect();
    // The last one that is accepted is posted; what comes behind it waits for `take`.
    let mut opened = 0;
    while opened < clients.len() {
        let before = opened;
        let mut batch = world.take_until(Kind::Open);
        batch.retain(|kind| *kind == Kind::Open);
        opened += batch.len();
        assert!(opened > before);
    }
    assert_eq!(opened, clients.len());
}

#[test]
fn nothing_is_read_while_too_much_waits() {
    let mut world = World::new(1, options());
    let body = vec![b'x'; 60 * 1024];
    let head = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let clients: Vec<_> = (0..200)
        .map(|_| {
            let mut client = world.connect();
            let (head, body) = (head.clone(), body.clone());
            std::thread::spawn(move || {
                client.write_all(head.as_bytes()).unwrap();
                client.write_all(&body).unwrap();
                client
            })
        })
        .collect();
    // JavaScript sleeps until reading has stopped: the queue is full, or every window is used up.
    let deadline = Instant::now() + PATIENCE;
    while !world.port.is_full() && Instant::now() < deadline {
        std::thread::yield_now();
    }
    assert!(world.port.is_full());
    let mut complete = 0;
    while complete < clients.len() {
        let kinds = world.take_until(Kind::Complete);
        complete += kinds.iter().filter(|kind| **kind == Kind::Complete).count();
    }
    for client in clients {
        client.join().unwrap();
    }
}

#[test]
fn a_place_is_taken_before_a_connection_is_accepted() {
    let limited = Options {
        max_connections: Some(3),
        ..options()
    };
    let mut world = World::new(4, limited);
    let clients: Vec<_> = (0..30).map(|_| world.connect()).collect();
    let (mut opened, mut dropped) = (0, 0);
    while opened + dropped < 30 {
        for kind in world.take() {
            opened += u32::from(kind == Kind::Open);
            dropped += u32::from(kind == Kind::Drop);
        }
        if opened + dropped < 30 {
            world.bell.recv_timeout(PATIENCE).expect("more in time");
        }
    }
    assert_eq!((opened, dropped), (3, 27));
    let ends: Vec<_> = clients
        .iter()
        .map(|client| Ends {
            local: Some(world.address),
            remote: Some(client.local_addr().unwrap()),
        })
        .collect();
    assert_eq!(world.dropped.len(), 27);
    assert!(world.dropped.iter().all(|dropped| ends.contains(dropped)));
}

#[test]
fn a_hand_over_brings_the_descriptor_and_what_was_not_sent() {
    let mut world = World::new(1, options());
    let mut client = world.connect();
    client
        .write_all(b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nbehind")
        .unwrap();
    world.take_until(Kind::Raw);
    let connection = world.opened[0].clone();
    connection.outgoing().hold(b"unsent");
    let handed = connection.hand_over(&NoMemory, &world.hub).unwrap();
    assert_eq!(handed.unsent, b"unsent");
    assert!(connection.hand_over(&NoMemory, &world.hub).is_none());
    let mut new_owner = TcpStream::from(handed.fd);
    new_owner.set_nonblocking(false).unwrap();
    new_owner.write_all(&handed.unsent).unwrap();
    let mut got = [0; 6];
    client.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"unsent");
    world.hub.publish();
    world.take_until(Kind::Close);
}

#[test]
fn the_end_of_the_writing_side_is_told_when_it_comes_later() {
    let mut world = World::new(1, options());
    let mut client = world.connect();
    client.write_all(GET).unwrap();
    world.take_until(Kind::Head);
    let connection = world.opened[0].clone();
    {
        let mut outgoing = connection.outgoing();
        outgoing.defer(b"answer");
        outgoing.then(After::HalfClose);
    }
    connection.send_soon();
    world.take_until(Kind::Shutdown);
    let mut got = Vec::new();
    client.read_to_end(&mut got).unwrap();
    assert_eq!(got, b"answer");
}

#[test]
fn what_was_left_to_the_thread_is_sent_at_the_end_of_the_process() {
    let mut world = World::new(1, options());
    let mut client = world.connect();
    client.write_all(GET).unwrap();
    world.take_until(Kind::Head);
    // The thread is not told: it is as if it had not come to it.
    world.opened[0].outgoing().defer(b"answer");
    world.hub.send_what_waits();
    let mut answer = [0; 6];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"answer");
    assert_eq!(world.opened[0].outgoing().pending(), 0);
}

#[test]
fn a_closed_listener_gives_its_port_back_at_once() {
    let world = World::new(1, options());
    world.listener.close();
    assert!(TcpListener::bind(world.address).is_ok());
}

#[test]
fn an_idle_connection_is_told_ahead_of_its_timeout() {
    let impatient = Options {
        timeout: 40,
        ..options()
    };
    let mut world = World::new(1, impatient);
    let begin = Instant::now();
    let _client = world.connect();
    world.take_until(Kind::Timeout);
    assert!(begin.elapsed() >= Duration::from_millis(35));
}

#[test]
fn a_hub_without_users_ends() {
    let hub = Hub::start(1).unwrap();
    assert!(hub.begin_use());
    hub.end_use();
    hub.end_use();
    assert!(!hub.begin_use());
    hub.shut_down();
}
