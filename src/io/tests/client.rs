use std::io::Write;

use super::stage::{End, Stage, options, received};
use crate::protocol::RequestKind;
use crate::ring::layout::Kind;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

#[test]
fn an_answer_is_read_and_the_next_request_may_follow() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.dial(RequestKind::Other);
    for _ in 0..2 {
        connection.request.announce(RequestKind::Other);
        stage.send(&connection, b"request", End::Not);
        assert_eq!(received(&mut peer), (b"request".to_vec(), false));
        peer.write_all(ANSWER).unwrap();
        assert_eq!(
            stage.kinds(),
            [Kind::Head, Kind::Content, Kind::Complete],
            "one answer"
        );
    }
}

#[test]
fn an_answer_may_come_before_its_request_was_sent() {
    let mut stage = Stage::new(options());
    let (_connection, mut peer) = stage.dial(RequestKind::Other);
    peer.write_all(ANSWER).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head, Kind::Content, Kind::Complete]);
}

#[test]
fn bytes_that_answer_nothing_close_the_connection() {
    let mut stage = Stage::new(options());
    let (_connection, mut peer) = stage.dial(RequestKind::Other);
    peer.write_all(ANSWER).unwrap();
    stage.kinds();
    peer.write_all(ANSWER).unwrap();
    assert_eq!(stage.kinds(), [Kind::Close]);
    // Unread bytes make it a reset, or an end.
    let end = std::io::Read::read(&mut peer, &mut [0]);
    assert!(!matches!(end, Ok(1..)), "nothing is sent");
}

#[test]
fn the_front_of_an_answer_nobody_asked_for_closes_the_connection() {
    let mut stage = Stage::new(options());
    let (_connection, mut peer) = stage.dial(RequestKind::Other);
    peer.write_all(&[ANSWER, b"HTTP/1.1 200"].concat()).unwrap();
    let kinds = stage.kinds();
    assert_eq!(kinds.first(), Some(&Kind::Head));
    assert_eq!(kinds.last(), Some(&Kind::Close));
}

#[test]
fn the_answer_to_head_has_no_content() {
    let mut stage = Stage::new(options());
    let (_connection, mut peer) = stage.dial(RequestKind::Head);
    peer.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
        .unwrap();
    assert_eq!(stage.kinds(), [Kind::Head]);
}

#[test]
fn an_end_inside_an_answer_is_the_end_alone() {
    let mut stage = Stage::new(options());
    let (_connection, mut peer) = stage.dial(RequestKind::Other);
    peer.write_all(&ANSWER[..ANSWER.len() - 1]).unwrap();
    drop(peer);
    assert_eq!(stage.kinds(), [Kind::Head, Kind::Content, Kind::End]);
}

#[test]
fn the_end_of_a_connection_is_told_of_one_that_is_paused() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.dial(RequestKind::Other);
    peer.write_all(b"HTTP/1.1 200 OK\r\n\r\ncontent").unwrap();
    assert_eq!(stage.kinds(), [Kind::Head, Kind::Content]);
    connection.pause(true);
    drop(peer);
    assert_eq!(stage.kinds(), [Kind::End, Kind::Complete]);
}

#[test]
fn the_end_behind_content_waits_with_it_while_the_connection_is_paused() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.dial(RequestKind::Other);
    peer.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    assert_eq!(stage.kinds(), [Kind::Head]);
    connection.pause(true);
    peer.write_all(b"content").unwrap();
    drop(peer);
    assert_eq!(stage.kinds(), []);
    connection.pause(false);
    assert_eq!(stage.kinds(), [Kind::Content, Kind::End, Kind::Complete]);
}
