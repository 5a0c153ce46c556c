use std::io::Write;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use super::stage::{GET, Stage, fill, options};
use crate::io::connection::Connection;
use crate::protocol::RequestKind;
use crate::ring::layout::Kind;

const LENGTH: usize = 200_000;

fn content() -> Vec<u8> {
    (0..LENGTH).map(|at| (at / 7) as u8).collect()
}

fn head() -> Vec<u8> {
    format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {LENGTH}\r\n\r\n").into_bytes()
}

/// Sends `bytes` as the kernel takes them. Returns the kinds of the records without content, and what of the
/// content travelled beside them.
fn exchange(stage: &mut Stage, peer: &mut UnixStream, bytes: &[u8]) -> (Vec<Kind>, Vec<u8>) {
    let (mut kinds, mut content) = (Vec::new(), Vec::new());
    let mut sent = 0;
    loop {
        sent += fill(peer, &bytes[sent..]);
        stage.turn();
        let taken = stage.take();
        if taken.kinds.is_empty() {
            assert_eq!(sent, bytes.len());
            return (kinds, content);
        }
        kinds.extend(taken.kinds.iter().filter(|kind| **kind != Kind::Content));
        content.extend(taken.attached);
    }
}

#[test]
fn content_is_read_into_memory_of_javascript() {
    let mut stage = Stage::of_javascript(options());
    let (connection, mut peer) = stage.accept();
    peer.write_all(&head()).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head]);
    let (kinds, got) = exchange(&mut stage, &mut peer, &content());
    assert_eq!(kinds, [Kind::Complete]);
    assert!(stage.pieces.count() > 0);
    assert_eq!(connection.byte_counts().0, (head().len() + LENGTH) as u64);
    // What is left at the end may be too little for memory of its own.
    assert_eq!(got, content()[..got.len()]);
    assert!(LENGTH - got.len() < 32 * 1024);
}

#[test]
fn what_follows_the_content_is_not_part_of_it() {
    let mut stage = Stage::of_javascript(options());
    let (_connection, mut peer) = stage.accept();
    let two = [head(), content(), GET.to_vec(), head(), content()].concat();
    let (kinds, _) = exchange(&mut stage, &mut peer, &two);
    let message = [Kind::Head, Kind::Complete];
    assert_eq!(kinds, [&message[..], &[Kind::Head], &message].concat());
    assert!(stage.pieces.count() > 1);
}

#[test]
fn content_that_lasts_to_the_close_is_read_so_too() {
    let mut stage = Stage::of_javascript(options());
    let (_connection, mut peer) = stage.dial(RequestKind::Other);
    peer.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    assert_eq!(stage.kinds(), [Kind::Head]);
    let (kinds, got) = exchange(&mut stage, &mut peer, &content());
    assert_eq!(kinds, []);
    assert!(stage.pieces.count() > 0);
    assert_eq!(got, content()[..got.len()]);
    drop(peer);
    assert_eq!(stage.kinds()[..2], [Kind::End, Kind::Complete]);
}

/// Does what follows to a connection behind a head, and then expects no memory of JavaScript's to be used.
fn is_read_as_ever(head: &[u8], content: &[u8], prepare: impl Fn(&Arc<Connection>)) {
    let mut stage = Stage::of_javascript(options());
    let (connection, mut peer) = stage.accept();
    peer.write_all(head).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head]);
    prepare(&connection);
    let (kinds, _) = exchange(&mut stage, &mut peer, content);
    assert_eq!(kinds.last(), Some(&Kind::Complete));
    assert_eq!(stage.pieces.count(), 0);
}

#[test]
fn chunks_and_mirrored_connections_are_read_as_ever() {
    let chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = [
        format!("{LENGTH:x}\r\n").into_bytes(),
        content(),
        b"\r\n0\r\n\r\n".to_vec(),
    ];
    is_read_as_ever(chunked, &chunk.concat(), |_| {});
    is_read_as_ever(&head(), &content(), |connection| connection.mirror(true));
}

#[test]
fn little_content_is_read_as_ever() {
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 32767\r\n\r\n";
    is_read_as_ever(head, &content()[..32767], |_| {});
}

#[test]
fn a_pause_holds_for_content_too() {
    let mut stage = Stage::of_javascript(options());
    let (connection, mut peer) = stage.accept();
    peer.write_all(&head()).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head]);
    connection.pause(true);
    let sent = fill(&mut peer, &content());
    assert!(sent > 64 * 1024);
    assert_eq!(stage.kinds(), []);
    connection.pause(false);
    assert!(stage.kinds().contains(&Kind::Content));
}
