//! Bytes on their way out of one connection: sent at once from the caller's thread where the
//! kernel takes them, queued in order where it does not.
//!
//! An I/O thread sends only what was copied for it. Of a large piece that has to wait, a window is
//! copied at a time; the rest stays where the program has it and is read on the JavaScript thread.

mod invariants;
mod segment;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::Arc;

use crate::io::error::errno;
use crate::io::socket::Socket;

pub use segment::{BORROW_SIZE, Memory};
use segment::{Segment, WINDOW};

/// Most slices given to one system call.
const MAX_SLICES: usize = 64;
/// Small pieces are joined until they are this long.
const JOIN_SIZE: usize = 64 * 1024;

/// What became of a write.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sent {
    /// All of it is in the kernel.
    All,
    /// This number of bytes waits; the I/O side goes on with them.
    Pending(usize),
    /// What waits next is in memory that only the JavaScript thread reads.
    Starved,
    /// The system call failed with this error number.
    Failed(i32),
    /// The connection is closed.
    Closed,
}

/// What follows the last byte that waits.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum After {
    #[default]
    Nothing,
    /// The connection is between two messages: its keep-alive timeout begins.
    KeepAlive,
    /// The writing side ends.
    HalfClose,
    Close,
}

/// Who sends next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Sender {
    /// Either thread, with the next write.
    Anyone,
    /// It was left to the flusher of the I/O thread, which has it in its list.
    Flusher,
    /// The kernel is full; the I/O side goes on when it has room, and tells JavaScript.
    Kernel,
}

/// The write side of one connection.
#[derive(Debug)]
pub struct Outgoing {
    socket: Option<Arc<Socket>>,
    queue: VecDeque<Segment>,
    /// Bytes of the first segment that have left.
    offset: usize,
    pending: usize,
    /// Bytes that TLS has sealed, and the kernel has not taken.
    sealed: usize,
    sender: Sender,
    /// JavaScript was asked to go on with its memory.
    asked: bool,
    /// Tokens of memory that is not needed any more.
    released: Vec<usize>,
    after: After,
    /// Bytes the kernel has taken so far.
    written: u64,
    /// The error number of the write that failed: no other is tried.
    failure: Option<i32>,
}

impl Outgoing {
    pub(crate) fn new(socket: Arc<Socket>) -> Self {
        Self {
            socket: Some(socket),
            queue: VecDeque::new(),
            offset: 0,
            pending: 0,
            sealed: 0,
            sender: Sender::Anyone,
            asked: false,
            released: Vec::new(),
            after: After::Nothing,
            written: 0,
            failure: None,
        }
    }

    /// The socket, as long as it is open.
    pub fn socket(&self) -> Option<&Arc<Socket>> {
        self.socket.as_ref()
    }

    /// Bytes that wait.
    pub fn pending(&self) -> usize {
        self.pending + self.sealed
    }

    /// Whether something is to be sent, what TLS has to say of itself included.
    pub(crate) fn has_output(&self) -> bool {
        let has_sealed = |socket: &Arc<Socket>| socket.unsent() > 0;
        self.pending > 0 || self.socket.as_ref().is_some_and(has_sealed)
    }

    /// Sends the end that TLS tells, if that is next. Returns whether nothing waits any more, so that what follows
    /// the last byte is due.
    pub fn send_end(&mut self) -> bool {
        if self.pending() == 0 && self.is_ending() {
            self.flush(None);
        }
        self.pending() == 0
    }

    pub fn written(&self) -> u64 {
        self.written
    }

    pub(crate) fn failure(&self) -> Option<i32> {
        self.failure
    }

    /// Lets `after` follow the last byte; what was said before is overruled by what ends more.
    pub fn then(&mut self, after: After) {
        self.after = self.after.max(after);
    }

    /// The connection ends behind what waits.
    pub(crate) fn is_ending(&self) -> bool {
        self.after >= After::HalfClose
    }

    /// What is due now that nothing waits.
    pub(crate) fn take_after(&mut self) -> After {
        debug_assert_eq!(self.pending(), 0, "something is still to be sent");
        std::mem::take(&mut self.after)
    }

    /// Keeps a copy of `bytes` back; it leaves before the next piece that is sent. A closed connection
    /// keeps nothing.
    pub fn hold(&mut self, bytes: &[u8]) {
        if bytes.is_empty() || self.socket.is_none() {
            return;
        }
        self.pending += bytes.len();
        if let Some(Segment::Owned(last)) = self.queue.back_mut()
            && last.len() + bytes.len() <= JOIN_SIZE
        {
            last.extend_from_slice(bytes);
        } else {
            self.queue.push_back(Segment::Owned(bytes.to_vec()));
        }
        self.check();
    }

    /// Keeps `length` bytes of the memory of `token` back without copying them.
    pub fn hold_borrowed(&mut self, token: usize, length: usize) {
        if self.socket.is_none() {
            self.released.push(token);
            return;
        }
        self.keep_borrowed(token, 0, length);
        self.check();
    }

    fn keep_borrowed(&mut self, token: usize, start: usize, end: usize) {
        self.pending += end - start;
        self.queue
            .push_back(Segment::Borrowed { token, start, end });
    }

    /// Takes the tokens of memory that is not needed any more. Only the bridge can give that back.
    pub fn take_released(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.released)
    }

    /// Sends `bytes` behind what waits. `borrow` makes a token for them if a large part has to wait.
    pub fn send(
        &mut self,
        bytes: &[u8],
        memory: &dyn Memory,
        borrow: impl FnOnce() -> Option<usize>,
    ) -> Sent {
        if self.socket.is_none() {
            return Sent::Closed;
        }
        let mut sent = 0;
        let result = if self.sender == Sender::Kernel && self.failure.is_none() {
            Sent::Pending(0)
        } else {
            self.write_out(bytes, &mut sent, Some(memory))
        };
        if result == Sent::All {
            // The flusher, if it was told, finds nothing: the next time it has to be told anew.
            self.has_sent_all();
        }
        if !matches!(result, Sent::Pending(_)) {
            self.check();
            return result;
        }
        self.keep(bytes, sent, borrow);
        self.copy_window(memory);
        self.sender = Sender::Kernel;
        self.check();
        Sent::Pending(self.pending())
    }

    /// Leaves a copy of `bytes`, and what was held back, to the flusher. `None` if it must be sent
    /// otherwise; else whether the flusher has to be told.
    pub fn defer(&mut self, bytes: &[u8]) -> Option<bool> {
        let is_owned = |segment: &Segment| matches!(segment, Segment::Owned(_));
        if self.socket.is_none()
            || self.failure.is_some()
            || self.sender == Sender::Kernel
            || !self.queue.iter().all(is_owned)
        {
            return None;
        }
        self.hold(bytes);
        Some(std::mem::replace(&mut self.sender, Sender::Flusher) != Sender::Flusher)
    }

    /// The I/O side was told of what waits, and tells JavaScript when it has left.
    pub fn is_reported(&self) -> bool {
        self.sender == Sender::Kernel
    }

    /// Sends as much as the kernel takes and the caller may read.
    pub fn flush(&mut self, memory: Option<&dyn Memory>) -> Sent {
        if self.socket.is_none() {
            return Sent::Closed;
        }
        let result = self.write_out(&[], &mut 0, memory);
        match result {
            Sent::All => self.has_sent_all(),
            Sent::Pending(_) => {
                self.sender = Sender::Kernel;
                if let Some(memory) = memory {
                    self.copy_window(memory);
                }
            }
            Sent::Starved => self.sender = Sender::Kernel,
            Sent::Failed(_) | Sent::Closed => {}
        }
        self.check();
        result
    }

    /// All was sent: either thread may send what is written next.
    fn has_sent_all(&mut self) {
        self.sender = Sender::Anyone;
        self.asked = false;
    }

    /// Whether JavaScript is to be asked for more; once, until it has answered.
    pub(crate) fn ask(&mut self) -> bool {
        !std::mem::replace(&mut self.asked, true)
    }

    /// Lets go of the socket, for closing it or for another owner. Returns it with the bytes that have
    /// not been sent, as far as they can be read.
    pub(crate) fn take_socket(
        &mut self,
        memory: Option<&dyn Memory>,
    ) -> (Option<Arc<Socket>>, Vec<u8>) {
        let mut unsent = Vec::new();
        let mut offset = std::mem::take(&mut self.offset);
        for segment in std::mem::take(&mut self.queue) {
            if let Some(bytes) = memory.and_then(|_| segment.bytes(memory)) {
                unsent.extend_from_slice(&bytes[offset..]);
            }
            offset = 0;
            self.release(segment);
        }
        self.pending = 0;
        self.sealed = 0;
        let socket = self.socket.take();
        self.check();
        (socket, unsent)
    }

    /// Writes what waits, then `bytes` from `sent` on, until the kernel is full.
    fn write_out(&mut self, bytes: &[u8], sent: &mut usize, memory: Option<&dyn Memory>) -> Sent {
        let Some(socket) = self.socket.clone() else {
            return Sent::Closed;
        };
        if let Some(errno) = self.failure {
            return Sent::Failed(errno);
        }
        while self.pending > 0 || *sent < bytes.len() {
            match self.write_once(&socket, &bytes[*sent..], memory) {
                Ok(Some(length)) => {
                    self.written += length as u64;
                    *sent += length - self.advance(length);
                }
                Ok(None) => return Sent::Starved,
                Err(error) => return self.not_written(&socket, &error),
            }
        }
        if self.is_ending()
            && let Some(mut session) = socket.session()
        {
            session.say_end();
        }
        match socket.flush() {
            Ok(()) => {
                self.sealed = 0;
                Sent::All
            }
            Err(error) => self.not_written(&socket, &error),
        }
    }

    /// Writes what waits, then `bytes`, as much as goes at once. `None` if what is next is not to be read here.
    fn write_once(
        &self,
        socket: &Socket,
        bytes: &[u8],
        memory: Option<&dyn Memory>,
    ) -> io::Result<Option<usize>> {
        if self.pending == 0 {
            return socket.write(&[IoSlice::new(bytes)]).map(Some);
        }
        let mut slices = [IoSlice::new(&[]); MAX_SLICES];
        match self.gather(&mut slices, bytes, memory)? {
            0 => Ok(None),
            count => socket.write(&slices[..count]).map(Some),
        }
    }

    fn not_written(&mut self, socket: &Socket, error: &io::Error) -> Sent {
        if error.kind() == io::ErrorKind::WouldBlock {
            self.sealed = socket.unsent();
            return Sent::Pending(self.pending());
        }
        self.failure = Some(errno(error));
        Sent::Failed(errno(error))
    }

    /// Puts what is to be written next into `slices`; returns how many there are.
    fn gather<'a>(
        &'a self,
        slices: &mut [IoSlice<'a>; MAX_SLICES],
        bytes: &'a [u8],
        memory: Option<&'a dyn Memory>,
    ) -> io::Result<usize> {
        let mut offset = self.offset;
        let mut count = 0;
        for segment in &self.queue {
            if count == MAX_SLICES {
                return Ok(count);
            }
            match segment.bytes(memory) {
                Some(all) => slices[count] = IoSlice::new(&all[offset..]),
                None if memory.is_none() => return Ok(count),
                // The program has detached or shortened what it had asked to send.
                None => return Err(io::Error::from_raw_os_error(libc::EFAULT)),
            }
            offset = 0;
            count += 1;
        }
        if count < MAX_SLICES && !bytes.is_empty() {
            slices[count] = IoSlice::new(bytes);
            count += 1;
        }
        Ok(count)
    }

    /// Takes `length` bytes off the queue; returns how many of them were in it.
    fn advance(&mut self, length: usize) -> usize {
        let taken = length.min(self.pending);
        self.pending -= taken;
        self.offset += taken;
        while let Some(first) = self.queue.front() {
            let length = first.len();
            if self.offset < length {
                break;
            }
            self.offset -= length;
            if let Some(segment) = self.queue.pop_front() {
                self.release(segment);
            }
        }
        taken
    }

    /// Queues what the kernel did not take.
    fn keep(&mut self, bytes: &[u8], sent: usize, borrow: impl FnOnce() -> Option<usize>) {
        let rest = &bytes[sent..];
        if rest.len() <= WINDOW {
            self.hold(rest);
            return;
        }
        match borrow() {
            Some(token) => self.keep_borrowed(token, sent, bytes.len()),
            None => self.hold(rest),
        }
    }

    /// Copies what is borrowed at the front of the queue, so that an I/O thread has a window to send.
    fn copy_window(&mut self, memory: &dyn Memory) {
        self.asked = false;
        let mut owned = 0;
        let mut at = 0;
        while owned < WINDOW && at < self.queue.len() {
            if let Segment::Borrowed { token, start, end } = &mut self.queue[at] {
                if at == 0 {
                    *start += std::mem::take(&mut self.offset);
                }
                let length = (*end - *start).min(WINDOW - owned);
                let range = *start..*start + length;
                // What the program has taken away is noticed when it is to be sent.
                let Some(copy) = memory.bytes(*token).and_then(|all| all.get(range)) else {
                    return;
                };
                let copy = Segment::Owned(copy.to_vec());
                *start += length;
                if start == end {
                    let copied = std::mem::replace(&mut self.queue[at], copy);
                    self.release(copied);
                } else {
                    self.queue.insert(at, copy);
                }
            }
            owned += self.queue[at].len();
            at += 1;
        }
    }

    fn release(&mut self, segment: Segment) {
        if let Segment::Borrowed { token, .. } = segment {
            self.released.push(token);
        }
    }
}
