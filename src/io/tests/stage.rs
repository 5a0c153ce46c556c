//! A hub whose set the test leads itself, in virtual time: what happens, happens in the calls of the
//! test. The peers are the other ends of socket pairs, which are there at once.

use std::cell::RefCell;
use std::io::{ErrorKind, Read, Write};
use std::mem::MaybeUninit;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::sync::Arc;

use crate::io::connection::Connection;
use crate::io::content_memory::{ContentMemory, Fill};
use crate::io::hub::Hub;
use crate::io::lead::Lead;
use crate::io::listener::Listener;
use crate::io::options::Options;
use crate::io::outgoing::{After, Memory, Sent};
use crate::io::port::{Attachment, Ends, Port};
use crate::io::set::Ready;
use crate::io::socket::Socket;
use crate::protocol::{Leniency, Limits, RequestKind, RequestRules};
use crate::ring::layout::Kind;
use crate::ring::queue::Pending;
use crate::ring::record;
use crate::ring::sink::Reader;
use crate::tls::Session;

pub const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// JavaScript lends nothing.
pub struct NoMemory;

impl Memory for NoMemory {
    fn bytes(&self, _: usize) -> Option<&[u8]> {
        None
    }
}

/// Memory of JavaScript's for content. A token is the index of a piece.
#[derive(Debug, Default)]
pub struct Pieces {
    filled: RefCell<Vec<Vec<u8>>>,
}

impl ContentMemory for Pieces {
    fn make(&self, length: usize, fill: &mut Fill<'_>) -> Option<usize> {
        let piece = fill(&mut vec![MaybeUninit::uninit(); length])?.to_vec();
        let mut filled = self.filled.borrow_mut();
        filled.push(piece);
        Some(filled.len() - 1)
    }
}

impl Pieces {
    pub fn count(&self) -> usize {
        self.filled.borrow().len()
    }

    fn bytes(&self, token: usize) -> Vec<u8> {
        self.filled.borrow()[token].clone()
    }
}

fn reader(rules: RequestRules) -> Reader {
    Reader {
        limits: Limits::default(),
        leniency: Leniency::default(),
        rules,
        shown_fields: usize::MAX,
    }
}

pub fn options() -> Options {
    Options {
        reader: reader(RequestRules {
            requires_host: true,
            ..RequestRules::default()
        }),
        timeout: 0,
        headers_timeout: 0,
        request_timeout: 0,
        keep_alive_timeout: 5000,
        checking_interval: 30_000,
        max_connections: None,
        no_delay: true,
        keep_alive_probe: None,
        defer_reading: false,
        guard: None,
    }
}

/// How an answer ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End {
    /// There is more to come.
    Not,
    /// The response is complete.
    Response,
    /// The connection ends with it.
    Connection,
}

/// A hub with one listener, its leader, and JavaScript.
pub struct Stage {
    pub hub: Arc<Hub>,
    pub port: Arc<Port>,
    pub listener: Arc<Listener>,
    pub lead: Lead,
    pub pieces: Rc<Pieces>,
    ready: Ready,
    now: u64,
}

impl Stage {
    pub fn new(options: Options) -> Self {
        Self::of_hub(Hub::on_stage(1), options)
    }

    /// The same with another hub, of which it leads the first set.
    pub fn of_hub(hub: Arc<Hub>, options: Options) -> Self {
        let set = hub.first_set().clone();
        let port = Arc::new(Port::default());
        let listener = hub.add_listener(&port, options);
        Self {
            lead: Lead::take(hub.clone(), set).unwrap(),
            pieces: Rc::default(),
            hub,
            port,
            listener,
            ready: Ready::default(),
            now: 0,
        }
    }

    /// The same where JavaScript leads: content may be read into its memory.
    pub fn of_javascript(options: Options) -> Self {
        let mut stage = Self::new(options);
        stage.lead.content_memory = Some(stage.pieces.clone());
        stage
    }

    // ---- connections ----

    /// A connection of the listener, and its peer.
    pub fn accept(&mut self) -> (Arc<Connection>, UnixStream) {
        let peer = self.accept_unseen();
        let connection = self.take().opened.pop().unwrap();
        (connection, peer)
    }

    /// The peer of a connection that JavaScript has not seen yet.
    pub fn accept_unseen(&mut self) -> UnixStream {
        let (ours, theirs) = pair();
        let socket = Socket::from_fd(ours.into()).unwrap();
        self.listener.accepted(socket, None, &mut self.lead);
        self.hub.publish();
        theirs
    }

    /// A client's connection that has announced `request`, and its peer.
    pub fn dial(&mut self, request: RequestKind) -> (Arc<Connection>, UnixStream) {
        self.dial_with(request, None)
    }

    /// The same, with TLS on it if there is a session.
    pub fn dial_with(
        &mut self,
        request: RequestKind,
        session: Option<Session>,
    ) -> (Arc<Connection>, UnixStream) {
        let (ours, theirs) = pair();
        let reader = reader(RequestRules::default());
        let adopted = self
            .hub
            .adopt(ours.into(), &self.port, &reader, request, session);
        (adopted.unwrap(), theirs)
    }

    // ---- the leader ----

    /// Turns until there is nothing to be done at once.
    pub fn turn(&mut self) {
        while self.lead.turn(&mut self.ready) {}
    }

    /// One turn, though there may be more to do.
    pub fn turn_once(&mut self) {
        self.lead.turn(&mut self.ready);
    }

    /// Lets the time pass, a millisecond each turn.
    pub fn wait_until(&mut self, time: u64) {
        while self.now < time {
            self.now += 1;
            self.hub.clock.set(self.now);
            self.turn();
        }
    }

    /// Turns; the kinds of the records that JavaScript gets.
    pub fn kinds(&mut self) -> Vec<Kind> {
        self.turn();
        self.take().kinds
    }

    // ---- JavaScript ----

    /// Takes what waits, as JavaScript does.
    pub fn take(&mut self) -> Taken {
        Taken::from(&self.hub, &self.port, &self.pieces)
    }

    /// Sends as JavaScript does.
    pub fn send(&mut self, connection: &Arc<Connection>, bytes: &[u8], end: End) -> Sent {
        let mut outgoing = connection.outgoing();
        if end != End::Not {
            connection.response_ends(&mut outgoing);
        }
        if end == End::Connection {
            outgoing.then(After::Close);
        }
        let sent = outgoing.send(bytes, &NoMemory, || None);
        connection.idle_clock.touch(self.now);
        if sent == Sent::All {
            let after = outgoing.take_after();
            drop(outgoing);
            connection.flushed(after, false, &self.hub);
            self.hub.publish();
        }
        sent
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.hub.shut_down();
    }
}

/// What JavaScript was told.
#[derive(Default)]
pub struct Taken {
    pub kinds: Vec<Kind>,
    pub opened: Vec<Arc<Connection>>,
    pub dropped: Vec<Ends>,
    /// The records, back to back.
    pub records: Vec<u8>,
    /// Bytes of content that travelled beside the records.
    pub attached: Vec<u8>,
}

impl Taken {
    /// Takes what waits.
    pub fn from(hub: &Hub, port: &Port, pieces: &Pieces) -> Self {
        let mut taken = Self::default();
        loop {
            let mut batch = Pending::default();
            let (found, waited_for) = port.take(&mut batch);
            if waited_for {
                hub.on_drain();
            }
            if !found {
                return taken;
            }
            taken.add(batch, port, pieces);
        }
    }

    fn add(&mut self, batch: Pending<Attachment>, port: &Port, pieces: &Pieces) {
        self.kinds.extend(kinds_of(&batch.records));
        self.records.extend_from_slice(&batch.records);
        for attachment in batch.attachments {
            match attachment {
                Attachment::Opened(connection) => {
                    port.announced();
                    self.opened.push(connection);
                }
                Attachment::Content(bytes) => self.attached.extend_from_slice(&bytes),
                Attachment::Direct(token) => self.attached.extend(pieces.bytes(token)),
                Attachment::Dropped(ends) => self.dropped.push(*ends),
                Attachment::Release(_) => {}
            }
        }
    }
}

/// Lets `listener` listen on a port of its own.
pub fn listen(listener: &Listener) -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    listener.listen(socket.into(), 511).unwrap();
    address
}

/// The kinds of records that stand back to back.
fn kinds_of(records: &[u8]) -> Vec<Kind> {
    assert!(record::are_whole(records));
    let kinds = record::each(records).map(|record| Kind::of(record).unwrap());
    kinds.collect()
}

fn pair() -> (UnixStream, UnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    theirs.set_nonblocking(true).unwrap();
    (ours, theirs)
}

/// What has come to a peer, and whether that is the end.
pub fn received(peer: &mut UnixStream) -> (Vec<u8>, bool) {
    let mut got = Vec::new();
    match peer.read_to_end(&mut got) {
        Ok(_) => (got, true),
        Err(error) if error.kind() == ErrorKind::WouldBlock => (got, false),
        Err(error) => panic!("{error}"),
    }
}

/// Writes as much as the kernel takes; returns how much that was.
pub fn fill(peer: &mut UnixStream, bytes: &[u8]) -> usize {
    let mut sent = 0;
    while sent < bytes.len() {
        match peer.write(&bytes[sent..]) {
            Ok(length) => sent += length,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => panic!("{error}"),
        }
    }
    sent
}
