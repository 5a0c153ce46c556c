use std::io::Write;

use super::stage::{End, GET, Stage, options, received};
use crate::io::Hub;
use crate::io::options::Options;
use crate::ring::layout::{GROUP_END, Kind};
use crate::ring::record;

/// When JavaScript is told of a timeout, before it is over.
const AHEAD: u64 = 4;

#[test]
fn javascript_is_told_ahead_of_a_timeout_and_waits_for_the_rest() {
    let mut stage = Stage::new(options());
    let (connection, _peer) = stage.accept();
    connection.set_timeout(100, 0);
    stage.wait_until(100 - AHEAD - 1);
    assert_eq!(stage.kinds(), []);
    stage.wait_until(100 - AHEAD);
    assert_eq!(stage.kinds(), [Kind::Timeout]);
    assert_eq!(connection.idle_clock.left(96), Some(AHEAD));
    stage.wait_until(100);
    assert_eq!(connection.idle_clock.take(100), Some(0));
    stage.wait_until(500);
    assert_eq!(stage.kinds(), [], "once, until there is traffic");
}

#[test]
fn what_is_read_and_written_holds_a_timeout_off() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    connection.set_timeout(100, 0);
    stage.wait_until(90);
    peer.write_all(GET).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head]);
    stage.wait_until(180);
    stage.send(&connection, b"answer", End::Not);
    stage.wait_until(280 - AHEAD - 1);
    assert_eq!(stage.kinds(), []);
    stage.wait_until(280 - AHEAD);
    assert_eq!(stage.kinds(), [Kind::Timeout]);
    peer.write_all(b"x").unwrap();
    stage.kinds();
    assert_eq!(connection.idle_clock.take(280), None);
}

#[test]
fn the_timeout_of_a_server_holds_from_the_beginning() {
    let mut stage = Stage::new(Options {
        timeout: 50,
        ..options()
    });
    let (_connection, _peer) = stage.accept();
    stage.wait_until(50);
    assert_eq!(stage.kinds(), [Kind::Timeout]);
}

#[test]
fn the_keep_alive_timeout_begins_with_the_end_of_the_answer() {
    let mut stage = Stage::new(Options {
        keep_alive_timeout: 200,
        ..options()
    });
    let (connection, mut peer) = stage.accept();
    peer.write_all(GET).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head]);
    stage.wait_until(1000);
    assert_eq!(stage.kinds(), [], "a request is under way");
    stage.send(&connection, b"answer", End::Response);
    stage.wait_until(1200 - AHEAD - 1);
    assert_eq!(stage.kinds(), []);
    stage.wait_until(1200 - AHEAD);
    assert_eq!(stage.kinds(), [Kind::Timeout]);
    peer.write_all(GET).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head]);
    assert_eq!(connection.idle_clock.take(1200), None);
}

#[test]
fn the_keep_alive_timeout_waits_for_all_pipelined_answers() {
    let mut stage = Stage::new(Options {
        keep_alive_timeout: 200,
        ..options()
    });
    let (connection, mut peer) = stage.accept();
    peer.write_all(&[GET, GET].concat()).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head, Kind::Head]);
    stage.send(&connection, b"one", End::Response);
    stage.wait_until(1000);
    assert_eq!(stage.kinds(), []);
    stage.send(&connection, b"two", End::Response);
    stage.wait_until(1200);
    assert_eq!(stage.kinds(), [Kind::Timeout]);
    assert_eq!(received(&mut peer), (b"onetwo".to_vec(), false));
}

#[test]
fn the_keep_alive_timeout_waits_for_the_last_byte() {
    let mut stage = Stage::new(Options {
        keep_alive_timeout: 200,
        ..options()
    });
    let (connection, mut peer) = stage.accept();
    peer.write_all(GET).unwrap();
    stage.kinds();
    let answer = vec![b'x'; 4 << 20];
    stage.send(&connection, &answer, End::Response);
    stage.wait_until(1000);
    assert_eq!(stage.kinds(), [], "the peer has not read it");
    let mut got = 0;
    while got < answer.len() {
        got += received(&mut peer).0.len();
        stage.turn();
    }
    assert_eq!(stage.kinds(), [Kind::Drain]);
    stage.wait_until(1200);
    assert_eq!(stage.kinds(), [Kind::Timeout]);
}

#[test]
fn slow_messages_are_looked_for_each_interval() {
    let mut stage = Stage::new(Options {
        headers_timeout: 100,
        request_timeout: 300,
        checking_interval: 40,
        ..options()
    });
    let (_slow_head, mut head) = stage.accept();
    let (_slow_content, mut content) = stage.accept();
    let (_complete, mut complete) = stage.accept();
    head.write_all(b"GET / HT").unwrap();
    content
        .write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx")
        .unwrap();
    complete.write_all(GET).unwrap();
    stage.kinds();
    stage.wait_until(119);
    assert_eq!(stage.kinds(), []);
    stage.wait_until(120);
    assert_eq!(stage.kinds(), [Kind::Expired]);
    stage.wait_until(319);
    assert_eq!(stage.kinds(), []);
    stage.wait_until(320);
    assert_eq!(stage.kinds(), [Kind::Expired]);
    stage.wait_until(1000);
    assert_eq!(stage.kinds(), [], "each is told once");
}

#[test]
fn a_slow_message_is_told_behind_what_the_set_of_its_connection_has_posted() {
    let two_sets = Hub::on_stage(2);
    let options = Options {
        headers_timeout: 100,
        checking_interval: 40,
        ..options()
    };
    let mut stage = Stage::of_hub(two_sets, options);
    let (connection, _peer) = stage.accept();
    assert!(!std::sync::Arc::ptr_eq(&connection.set, &stage.lead.set));
    connection.post(|p| {
        record::plain(&mut p.records, Kind::End, GROUP_END, connection.id);
    });
    stage.wait_until(120);
    assert_eq!(stage.take().kinds, [Kind::End, Kind::Expired]);
}
