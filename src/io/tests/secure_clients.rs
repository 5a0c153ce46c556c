//! Clients' connections on which TLS is spoken.

use std::io::Write;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use super::stage::{End, Stage, options, received};
use crate::io::connection::Connection;
use crate::io::outgoing::Sent;
use crate::protocol::RequestKind;
use crate::ring::layout::Kind;
use crate::tls::Session;
use crate::tls::tests::clients::trusting;
use crate::tls::tests::{Server, identity, options as tls_options};

const GET: &[u8] = b"GET / HTTP/1.1\r\n\r\n";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// The server at the other end.
struct Peer {
    stream: UnixStream,
    tls: Server,
    has_seen_end: bool,
}

fn dial(stage: &mut Stage) -> (Arc<Connection>, Peer) {
    let context = trusting(identity().chain.clone());
    let session = Session::of_client(&context).unwrap();
    let (connection, stream) = stage.dial_with(RequestKind::Other, Some(session));
    let peer = Peer {
        stream,
        tls: Server::new(tls_options()),
        has_seen_end: false,
    };
    (connection, peer)
}

/// Lets both sides go on until neither has anything to do; what JavaScript was told.
fn talk(stage: &mut Stage, peer: &mut Peer) -> Vec<Kind> {
    let mut kinds = Vec::new();
    loop {
        let (bytes, is_over) = received(&mut peer.stream);
        peer.has_seen_end |= is_over;
        peer.tls.take(&bytes, 100_000);
        let answer = peer.tls.sent();
        peer.stream.write_all(&answer).unwrap();
        let told = stage.kinds();
        if bytes.is_empty() && answer.is_empty() && told.is_empty() {
            return kinds;
        }
        kinds.extend(told);
    }
}

fn say(peer: &mut Peer, bytes: &[u8]) {
    peer.tls.session.seal(&[std::io::IoSlice::new(bytes)]);
}

#[test]
fn a_client_speaks_first_and_says_nothing_of_a_request_before_it_may() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = dial(&mut stage);
    assert!(matches!(
        stage.send(&connection, GET, End::Not),
        Sent::Pending(18)
    ));
    assert_eq!(talk(&mut stage, &mut peer), [Kind::Secured]);
    assert!(peer.tls.plain.is_empty());
    let identity = connection.peer_identity().unwrap();
    assert_eq!(identity.complaint, None);
    // Nor is an answer read that comes too early.
    say(&mut peer, OK);
    assert_eq!(talk(&mut stage, &mut peer), []);
    connection.start_reading();
    let told = talk(&mut stage, &mut peer);
    assert!(
        told.contains(&Kind::Head) && told.contains(&Kind::Drain),
        "{told:?}"
    );
    assert_eq!(&peer.tls.plain[..], GET);
}

#[test]
fn a_peer_that_ends_amid_the_handshake_ends_the_connection() {
    let mut stage = Stage::new(options());
    let (_connection, peer) = dial(&mut stage);
    drop(peer);
    assert_eq!(stage.kinds(), [Kind::Close]);
}

#[test]
fn what_is_no_tls_is_told_and_left_to_javascript() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = dial(&mut stage);
    peer.stream.write_all(OK).unwrap();
    assert_eq!(stage.kinds(), [Kind::Failed]);
    connection.destroy(false, &stage.hub);
    stage.hub.publish();
    assert_eq!(stage.kinds(), [Kind::Close]);
}

#[test]
fn a_session_that_has_failed_takes_nothing_more() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = dial(&mut stage);
    assert_eq!(talk(&mut stage, &mut peer), [Kind::Secured]);
    connection.start_reading();
    peer.stream.write_all(&[23, 3, 3, 0, 1, 0]).unwrap();
    assert_eq!(stage.kinds(), [Kind::Failed]);
    let sent = stage.send(&connection, GET, End::Not);
    assert!(matches!(sent, Sent::Failed(libc::EPIPE)), "{sent:?}");
}
