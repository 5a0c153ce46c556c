use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

use super::stage::{End, GET, NoMemory, Stage, options, received};
use crate::io::connection::Connection;
use crate::io::outgoing::{After, Sent};
use crate::ring::layout::Kind;
use crate::ring::panic::contain;

/// More than the kernel takes at once.
const LARGE: usize = 4 << 20;

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i % 251) as u8).collect()
}

/// Reads as a peer does that is behind, until `length` bytes have come.
fn read_slowly(stage: &mut Stage, peer: &mut UnixStream, length: usize) -> Vec<u8> {
    let mut got = Vec::new();
    while got.len() < length {
        got.extend(received(peer).0);
        stage.turn();
    }
    got
}

#[test]
fn what_the_kernel_does_not_take_is_sent_later_and_told_once() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    let all = pattern(LARGE);
    assert!(matches!(
        stage.send(&connection, &all, End::Not),
        Sent::Pending(_)
    ));
    stage.send(&connection, b"behind", End::Not);
    assert_eq!(stage.kinds(), [], "the peer does not read");
    let got = read_slowly(&mut stage, &mut peer, LARGE + 6);
    assert_eq!(&got[..LARGE], all);
    assert_eq!(&got[LARGE..], b"behind");
    assert_eq!(stage.kinds(), [Kind::Drain]);
    assert_eq!(connection.byte_counts().1, LARGE as u64 + 6);
    assert_eq!(stage.send(&connection, b"at once", End::Not), Sent::All);
    assert_eq!(stage.kinds(), [], "nobody waits");
}

#[test]
fn what_is_left_to_the_thread_is_sent_in_its_next_turn_without_a_word() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    assert_eq!(connection.outgoing().defer(b"one"), Some(true));
    assert_eq!(connection.outgoing().defer(b" two"), Some(false));
    connection.send_soon();
    assert_eq!(received(&mut peer), (Vec::new(), false));
    assert_eq!(stage.kinds(), []);
    assert_eq!(received(&mut peer), (b"one two".to_vec(), false));
}

#[test]
fn a_connection_closes_behind_its_last_byte() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    peer.write_all(GET).unwrap();
    stage.kinds();
    let all = pattern(LARGE);
    stage.send(&connection, &all, End::Connection);
    assert_eq!(stage.kinds(), []);
    let got = read_slowly(&mut stage, &mut peer, LARGE);
    assert_eq!(got, all);
    assert_eq!(
        stage.kinds(),
        [Kind::Drain, Kind::Close],
        "who waits for the output hears that it has left, not that it was lost"
    );
    assert_eq!(received(&mut peer), (Vec::new(), true));
    assert_eq!(
        stage.send(&connection, b"late", End::Not),
        Sent::Closed,
        "nothing follows"
    );
}

#[test]
fn the_writing_side_ends_behind_its_last_byte() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    let all = pattern(LARGE);
    stage.send(&connection, &all, End::Not);
    connection.outgoing().then(After::HalfClose);
    let got = read_slowly(&mut stage, &mut peer, LARGE);
    assert_eq!(got.len(), LARGE);
    assert_eq!(stage.kinds(), [Kind::Shutdown]);
    assert_eq!(received(&mut peer), (Vec::new(), true));
    peer.write_all(GET).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head], "reading goes on");
}

#[test]
fn what_ends_more_overrules_what_ends_less() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    let all = pattern(LARGE);
    stage.send(&connection, &all, End::Not);
    connection.outgoing().then(After::Close);
    connection.outgoing().then(After::HalfClose);
    read_slowly(&mut stage, &mut peer, LARGE);
    assert_eq!(stage.kinds(), [Kind::Drain, Kind::Close]);
}

#[test]
fn a_hand_over_brings_exactly_what_was_not_sent() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    let all = pattern(LARGE);
    stage.send(&connection, &all, End::Not);
    connection.outgoing().hold(b"held back");
    let handed = connection.hand_over(&NoMemory, &stage.hub).unwrap();
    stage.hub.publish();
    assert_eq!(stage.kinds(), [Kind::Close]);
    let mut new_owner = UnixStream::from(handed.fd);
    let (mut got, _) = received(&mut peer);
    new_owner.set_nonblocking(false).unwrap();
    peer.set_nonblocking(false).unwrap();
    let rest = std::thread::spawn(move || {
        let mut rest = Vec::new();
        peer.read_to_end(&mut rest).unwrap();
        rest
    });
    new_owner.write_all(&handed.unsent).unwrap();
    drop(new_owner);
    got.extend(rest.join().unwrap());
    assert_eq!(&got[..LARGE], all);
    assert_eq!(&got[LARGE..], b"held back");
}

#[test]
fn a_peer_that_is_gone_ends_its_connection_once() {
    let mut stage = Stage::new(options());
    let (connection, peer) = stage.accept();
    let all = pattern(LARGE);
    stage.send(&connection, &all, End::Not);
    drop(peer);
    let kinds = stage.kinds();
    assert_eq!(kinds.last(), Some(&Kind::Close));
    let closes = kinds.iter().filter(|kind| **kind == Kind::Close).count();
    assert_eq!(closes, 1);
    connection.destroy(false, &stage.hub);
    stage.hub.publish();
    assert_eq!(stage.kinds(), []);
}

#[test]
fn an_id_is_used_again_once_javascript_has_seen_the_close() {
    let mut stage = Stage::new(options());
    let (first, _peer) = stage.accept();
    let known = |connection: &Connection, stage: &Stage| {
        stage.hub.connection(connection.id.raw()).is_some()
    };
    assert!(known(&first, &stage));
    first.destroy(true, &stage.hub);
    assert!(!known(&first, &stage));
    let (second, _peer) = stage.accept();
    assert_ne!(second.id.slot(), first.id.slot());
    stage.hub.release(first.id, &stage.port);
    let (third, _peer) = stage.accept();
    assert_eq!(third.id.slot(), first.id.slot());
    assert_ne!(third.id, first.id);
    assert!(!known(&first, &stage), "a stale id finds nothing");
}

#[test]
fn a_panic_amid_a_send_ends_the_connection() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    let sent = contain(|| {
        let _outgoing = connection.outgoing();
        panic!("a test asked for it");
    });
    assert_eq!(sent, None::<()>);
    connection.close_broken(&stage.hub);
    stage.hub.publish();
    assert_eq!(stage.kinds(), [Kind::Close]);
    assert_eq!(received(&mut peer), (Vec::new(), true));
}
