//! Connections on which TLS is spoken.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use rustls::ClientConnection;
use rustls::version::TLS13;

use super::stage::{End, GET, NoMemory, Stage, options, received};
use crate::io::connection::Connection;
use crate::io::listener::Security;
use crate::io::outgoing::{After, Sent};
use crate::ring::layout::Kind;
use crate::tls::Contexts;
use crate::tls::tests::{client, client_config, options as tls_options};

/// A stage whose listener speaks TLS, and gives a handshake so many milliseconds.
fn secure_stage(options: crate::io::Options, handshake_timeout: u32) -> Stage {
    let stage = Stage::new(options);
    let mut wanted = tls_options();
    wanted.handshake_timeout = handshake_timeout;
    let contexts = Contexts::new(wanted).unwrap();
    stage.listener.secure(Security::Here(Arc::new(contexts)));
    stage
}

/// A client of such a listener.
struct Peer {
    stream: UnixStream,
    tls: ClientConnection,
    read: Vec<u8>,
    has_seen_end: bool,
}

impl Peer {
    fn new(stream: UnixStream) -> Self {
        Self {
            stream,
            tls: client(client_config(&[&TLS13]), "a.test"),
            read: Vec::new(),
            has_seen_end: false,
        }
    }

    /// Sends and reads what there is. Returns whether there was something.
    fn step(&mut self) -> bool {
        let mut moved = false;
        while self.tls.wants_write() {
            self.tls.write_tls(&mut self.stream).unwrap();
            moved = true;
        }
        let (bytes, is_over) = received(&mut self.stream);
        self.has_seen_end |= is_over;
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            self.tls.read_tls(&mut rest).unwrap();
            self.tls.process_new_packets().unwrap();
            let _ = self.tls.reader().read_to_end(&mut self.read);
            moved = true;
        }
        moved
    }

    fn write(&mut self, bytes: &[u8]) {
        self.tls.writer().write_all(bytes).unwrap();
    }
}

/// Lets both sides go on until neither has anything to do; what JavaScript was told.
fn talk(stage: &mut Stage, peer: &mut Peer) -> Vec<Kind> {
    let mut kinds = Vec::new();
    loop {
        let moved = peer.step();
        let told = stage.kinds();
        if !moved && told.is_empty() {
            return kinds;
        }
        kinds.extend(told);
    }
}

fn secured(stage: &mut Stage) -> (Arc<Connection>, Peer) {
    let (connection, stream) = stage.accept();
    let mut peer = Peer::new(stream);
    assert_eq!(talk(stage, &mut peer), [Kind::Secured]);
    (connection, peer)
}

#[test]
fn requests_and_answers_go_through_tls() {
    let mut stage = secure_stage(options(), 0);
    let (connection, stream) = stage.accept();
    let mut peer = Peer::new(stream);
    peer.write(GET);
    assert_eq!(talk(&mut stage, &mut peer), [Kind::Secured, Kind::Head]);
    assert_eq!(connection.byte_counts().0, GET.len() as u64);
    stage.send(&connection, b"an answer", End::Response);
    assert_eq!(talk(&mut stage, &mut peer), []);
    assert_eq!(peer.read, b"an answer");
    assert_eq!(connection.byte_counts().1, 9);
    assert_eq!(connection.agreement().unwrap().protocol, "TLSv1.3");
}

#[test]
fn what_the_kernel_does_not_take_is_sent_later_and_told_once() {
    let mut stage = secure_stage(options(), 0);
    let (connection, mut peer) = secured(&mut stage);
    let all: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let sent = stage.send(&connection, &all, End::Not);
    assert!(matches!(sent, Sent::Pending(_)));
    assert_eq!(stage.kinds(), [], "the peer does not read");
    assert_eq!(talk(&mut stage, &mut peer), [Kind::Drain]);
    assert!(peer.read == all);
    assert_eq!(connection.outgoing().pending(), 0);
}

#[test]
fn a_write_that_failed_ends_the_connection_of_a_peer_that_has_said_its_end() {
    let mut stage = secure_stage(options(), 0);
    let (connection, mut peer) = secured(&mut stage);
    peer.write(GET);
    assert_eq!(talk(&mut stage, &mut peer), [Kind::Head]);
    peer.tls.send_close_notify();
    peer.step();
    drop(peer);
    let Sent::Failed(errno) = stage.send(&connection, b"an answer", End::Response) else {
        panic!("nobody is there");
    };
    connection.end_behind_input(errno);
    assert_eq!(stage.kinds(), [Kind::End, Kind::Close]);
    assert!(connection.outgoing().socket().is_none());
}

#[test]
fn a_handshake_has_its_time_whatever_trickles_in() {
    let mut stage = secure_stage(options(), 100);
    let (connection, mut stream) = stage.accept();
    let mut hello = Vec::new();
    client(client_config(&[&TLS13]), "a.test")
        .write_tls(&mut hello)
        .unwrap();
    for time in 0..100 {
        stream.write_all(&hello[time..=time]).unwrap();
        stage.wait_until(time as u64);
    }
    assert!(stage.take().kinds.contains(&Kind::Timeout));
    assert_eq!(connection.byte_counts(), (0, 0));
}

#[test]
fn behind_the_handshake_the_timeout_of_the_server_holds() {
    let mut wanted = options();
    wanted.timeout = 500;
    let mut stage = secure_stage(wanted, 100);
    let (_connection, _peer) = secured(&mut stage);
    stage.wait_until(400);
    assert_eq!(stage.take().kinds, []);
    stage.wait_until(500);
    assert_eq!(stage.take().kinds, [Kind::Timeout]);
}

#[test]
fn a_handshake_that_is_broken_off_closes_the_connection() {
    let mut stage = secure_stage(options(), 0);
    let (_connection, stream) = stage.accept();
    drop(stream);
    assert_eq!(stage.kinds(), [Kind::Close]);
}

#[test]
fn a_client_that_speaks_no_tls_can_be_handed_over_and_a_secured_one_cannot() {
    let mut stage = secure_stage(options(), 0);
    let (connection, mut stream) = stage.accept();
    stream.write_all(GET).unwrap();
    stage.turn();
    let taken = stage.take();
    assert_eq!(taken.kinds, [Kind::Foreign]);
    assert!(taken.records.windows(GET.len()).any(|bytes| bytes == GET));
    stream.write_all(b"for somebody else").unwrap();
    assert_eq!(stage.kinds(), []);
    let handed = connection.hand_over(&NoMemory, &stage.hub);
    assert!(handed.is_some());
    let (connection, _peer) = secured(&mut stage);
    let handed = connection.hand_over(&NoMemory, &stage.hub);
    assert!(handed.is_none());
}

#[test]
fn a_listener_whose_tls_is_nodes_reads_nothing() {
    let mut stage = Stage::new(options());
    stage.listener.secure(Security::Node);
    let (connection, mut stream) = stage.accept();
    stream.write_all(GET).unwrap();
    assert_eq!(stage.kinds(), []);
    let handed = connection.hand_over(&NoMemory, &stage.hub);
    assert!(handed.is_some());
}

#[test]
fn the_end_is_told_by_tls_before_the_socket_ends() {
    for after in [After::HalfClose, After::Close] {
        let mut stage = secure_stage(options(), 0);
        let (connection, mut peer) = secured(&mut stage);
        let mut outgoing = connection.outgoing();
        outgoing.then(after);
        assert!(outgoing.send_end());
        let due = outgoing.take_after();
        drop(outgoing);
        connection.flushed(due, false, &stage.hub);
        stage.hub.publish();
        peer.step();
        assert!(peer.has_seen_end);
        assert!(peer.tls.process_new_packets().unwrap().peer_has_closed());
    }
}

#[test]
fn the_end_that_a_peer_tells_is_the_end_of_the_input() {
    let mut stage = secure_stage(options(), 0);
    let (_connection, mut peer) = secured(&mut stage);
    peer.write(GET);
    peer.tls.send_close_notify();
    assert_eq!(talk(&mut stage, &mut peer), [Kind::Head, Kind::End]);
}

#[test]
fn a_broken_record_is_told_of() {
    let mut stage = secure_stage(options(), 0);
    let (_connection, mut peer) = secured(&mut stage);
    peer.stream.write_all(&[23, 3, 3, 0, 20]).unwrap();
    peer.stream.write_all(&[0; 20]).unwrap();
    assert_eq!(stage.kinds(), [Kind::Failed]);
    peer.stream.write_all(&[0; 20]).unwrap();
    assert_eq!(stage.kinds(), [], "nothing more is read");
}

#[test]
fn what_comes_with_the_handshake_waits_for_javascript_if_that_wants_to_see_it() {
    let mut wanted = options();
    wanted.defer_reading = true;
    let mut stage = secure_stage(wanted, 0);
    let (connection, stream) = stage.accept();
    let mut peer = Peer::new(stream);
    peer.write(GET);
    assert_eq!(talk(&mut stage, &mut peer), [Kind::Secured]);
    peer.write(GET);
    peer.tls.send_close_notify();
    assert_eq!(talk(&mut stage, &mut peer), []);
    connection.start_reading();
    assert_eq!(stage.kinds(), [Kind::Head, Kind::Head, Kind::End]);
}

#[test]
fn behind_an_upgrade_the_bytes_come_as_they_are() {
    let mut stage = secure_stage(options(), 0);
    let (connection, mut peer) = secured(&mut stage);
    peer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nfirst");
    assert_eq!(talk(&mut stage, &mut peer), [Kind::Head, Kind::Raw]);
    peer.write(b"second");
    assert_eq!(talk(&mut stage, &mut peer), []);
    connection.read_raw();
    stage.turn();
    let taken = stage.take();
    assert_eq!(taken.kinds, [Kind::Raw]);
    assert!(taken.records.windows(6).any(|bytes| bytes == b"second"));
}

#[test]
fn an_end_behind_a_head_that_waits_for_a_verdict_is_told_behind_its_content() {
    let mut stage = secure_stage(options(), 0);
    let (connection, mut peer) = secured(&mut stage);
    peer.write(b"POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 5\r\n\r\nfirst");
    peer.tls.send_close_notify();
    assert_eq!(talk(&mut stage, &mut peer), [Kind::Head, Kind::Raw]);
    stage.turn();
    connection.read_content(false);
    assert_eq!(stage.kinds(), [Kind::Content, Kind::Complete, Kind::End]);
}

#[test]
fn the_end_of_a_peer_that_is_upgraded_is_told_though_it_came_before_the_verdict() {
    let mut stage = secure_stage(options(), 0);
    let (connection, mut peer) = secured(&mut stage);
    peer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
    peer.tls.send_close_notify();
    assert_eq!(talk(&mut stage, &mut peer), [Kind::Head, Kind::Raw]);
    connection.read_raw();
    assert_eq!(stage.kinds(), [Kind::End]);
}

#[test]
fn many_handshakes_at_once_take_several_turns() {
    let mut stage = secure_stage(options(), 0);
    let mut peers: Vec<_> = (0..40).map(|_| Peer::new(stage.accept_unseen())).collect();
    for peer in &mut peers {
        peer.step();
    }
    let mut turns = 0;
    let mut answered = 0;
    while answered < peers.len() {
        stage.turn_once();
        turns += 1;
        let before = answered;
        answered = 0;
        for peer in &mut peers {
            peer.step();
            answered += usize::from(!peer.tls.is_handshaking());
        }
        assert!(answered - before <= 16, "in one turn");
    }
    assert_eq!(turns, 3);
}
