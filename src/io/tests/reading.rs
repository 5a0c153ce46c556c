use std::io::Write;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

use super::stage::{End, GET, NoMemory, Stage, fill, listen, options, received};
use crate::io::options::Options;
use crate::ring::layout::Kind;

fn post(length: usize) -> Vec<u8> {
    format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n").into_bytes()
}

#[test]
fn a_request_in_single_bytes_is_one_head() {
    let mut stage = Stage::new(options());
    let (_connection, mut peer) = stage.accept();
    let mut kinds = Vec::new();
    for byte in GET {
        peer.write_all(&[*byte]).unwrap();
        kinds.extend(stage.kinds());
    }
    assert_eq!(kinds, [Kind::Head]);
}

#[test]
fn a_paused_connection_is_not_read() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    peer.write_all(&post(6)).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head]);
    connection.pause(true);
    peer.write_all(b"abc").unwrap();
    assert_eq!(stage.kinds(), []);
    peer.write_all(b"def").unwrap();
    assert_eq!(stage.kinds(), []);
    connection.pause(false);
    assert_eq!(stage.kinds(), [Kind::Content, Kind::Complete]);
    assert_eq!(connection.byte_counts().0, post(6).len() as u64 + 6);
}

#[test]
fn a_pause_that_was_taken_back_at_once_loses_nothing() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    connection.pause(true);
    peer.write_all(GET).unwrap();
    connection.pause(false);
    assert_eq!(stage.kinds(), [Kind::Head]);
}

#[test]
fn deferred_reading_waits_for_javascript() {
    let mut stage = Stage::new(Options {
        defer_reading: true,
        ..options()
    });
    let (connection, mut peer) = stage.accept();
    peer.write_all(GET).unwrap();
    assert_eq!(stage.kinds(), []);
    assert_eq!(connection.byte_counts().0, 0);
    connection.start_reading();
    assert_eq!(stage.kinds(), [Kind::Head]);
}

#[test]
fn the_end_of_the_input_comes_behind_it_and_leaves_the_output() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    peer.write_all(GET).unwrap();
    peer.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head, Kind::End]);
    stage.send(&connection, b"answer", End::Connection);
    assert_eq!(received(&mut peer), (b"answer".to_vec(), true));
    assert_eq!(stage.kinds(), [Kind::Close]);
}

#[test]
fn an_end_inside_a_message_is_malformed_input() {
    let mut stage = Stage::new(options());
    let (_connection, mut peer) = stage.accept();
    peer.write_all(&post(6)).unwrap();
    drop(peer);
    assert_eq!(stage.kinds(), [Kind::Head, Kind::Malformed, Kind::End]);
}

#[test]
fn malformed_input_is_told_for_each_piece_and_closes_nothing() {
    let mut stage = Stage::new(options());
    let (_connection, mut peer) = stage.accept();
    for _ in 0..2 {
        peer.write_all(b"\x16\x03\x01").unwrap();
        assert_eq!(stage.kinds(), [Kind::Malformed]);
    }
}

#[test]
fn a_mirrored_connection_passes_its_bytes_on() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    connection.mirror(true);
    peer.write_all(GET).unwrap();
    assert_eq!(stage.kinds(), [Kind::Raw, Kind::Head]);
    connection.mirror(false);
    peer.write_all(GET).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head]);
}

#[test]
fn large_content_travels_beside_the_records() {
    let mut stage = Stage::new(options());
    let (_connection, mut peer) = stage.accept();
    let content: Vec<u8> = (0..20_000u32).map(|i| i as u8).collect();
    peer.write_all(&[post(content.len()), content.clone()].concat())
        .unwrap();
    stage.turn();
    let taken = stage.take();
    assert_eq!(taken.kinds, [Kind::Head, Kind::Content, Kind::Complete]);
    assert_eq!(taken.attached, content);
    assert!(taken.records.len() < 1000);
}

/// The peer sends as long as it is read, and nothing is drained meanwhile. Returns how many bytes it has sent.
fn send_while_read(stage: &mut Stage, peer: &mut UnixStream, bytes: &[u8]) -> usize {
    let mut sent = 0;
    loop {
        let filled = fill(peer, &bytes[sent..]);
        sent += filled;
        stage.turn();
        if filled == 0 {
            return sent;
        }
    }
}

#[test]
fn one_connection_posts_a_window_between_two_drains() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    let all = [post(4 << 20), vec![b'x'; 4 << 20]].concat();
    let (mut sent, mut drains) = (0, 0);
    let mut read = 0;
    while read < all.len() as u64 {
        sent += send_while_read(&mut stage, &mut peer, &all[sent..]);
        let posted = connection.byte_counts().0 - read;
        assert!(posted > 0, "each drain lets it go on");
        assert!(posted <= (256 + 64) * 1024, "{posted} bytes at once");
        read += posted;
        drains += 1;
        stage.take();
    }
    assert!(drains > 10);
}

#[test]
fn content_of_which_javascript_may_not_know_is_read_once() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    let all = [post(1 << 20), vec![b'x'; 1 << 20]].concat();
    for _ in 0..2 {
        let mut read = connection.byte_counts().0;
        let end = read + all.len() as u64;
        let (mut sent, mut posted) = (0, Vec::new());
        while read < end {
            sent += send_while_read(&mut stage, &mut peer, &all[sent..]);
            posted.push(connection.byte_counts().0 - read);
            read = connection.byte_counts().0;
            stage.take();
        }
        let (first, others) = posted.split_at(2);
        assert!(first.iter().all(|bytes| *bytes <= 64 * 1024), "{posted:?}");
        assert!(others.iter().any(|bytes| *bytes > 128 * 1024), "{posted:?}");
    }
}

#[test]
fn one_connection_posts_no_flood_of_requests_between_two_drains() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    let all = GET.repeat(20_000);
    let mut sent = 0;
    let mut drains = 0;
    while sent < all.len() || connection.byte_counts().0 < all.len() as u64 {
        let before = connection.byte_counts().0;
        sent += send_while_read(&mut stage, &mut peer, &all[sent..]);
        let read = connection.byte_counts().0 - before;
        assert!(read > 0, "each drain lets it go on");
        // JavaScript has a few kilobytes of objects for each: it gets what one read brings, or little more.
        assert!(read <= (16 + 64) * 1024, "{read} bytes at once");
        drains += 1;
        stage.take();
    }
    assert!(drains > 5);
}

#[test]
fn a_connection_that_waits_is_listed_once() {
    let mut stage = Stage::new(options());
    let (connection, mut peer) = stage.accept();
    peer.write_all(&post(1 << 30)).unwrap();
    while stage.lead.parked.is_empty() {
        peer.write_all(&[b'x'; 16 * 1024]).unwrap();
        stage.turn();
    }
    for _ in 0..100 {
        peer.write_all(b"x").unwrap();
        stage.turn();
    }
    assert_eq!(stage.lead.parked.len(), 1, "for a drain");
    let before = connection.byte_counts().0;
    stage.take();
    stage.turn();
    assert!(connection.byte_counts().0 > before);
    // A peer that always has more to say.
    for _ in 0..100 {
        fill(&mut peer, &[b'x'; 1 << 20]);
        stage.turn_once();
        stage.take();
        let listed = stage.lead.again.len() + stage.lead.parked.len();
        assert!(listed <= 1, "{listed} times");
    }
}

#[test]
fn nothing_is_read_while_the_queue_is_full() {
    let mut stage = Stage::new(options());
    let all = [post(60 * 1024), vec![b'x'; 60 * 1024]].concat();
    let mut peers = Vec::new();
    while !stage.port.is_full() {
        assert!(peers.len() < 200, "the queue has a limit");
        let mut peer = stage.accept_unseen();
        let sent = fill(&mut peer, &all);
        stage.turn();
        fill(&mut peer, &all[sent..]);
        stage.turn();
        peers.push(peer);
    }
    let mut late = stage.accept_unseen();
    late.write_all(GET).unwrap();
    stage.turn();
    let connection = stage.take().opened.pop().unwrap();
    assert_eq!(connection.byte_counts().0, 0);
    assert!(stage.kinds().contains(&Kind::Head));
    assert_eq!(connection.byte_counts().0, GET.len() as u64);
}

#[test]
fn connections_that_were_not_announced_are_limited() {
    let mut stage = Stage::new(options());
    let address = listen(&stage.listener);
    let clients: Vec<_> = (0..300)
        .map(|_| TcpStream::connect(address).unwrap())
        .collect();
    stage.turn();
    let mut opened = stage.take().opened;
    assert_eq!(opened.len(), 256);
    stage.turn();
    opened.extend(stage.take().opened);
    assert_eq!(opened.len(), clients.len());
}

#[test]
fn a_place_is_free_once_its_connection_is_gone() {
    let mut stage = Stage::new(Options {
        max_connections: Some(1),
        ..options()
    });
    let address = listen(&stage.listener);
    let _first = TcpStream::connect(address).unwrap();
    stage.turn();
    let connection = stage.take().opened.pop().unwrap();
    let _refused = TcpStream::connect(address).unwrap();
    assert_eq!(stage.kinds(), [Kind::Drop]);
    connection.destroy(false, &stage.hub);
    let _third = TcpStream::connect(address).unwrap();
    assert_eq!(stage.kinds(), [Kind::Close, Kind::Open]);
}

#[test]
fn a_reset_is_told_with_its_error() {
    let mut stage = Stage::new(options());
    let address = listen(&stage.listener);
    let client = TcpStream::connect(address).unwrap();
    stage.turn();
    stage.take();
    socket2::SockRef::from(&client)
        .set_linger(Some(std::time::Duration::ZERO))
        .unwrap();
    drop(client);
    stage.turn();
    let taken = stage.take();
    assert_eq!(taken.kinds, [Kind::Close]);
    let errno = libc::ECONNRESET.to_ne_bytes();
    assert!(taken.records.windows(4).any(|word| word == errno));
}

#[test]
fn what_comes_behind_an_upgrade_waits_for_the_verdict() {
    let mut stage = Stage::new(options());
    let upgrade = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
    let (declined, mut peer) = stage.accept();
    peer.write_all(&[upgrade, GET].concat()).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head, Kind::Raw]);
    peer.write_all(GET).unwrap();
    assert_eq!(stage.kinds(), [], "nothing is read meanwhile");
    declined.read_content(false);
    assert_eq!(stage.kinds(), [Kind::Head, Kind::Head]);

    let (later, mut peer) = stage.accept();
    let post = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\
                 Transfer-Encoding: chunked\r\n\r\n2\r";
    peer.write_all(post).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head, Kind::Raw]);
    later.read_content(true);
    assert_eq!(stage.kinds(), [Kind::Raw], "the group ends");
    peer.write_all(b"\nhi\r\n0\r\n\r\nbehind").unwrap();
    assert_eq!(stage.kinds(), [Kind::Content, Kind::Complete, Kind::Raw]);
    peer.write_all(b"more").unwrap();
    assert_eq!(stage.kinds(), [], "nothing is read before the hand-over");

    let (accepted, mut peer) = stage.accept();
    peer.write_all(&[&upgrade[..], b"behind"].concat()).unwrap();
    assert_eq!(stage.kinds(), [Kind::Head, Kind::Raw]);
    let handed = accepted.hand_over(&NoMemory, &stage.hub);
    assert!(handed.unwrap().unsent.is_empty());
    stage.hub.publish();
    assert_eq!(stage.kinds(), [Kind::Close]);
}

#[test]
fn a_listener_that_waits_is_listed_once() {
    let mut stage = Stage::new(options());
    let address = listen(&stage.listener);
    let unseen: Vec<_> = (0..256).map(|_| stage.accept_unseen()).collect();
    let mut clients = Vec::new();
    for _ in 0..10 {
        clients.push(TcpStream::connect(address).unwrap());
        stage.turn();
        assert_eq!(stage.lead.parked.len(), 1, "one for all that come");
    }
    assert_eq!(stage.take().opened.len(), unseen.len());
    stage.turn();
    assert_eq!(stage.take().opened.len(), clients.len());
    assert!(stage.lead.parked.is_empty());
}

#[test]
fn a_listener_that_rests_has_one_deadline() {
    let stage = Stage::new(options());
    for _ in 0..10 {
        stage.lead.accept_in(50, &stage.listener);
    }
    let due = std::iter::from_fn(|| stage.lead.set.deadlines.take(50));
    assert_eq!(due.count(), 1, "one for all that come meanwhile");
}
