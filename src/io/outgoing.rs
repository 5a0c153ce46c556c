//! Bytes on their way out of one connection: sent at once from the caller's thread where the
//! kernel takes them, queued in order where it does not.
//!
//! The lock around `Outgoing` is what keeps the descriptor valid: whoever sends holds it, and the
//! I/O thread takes it to mark the descriptor closed before it closes it.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::os::fd::{BorrowedFd, OwnedFd, RawFd};
use std::time::{Duration, Instant};

/// Most slices given to one `sendmsg`.
const MAX_SLICES: usize = 64;
/// How long giving the descriptor away may wait for earlier output; there is hardly ever any.
const DETACH_TIMEOUT: Duration = Duration::from_millis(500);

/// Memory that JavaScript owns and keeps alive until it has been written.
#[derive(Debug)]
pub struct Pinned {
    address: *const u8,
    length: usize,
    /// What the bridge needs to let go of the memory; given back when it was written.
    pub token: usize,
}

// SAFETY: the memory behind `address` is kept alive by `token` (see `Pinned::new`) and is only
// read, by one thread at a time, under the lock of the `Outgoing` that owns this value.
unsafe impl Send for Pinned {}

impl Pinned {
    /// # Safety
    /// `address` must stay valid for `length` bytes until `token` has been given back.
    pub unsafe fn new(address: *const u8, length: usize, token: usize) -> Self {
        Self {
            address,
            length,
            token,
        }
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: `new`'s caller promised that the memory outlives this value.
        unsafe { std::slice::from_raw_parts(self.address, self.length) }
    }
}

/// A piece of output.
#[derive(Debug)]
pub enum Segment {
    Owned(Vec<u8>),
    Pinned(Pinned),
}

impl Segment {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Owned(bytes) => bytes,
            Self::Pinned(pinned) => pinned.bytes(),
        }
    }
}

/// What became of a write.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sent {
    /// All of it is in the kernel.
    All,
    /// So many bytes wait; the I/O thread goes on with them.
    Pending(usize),
    /// The system call failed with this error number.
    Failed(i32),
    /// The connection is closed.
    Closed,
}

/// The write side of one connection.
#[derive(Debug)]
pub struct Outgoing {
    fd: Option<RawFd>,
    queue: VecDeque<Segment>,
    /// Bytes of the first segment that have left.
    offset: usize,
    pending: usize,
    /// Held back until the next write without `MORE`.
    corked: Vec<Segment>,
    /// What waits was left to the flusher, which tells nobody when it has left.
    deferred: bool,
    pub close_when_empty: bool,
    pub shutdown_when_empty: bool,
    pub written: u64,
}

impl Outgoing {
    pub fn new(fd: RawFd) -> Self {
        Self {
            fd: Some(fd),
            queue: VecDeque::new(),
            offset: 0,
            pending: 0,
            corked: Vec::new(),
            deferred: false,
            close_when_empty: false,
            shutdown_when_empty: false,
            written: 0,
        }
    }

    /// The descriptor, as long as it is open.
    pub fn fd(&self) -> Option<RawFd> {
        self.fd
    }

    pub fn pending(&self) -> usize {
        self.pending
    }

    /// Keeps a piece back; it leaves before the next one that is sent.
    pub fn hold(&mut self, segment: Segment) {
        match (self.corked.last_mut(), segment) {
            (Some(Segment::Owned(last)), Segment::Owned(bytes)) => last.extend_from_slice(&bytes),
            (_, segment) => self.corked.push(segment),
        }
    }

    /// Keeps a copy of `bytes` back.
    pub fn hold_bytes(&mut self, bytes: &[u8]) {
        if let Some(Segment::Owned(last)) = self.corked.last_mut() {
            last.extend_from_slice(bytes);
        } else {
            self.corked.push(Segment::Owned(bytes.to_vec()));
        }
    }

    /// Sends `bytes` at once if nothing is before them, else queues a copy.
    pub fn send_bytes(&mut self, bytes: &[u8], done: &mut Vec<usize>) -> Sent {
        let Some(fd) = self.fd else {
            return Sent::Closed;
        };
        if self.pending > 0 || !self.corked.is_empty() {
            self.hold_bytes(bytes);
            return self.send_held(done);
        }
        match send(fd, &[IoSlice::new(bytes)]) {
            Ok(sent) => {
                self.written += sent as u64;
                if sent == bytes.len() {
                    return Sent::All;
                }
                self.push(Segment::Owned(bytes[sent..].to_vec()));
                Sent::Pending(self.pending)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.push(Segment::Owned(bytes.to_vec()));
                Sent::Pending(self.pending)
            }
            Err(error) => Sent::Failed(super::error::errno(&error)),
        }
    }

    /// Queues a copy of `bytes` behind what was kept back, to be sent by another thread. Only if
    /// nothing waits already, and nothing of it is memory of JavaScript's.
    pub fn defer_bytes(&mut self, bytes: &[u8]) -> bool {
        let is_owned = |segment: &Segment| matches!(segment, Segment::Owned(_));
        let may = self.fd.is_some() && self.pending == 0 && self.corked.iter().all(is_owned);
        if may {
            self.deferred = true;
            if !bytes.is_empty() {
                self.hold_bytes(bytes);
            }
            for segment in std::mem::take(&mut self.corked) {
                self.push(segment);
            }
        }
        may
    }

    /// Sends what was kept back. Tokens of memory that has been written are put into `done`.
    pub fn send_held(&mut self, done: &mut Vec<usize>) -> Sent {
        if self.fd.is_none() {
            self.drop_queue(done);
            return Sent::Closed;
        }
        let blocked = self.pending > 0;
        for segment in std::mem::take(&mut self.corked) {
            self.push(segment);
        }
        // What is queued already waits for the kernel: trying again would only fail again.
        if blocked {
            Sent::Pending(self.pending)
        } else {
            self.flush(done)
        }
    }

    /// Output waits for the kernel, and the driver knows.
    pub fn is_blocked(&self) -> bool {
        self.pending > 0 && !self.deferred
    }

    /// Sends as much of the queue as the kernel takes.
    pub fn flush(&mut self, done: &mut Vec<usize>) -> Sent {
        let Some(fd) = self.fd else {
            self.drop_queue(done);
            return Sent::Closed;
        };
        self.deferred = false;
        while self.pending > 0 {
            let slices: Vec<IoSlice<'_>> = self.slices();
            match send(fd, &slices) {
                Ok(sent) => self.advance(sent, done),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Sent::Pending(self.pending);
                }
                Err(error) => return Sent::Failed(super::error::errno(&error)),
            }
        }
        Sent::All
    }

    /// A duplicate of the descriptor for a new owner. What waits is written before that.
    pub fn detach(&mut self, done: &mut Vec<usize>) -> io::Result<OwnedFd> {
        let fd = self.fd.ok_or(io::ErrorKind::NotConnected)?;
        // SAFETY: open as long as `self.fd` says so, which closing changes under the same lock.
        let owned = unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned()?;
        let deadline = Instant::now() + DETACH_TIMEOUT;
        while let Sent::Pending(_) = self.flush(done) {
            if Instant::now() > deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
            std::thread::yield_now();
        }
        Ok(owned)
    }

    /// The descriptor is about to be closed: no one may use it any more.
    pub fn close(&mut self, done: &mut Vec<usize>) {
        self.fd = None;
        self.drop_queue(done);
    }

    fn drop_queue(&mut self, done: &mut Vec<usize>) {
        self.pending = 0;
        self.offset = 0;
        for segment in self.queue.drain(..).chain(self.corked.drain(..)) {
            if let Segment::Pinned(pinned) = segment {
                done.push(pinned.token);
            }
        }
    }

    fn push(&mut self, segment: Segment) {
        self.pending += segment.bytes().len();
        self.queue.push_back(segment);
    }

    fn slices(&self) -> Vec<IoSlice<'_>> {
        let mut offset = self.offset;
        self.queue
            .iter()
            .take(MAX_SLICES)
            .map(|segment| {
                let bytes = &segment.bytes()[offset..];
                offset = 0;
                IoSlice::new(bytes)
            })
            .collect()
    }

    fn advance(&mut self, sent: usize, done: &mut Vec<usize>) {
        self.written += sent as u64;
        self.pending -= sent;
        self.offset += sent;
        while let Some(first) = self.queue.front() {
            let length = first.bytes().len();
            if self.offset < length {
                break;
            }
            self.offset -= length;
            if let Some(Segment::Pinned(pinned)) = self.queue.pop_front() {
                done.push(pinned.token);
            }
        }
    }
}

/// `sendmsg` that neither blocks nor raises SIGPIPE.
fn send(fd: RawFd, slices: &[IoSlice<'_>]) -> io::Result<usize> {
    loop {
        let sent = if let [only] = slices {
            // SAFETY: `fd` is open (the caller holds the lock that closing takes), and the slice is
            // valid for its length.
            unsafe { libc::send(fd, only.as_ptr().cast(), only.len(), SEND_FLAGS) }
        } else {
            // SAFETY: an all-zero `msghdr` is a valid one.
            let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
            message.msg_iov = slices.as_ptr().cast_mut().cast();
            message.msg_iovlen = slices.len() as _;
            // SAFETY: as above; `IoSlice` has the layout of `iovec`, and the kernel only reads.
            unsafe { libc::sendmsg(fd, &message, SEND_FLAGS) }
        };
        if sent >= 0 {
            return Ok(sent as usize);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
const SEND_FLAGS: libc::c_int = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
// Elsewhere SIGPIPE is switched off on the socket (`SO_NOSIGPIPE`), and Node ignores the signal.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
const SEND_FLAGS: libc::c_int = libc::MSG_DONTWAIT;

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    #[test]
    fn pieces_leave_in_order_when_the_kernel_is_full() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let mut outgoing = Outgoing::new(ours.as_raw_fd());
        let mut wanted = Vec::new();
        let mut state = Sent::All;
        for i in 0..64u8 {
            let piece = vec![i; 30_000];
            state = outgoing.send_bytes(&piece, &mut Vec::new());
            wanted.extend_from_slice(&piece);
        }
        assert!(matches!(state, Sent::Pending(n) if n > 0));
        let reader = std::thread::spawn(move || {
            let mut got = Vec::new();
            theirs.read_to_end(&mut got).unwrap();
            got
        });
        while outgoing.flush(&mut Vec::new()) != Sent::All {
            std::thread::yield_now();
        }
        assert_eq!(outgoing.written, wanted.len() as u64);
        drop(ours);
        assert_eq!(reader.join().unwrap(), wanted);
    }

    #[test]
    fn pinned_memory_is_given_back_once_written_or_dropped() {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let mut outgoing = Outgoing::new(ours.as_raw_fd());
        let big = vec![7u8; 4 << 20];
        let small = [1u8; 10];
        let mut done = Vec::new();
        // SAFETY: both outlive `outgoing`'s use of them in this test.
        unsafe {
            outgoing.hold(Segment::Pinned(Pinned::new(small.as_ptr(), small.len(), 1)));
            outgoing.hold(Segment::Pinned(Pinned::new(big.as_ptr(), big.len(), 2)));
        }
        assert!(matches!(outgoing.send_held(&mut done), Sent::Pending(_)));
        assert_eq!(done, [1]);
        outgoing.close(&mut done);
        assert_eq!(done, [1, 2]);
        assert_eq!(outgoing.send_bytes(b"late", &mut done), Sent::Closed);
    }
}
