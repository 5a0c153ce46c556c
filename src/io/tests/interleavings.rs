//! What the I/O thread and JavaScript share, in all interleavings.

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use bytes::Bytes;
use loom::thread;

use super::stage::NoMemory;
use crate::io::exchanges::Exchanges;
use crate::io::inbox::Inbox;
use crate::io::outgoing::{Outgoing, Sent};
use crate::io::port::{Attachment, Outbox, Port};
use crate::io::socket::Socket;
use crate::ring::idle_clock::IdleClock;
use crate::ring::queue::Pending;
use crate::ring::sync::{AtomicBool, Mutex, Ordering};

/// More than may wait for JavaScript.
const MUCH: usize = 8 << 20;

fn post_much(port: &Arc<Port>) {
    Outbox::default().post(port, |pending| {
        pending.attached_size += MUCH;
        pending
            .attachments
            .push(Attachment::Content(Bytes::from_static(b"much")));
    });
}

/// JavaScript drains its queue; whether it hears that someone waits for that.
fn drain(port: &Port) -> bool {
    let mut is_waited_for = false;
    loop {
        let (taken, waited_for) = port.take(&mut Pending::default());
        is_waited_for |= waited_for;
        if !taken {
            return is_waited_for;
        }
    }
}

/// Lets `parks` be asked while JavaScript drains: if it says yes, JavaScript hears of it.
fn assert_told(parks: fn(&Port, u64) -> bool) {
    loom::model(move || {
        let port = Arc::new(Port::default());
        let epoch = port.epoch();
        post_much(&port);
        let reader = thread::spawn({
            let port = port.clone();
            move || parks(&port, epoch)
        });
        let told = drain(&port);
        let has_parked = reader.join().unwrap();
        assert!(told || !has_parked, "nobody lets it go on");
    });
}

#[test]
fn interleavings_of_a_drain_and_a_full_queue() {
    assert_told(|port, _| port.is_full());
}

#[test]
fn interleavings_of_a_drain_and_a_full_window() {
    // As `ReadWindow::is_used_up` does it.
    assert_told(|port, epoch| {
        port.epoch() == epoch && {
            port.starve();
            port.epoch() == epoch
        }
    });
}

/// Milliseconds of a timeout between requests; there is none inside of one.
const KEEP_ALIVE: u32 = 10;

fn is_pausing(clock: &IdleClock) -> bool {
    clock.left(1000) != None
}

#[test]
fn interleavings_of_an_answer_and_the_next_request() {
    loom::model(|| {
        let shared = Arc::new((Exchanges::default(), IdleClock::new(0, 0)));
        shared.0.request_begins(&shared.1, 0);
        let reader = thread::spawn({
            let shared = shared.clone();
            move || shared.0.request_begins(&shared.1, 0)
        });
        let (exchanges, clock) = &*shared;
        exchanges.response_ends();
        exchanges.begin_idle(clock, KEEP_ALIVE, 0);
        reader.join().unwrap();
        assert!(!is_pausing(clock), "a request is under way");
        exchanges.response_ends();
        exchanges.begin_idle(clock, KEEP_ALIVE, 0);
        assert!(is_pausing(clock));
    });
}

#[test]
fn interleavings_of_two_ends_of_answers() {
    // The last byte of the first leaves by the I/O thread, that of the second by JavaScript's.
    loom::model(|| {
        let shared = Arc::new((Exchanges::default(), IdleClock::new(0, 0)));
        for _ in 0..2 {
            shared.0.request_begins(&shared.1, 0);
        }
        shared.0.response_ends();
        let sender = thread::spawn({
            let shared = shared.clone();
            move || {
                shared.0.begin_idle(&shared.1, KEEP_ALIVE, 0);
            }
        });
        let (exchanges, clock) = &*shared;
        exchanges.response_ends();
        exchanges.begin_idle(clock, KEEP_ALIVE, 0);
        sender.join().unwrap();
        assert!(is_pausing(clock), "no request is under way");
    });
}

/// The write side of a connection, and the way to the thread that sends what is left to it.
struct Sender {
    outgoing: Mutex<Outgoing>,
    deferred: Inbox<()>,
    asked: AtomicBool,
}

impl Sender {
    /// As `bridge/send.rs` and `Set::send_soon` do it.
    fn defer(&self, bytes: &[u8]) {
        let is_news = self.outgoing.lock().unwrap().defer(bytes);
        if is_news.unwrap() && self.deferred.put(()) {
            // Not a store: loom takes one for overwritten by a swap that came before it.
            self.asked.swap(true, Ordering::AcqRel);
        }
    }

    fn send(&self, bytes: &[u8]) {
        let mut outgoing = self.outgoing.lock().unwrap();
        let sent = outgoing.send(bytes, &NoMemory, || None);
        assert_eq!(sent, Sent::All);
    }

    /// As a turn of the leader does it, if it was asked for one.
    fn turn(&self) {
        if !self.asked.swap(false, Ordering::AcqRel) {
            return;
        }
        for () in self.deferred.take() {
            let mut outgoing = self.outgoing.lock().unwrap();
            if outgoing.pending() > 0 {
                assert_eq!(outgoing.flush(None), Sent::All);
            }
        }
    }
}

#[test]
fn interleavings_of_deferred_output_and_its_sender() {
    loom::model(|| {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let socket = Arc::new(Socket::from_fd(ours.into()).unwrap());
        let sender = Arc::new(Sender {
            outgoing: Mutex::new(Outgoing::new(socket)),
            deferred: Inbox::default(),
            asked: AtomicBool::new(false),
        });
        let thread = thread::spawn({
            let sender = sender.clone();
            move || {
                sender.turn();
                sender.turn();
            }
        });
        sender.defer(b"one ");
        sender.defer(b"two ");
        sender.send(b"three ");
        sender.defer(b"four");
        thread.join().unwrap();
        // The thread sleeps unless it was asked.
        sender.turn();
        assert_eq!(sender.outgoing.lock().unwrap().pending(), 0);
        let mut got = [0; 18];
        theirs.read_exact(&mut got).unwrap();
        assert_eq!(&got, b"one two three four");
    });
}
