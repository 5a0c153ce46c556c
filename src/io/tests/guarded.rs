//! Requests that the I/O side answers instead of JavaScript.

use std::io::Write;

use super::stage::{End, GET, Stage, fill, options, received};
use crate::io::guard::GuardOptions;
use crate::io::options::Options;
use crate::ring::layout::Kind;

/// One request may wait; `/health` tells.
fn guarded() -> Stage {
    Stage::new(Options {
        guard: Some(GuardOptions {
            max_queue: Some(1),
            max_delay: None,
            refusal: ("HTTP/1.1 503 Busy\r\n".into(), "busy".into()),
            health: Some(("/health".into(), 1000)),
        }),
        ..options()
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const HEALTH: &[u8] = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn one_that_may_not_wait_is_refused_and_the_connection_goes_on() {
    let mut stage = guarded();
    let (_first, mut first) = stage.accept();
    let (second, mut peer) = stage.accept();
    first.write_all(GET).unwrap();
    stage.turn();
    peer.write_all(GET).unwrap();
    stage.turn();
    let (answer, ended) = received(&mut peer);
    assert!(text(&answer).starts_with("HTTP/1.1 503 Busy\r\nDate: "));
    assert!(text(&answer).ends_with("\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nbusy"));
    assert!(!ended);
    assert_eq!(second.requests_under_way(), 0);
    assert_eq!(stage.take().kinds, [Kind::Head]);
    peer.write_all(GET).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head], "nothing waits any more");
}

#[test]
fn what_comes_in_pieces_and_what_follows_it_are_judged_alike() {
    for size in [1, 7, HEALTH.len(), usize::MAX] {
        let mut stage = guarded();
        let (connection, mut peer) = stage.accept();
        let input = [HEALTH, HEALTH, GET, HEALTH].concat();
        let mut kinds = Vec::new();
        for piece in input.chunks(size.min(input.len())) {
            peer.write_all(piece).unwrap();
            kinds.extend(stage.kinds());
        }
        assert_eq!(
            kinds,
            [Kind::Head, Kind::Head],
            "the last one waits its turn"
        );
        let (answer, _) = received(&mut peer);
        assert_eq!(text(&answer).matches("HTTP/1.1 200 OK").count(), 2);
        stage.send(&connection, b"one", End::Response);
        stage.send(&connection, b"two", End::Response);
        assert_eq!(received(&mut peer), (b"onetwo".to_vec(), false));
    }
}

#[test]
fn what_follows_content_that_is_not_read_is_thrown_away() {
    let mut stage = guarded();
    let (_first, mut first) = stage.accept();
    let (connection, mut peer) = stage.accept();
    first.write_all(GET).unwrap();
    stage.turn();
    peer.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
        .unwrap();
    stage.turn();
    let (answer, ended) = received(&mut peer);
    assert!(text(&answer).contains("\r\nConnection: close\r\n"));
    assert!(ended, "its end follows the answer");
    assert_eq!(stage.take().kinds, [Kind::Head, Kind::Shutdown]);
    peer.write_all(GET).unwrap();
    assert_eq!(stage.kinds(), [], "no request is read there");
    drop(peer);
    assert_eq!(stage.kinds(), [Kind::Close]);
    assert!(connection.outgoing().socket().is_none());
}

#[test]
fn a_peer_that_sends_for_ever_behind_the_answer_is_cut_off() {
    let mut stage = guarded();
    let (_first, mut first) = stage.accept();
    let (_connection, mut peer) = stage.accept();
    first.write_all(GET).unwrap();
    stage.turn();
    peer.write_all(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        .unwrap();
    stage.turn();
    let mut sent = 0;
    while let Ok(length) = peer.write(&[b'x'; 64 * 1024]) {
        sent += length;
        stage.turn();
        assert!(sent < 4 * 1024 * 1024, "it is read on and on");
    }
    assert!(stage.take().kinds.ends_with(&[Kind::Close]));
}

#[test]
fn a_peer_that_reads_no_answers_is_left_to_javascript() {
    let mut stage = guarded();
    let (connection, mut peer) = stage.accept();
    let all = HEALTH.repeat(1000);
    let (mut told, mut most) = (0, 0);
    for _ in 0..100 {
        fill(&mut peer, &all);
        told += stage.kinds().len();
        most = most.max(connection.outgoing().pending());
    }
    assert!(told > 0, "JavaScript would stop the reading");
    // Behind what may wait, one answer more.
    assert!(most < 65 * 1024, "{most} bytes wait");
}

#[test]
fn content_before_a_request_that_is_answered_here_arrives_whole() {
    let mut stage = guarded();
    let (connection, mut peer) = stage.accept();
    let content = vec![b'x'; 20_000];
    let post = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n";
    let input = [post, &content[..], HEALTH, HEALTH, GET].concat();
    peer.write_all(&input).unwrap();
    stage.turn();
    // Behind one that waits, health checks wait as well.
    let taken = stage.take();
    let kinds = [Kind::Head, Kind::Content, Kind::Complete];
    assert_eq!(taken.kinds, [&kinds[..], &[Kind::Head; 3]].concat());
    assert_eq!(taken.attached, content);
    for _ in 0..4 {
        stage.send(&connection, b"x", End::Response);
    }
    received(&mut peer);
    // One that was answered before its content was here does not wait.
    peer.write_all(&[HEALTH, HEALTH, post].concat()).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head]);
    stage.send(&connection, b"early", End::Response);
    peer.write_all(&[&content[..], HEALTH, GET].concat())
        .unwrap();
    stage.turn();
    let taken = stage.take();
    assert_eq!(taken.kinds, [Kind::Content, Kind::Complete, Kind::Head]);
    assert_eq!(taken.attached, content);
    let answers = text(&received(&mut peer).0);
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 3);
}

#[test]
fn javascript_is_asked_now_and_then() {
    let mut stage = guarded();
    assert_eq!(stage.port.load(0).queue, 0);
    stage.wait_until(499);
    assert!(stage.port.pulse.ask(), "it was not asked for anything");
    stage.take();
    stage.wait_until(500);
    assert!(!stage.port.pulse.ask(), "it was asked");
    stage.take();
    stage.wait_until(999);
    assert!(stage.port.pulse.ask());
    stage.take();
    stage.wait_until(1000);
    assert!(!stage.port.pulse.ask());
}
