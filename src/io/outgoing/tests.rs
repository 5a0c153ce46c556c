use super::*;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync::LazyLock;

/// What JavaScript has lent, by token.
#[derive(Default)]
struct Lent {
    buffers: RefCell<HashMap<usize, &'static [u8]>>,
    next: Cell<usize>,
}

impl Lent {
    fn lend(&self, bytes: &'static [u8]) -> usize {
        self.next.set(self.next.get() + 1);
        self.buffers.borrow_mut().insert(self.next.get(), bytes);
        self.next.get()
    }

    fn detach(&self, token: usize) {
        self.buffers.borrow_mut().remove(&token);
    }
}

impl Memory for Lent {
    fn bytes(&self, token: usize) -> Option<&[u8]> {
        self.buffers.borrow().get(&token).copied()
    }
}

fn pair() -> (Outgoing, UnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let socket = Socket::from_fd(ours.into()).unwrap();
    (Outgoing::new(Arc::new(socket)), theirs)
}

fn large() -> &'static [u8] {
    static BYTES: LazyLock<Vec<u8>> =
        LazyLock::new(|| (0..4 << 20).map(|i| (i % 251) as u8).collect());
    &BYTES
}

fn read_all(mut theirs: UnixStream) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut got = Vec::new();
        theirs.read_to_end(&mut got).unwrap();
        got
    })
}

/// Flushes as an I/O thread would, and asks JavaScript when that is needed.
fn flush_all(outgoing: &mut Outgoing, lent: &Lent) -> usize {
    let mut asked = 0;
    loop {
        match outgoing.flush(None) {
            Sent::All => return asked,
            Sent::Pending(_) => std::thread::yield_now(),
            Sent::Starved => {
                assert!(outgoing.ask(), "asked once, until there is an answer");
                assert!(!outgoing.ask());
                asked += 1;
                outgoing.flush(Some(lent));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn pieces_leave_in_order_when_the_kernel_is_full() {
    let (mut outgoing, theirs) = pair();
    let lent = Lent::default();
    let mut wanted = Vec::new();
    let mut sent = Sent::All;
    for i in 0..64u8 {
        let piece = vec![i; 30_000];
        sent = outgoing.send(&piece, &lent, || None);
        wanted.extend_from_slice(&piece);
    }
    assert!(matches!(sent, Sent::Pending(n) if n > 0));
    assert!(outgoing.is_reported());
    let reader = read_all(theirs);
    flush_all(&mut outgoing, &lent);
    assert_eq!(outgoing.written(), wanted.len() as u64);
    drop(outgoing);
    assert_eq!(reader.join().unwrap(), wanted);
}

#[test]
fn a_large_piece_is_copied_a_window_at_a_time() {
    let (mut outgoing, theirs) = pair();
    let lent = Lent::default();
    let big = large();
    let sent = outgoing.send(big, &lent, || Some(lent.lend(big)));
    assert!(matches!(sent, Sent::Pending(_)));
    let owned: usize = outgoing
        .queue
        .iter()
        .filter(|segment| matches!(segment, Segment::Owned(_)))
        .map(Segment::len)
        .sum();
    assert_eq!(owned, WINDOW);
    outgoing.send(b"behind", &lent, || None);
    let reader = read_all(theirs);
    assert!(flush_all(&mut outgoing, &lent) > 0);
    assert_eq!(outgoing.take_released(), [1]);
    drop(outgoing);
    let got = reader.join().unwrap();
    assert_eq!(&got[..big.len()], big);
    assert_eq!(&got[big.len()..], b"behind");
}

#[test]
fn what_is_held_leaves_with_the_next_piece() {
    let (mut outgoing, mut theirs) = pair();
    let lent = Lent::default();
    let big = large();
    outgoing.hold(b"head ");
    outgoing.hold_borrowed(lent.lend(big), 20_000);
    assert_eq!(outgoing.send(b" tail", &lent, || None), Sent::All);
    assert_eq!(outgoing.take_released(), [1]);
    let mut got = vec![0; 20_010];
    theirs.read_exact(&mut got).unwrap();
    assert_eq!(&got[..5], b"head ");
    assert_eq!(&got[5..20_005], &big[..20_000]);
    assert_eq!(&got[20_005..], b" tail");
}

#[test]
fn memory_that_was_taken_away_is_an_error() {
    let (mut outgoing, theirs) = pair();
    let lent = Lent::default();
    let big = large();
    outgoing.send(big, &lent, || Some(lent.lend(big)));
    lent.detach(1);
    let reader = read_all(theirs);
    let failed = loop {
        match outgoing.flush(None) {
            Sent::Pending(_) => std::thread::yield_now(),
            Sent::Starved => break outgoing.flush(Some(&lent)),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(failed, Sent::Failed(libc::EFAULT));
    drop(outgoing);
    let got = reader.join().unwrap();
    assert_eq!(got, &big[..got.len()]);
}

#[test]
fn a_hand_over_takes_what_was_not_sent() {
    let (mut outgoing, theirs) = pair();
    let lent = Lent::default();
    let big = large();
    outgoing.send(big, &lent, || Some(lent.lend(big)));
    outgoing.hold(b"held");
    let sent = outgoing.written() as usize;
    let (socket, unsent) = outgoing.take_socket(Some(&lent));
    assert_eq!(&unsent[..big.len() - sent], &big[sent..]);
    assert_eq!(&unsent[big.len() - sent..], b"held");
    assert_eq!(outgoing.take_released(), [1]);
    assert_eq!(outgoing.send(b"late", &lent, || None), Sent::Closed);
    drop((socket, theirs));
}

#[test]
fn deferred_output_is_told_to_the_flusher_once() {
    let (mut outgoing, mut theirs) = pair();
    assert_eq!(outgoing.defer(b"one "), Some(true));
    assert_eq!(outgoing.defer(b"two"), Some(false));
    outgoing.then(After::KeepAlive);
    outgoing.then(After::Nothing);
    assert_eq!(outgoing.flush(None), Sent::All);
    assert_eq!(outgoing.take_after(), After::KeepAlive);
    assert_eq!(outgoing.defer(b"!"), Some(true));
    outgoing.flush(None);
    let mut got = [0; 8];
    theirs.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"one two!");
}

#[test]
fn the_flusher_is_told_again_of_what_follows_a_send() {
    let (mut outgoing, mut theirs) = pair();
    let lent = Lent::default();
    assert_eq!(outgoing.defer(b"one "), Some(true));
    let sent = outgoing.send(b"two ", &lent, || None);
    assert_eq!((sent, outgoing.pending()), (Sent::All, 0));
    // The flusher has come meanwhile, and found nothing.
    assert_eq!(outgoing.defer(b"three"), Some(true));
    assert_eq!(outgoing.flush(None), Sent::All);
    let mut got = [0; 13];
    theirs.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"one two three");
}

#[test]
fn a_closed_connection_keeps_nothing() {
    let (mut outgoing, _theirs) = pair();
    outgoing.take_socket(None);
    outgoing.hold(b"copied");
    outgoing.hold_borrowed(7, 20_000);
    assert_eq!(outgoing.pending(), 0);
    assert_eq!(outgoing.take_released(), [7]);
    assert_eq!(outgoing.defer(b"deferred"), None);
}
