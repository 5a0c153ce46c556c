//! One connection, as both threads see it: two halves, each behind a lock of its own (always taken in
//! the order input, output), and what needs none.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::io::exchanges::Exchanges;
use crate::io::hub::Hub;
use crate::io::input::{Input, ParsedInput, Reading};
use crate::io::leadership::Leader;
use crate::io::listener::Listener;
use crate::io::outgoing::{After, Memory, Outgoing};
use crate::io::pending_request::PendingRequest;
use crate::io::port::{Attachment, Port};
use crate::io::set::Set;
use crate::io::socket::Socket;
use crate::protocol::{Parser, Verdict};
use crate::ring::ConnId;
use crate::ring::debug_log::note;
use crate::ring::idle_clock::IdleClock;
use crate::ring::layout::Kind;
use crate::ring::message_clock::{MessageClock, MessageTimes};
use crate::ring::panic::{contain, relock};
use crate::ring::queue::Pending;
use crate::ring::record::{self, Failure};
use crate::ring::sink::SinkState;

/// What JavaScript has asked for, and what the system has reported.
pub(super) mod flag {
    /// Reading has to wait.
    pub const PAUSED: u32 = 1;
    /// The bytes that are parsed are passed on, too.
    pub const MIRRORED: u32 = 1 << 1;
    /// The system has reported bytes that were not all read.
    pub const READABLE: u32 = 1 << 2;
    /// The system has reported the end of the input: a short read does not mean that nothing follows.
    pub const READ_CLOSED: u32 = 1 << 3;
    /// A write has failed: the connection ends when all that had arrived was read.
    pub const WRITE_FAILED: u32 = 1 << 4;
    /// The handshake of TLS is under way: nothing counts as traffic.
    pub const HANDSHAKE: u32 = 1 << 5;
    /// When it is over, nothing is parsed before JavaScript says so.
    pub const DEFERRED_ONCE_SECURED: u32 = 1 << 6;
    /// Bytes came that answer no request: the connection is about to be closed.
    pub const UNASKED: u32 = 1 << 7;
    /// The leader has it in a list of those that are read on.
    pub const LISTED: u32 = 1 << 8;
}

/// What a connection is made of.
pub(crate) struct Opening {
    pub socket: Socket,
    pub parser: Parser,
    pub sink_state: SinkState,
    pub reading: Reading,
    pub listener: Option<Arc<Listener>>,
    pub port: Arc<Port>,
    pub peer: Option<SocketAddr>,
    /// Milliseconds without traffic until a timeout is told; 0: never.
    pub timeout: u32,
}

/// A connection that is given to another owner.
#[derive(Debug)]
pub struct HandedOver {
    pub fd: OwnedFd,
    /// Output that the kernel has not taken; the new owner sends it first.
    pub unsent: Vec<u8>,
    pub input: ParsedInput,
}

/// One connection, shared between the threads.
#[derive(Debug)]
pub struct Connection {
    pub id: ConnId,
    /// The server's; none if the connection is a client's.
    pub listener: Option<Arc<Listener>>,
    /// What kind of answer a client's connection waits for.
    pub request: PendingRequest,
    pub idle_clock: IdleClock,
    pub message_clock: MessageClock,
    exchanges: Exchanges,
    pub(crate) port: Arc<Port>,
    pub(crate) set: Arc<Set>,
    /// The other end, if it is an IP address. The system forgets it when both sides have ended.
    pub peer: Option<SocketAddr>,
    input: Mutex<Input>,
    outgoing: Mutex<Outgoing>,
    flags: AtomicU32,
    bytes_read: AtomicU64,
}

impl Connection {
    pub(crate) fn new(id: ConnId, opening: Opening, set: Arc<Set>, now: u64) -> Self {
        let is_secure = opening.socket.session().is_some();
        let flags = if is_secure { flag::HANDSHAKE } else { 0 };
        let socket = Arc::new(opening.socket);
        Self {
            id,
            listener: opening.listener,
            request: PendingRequest::default(),
            idle_clock: IdleClock::new(opening.timeout, now),
            message_clock: MessageClock::new(now),
            exchanges: Exchanges::default(),
            port: opening.port,
            set,
            peer: opening.peer,
            outgoing: Mutex::new(Outgoing::new(socket.clone())),
            input: Mutex::new(Input::new(
                socket,
                opening.parser,
                opening.sink_state,
                opening.reading,
            )),
            flags: AtomicU32::new(flags),
            bytes_read: AtomicU64::new(0),
        }
    }

    /// The read side. After a panic its connection is closed, whatever state it is in.
    pub(crate) fn input(&self) -> MutexGuard<'_, Input> {
        relock(&self.input)
    }

    /// The write side. A poisoned lock means a panic between two system calls: the queue is whole.
    pub fn outgoing(&self) -> MutexGuard<'_, Outgoing> {
        relock(&self.outgoing)
    }

    /// Whether an I/O thread reads and sends for this connection.
    pub fn is_led_by_thread(&self) -> bool {
        self.set.leadership.leader() == Leader::Thread
    }

    /// Where it is noted what is parsed at `now`.
    pub(crate) fn times(&self, now: u64) -> MessageTimes<'_> {
        let clock = &self.message_clock;
        MessageTimes { clock, now }
    }

    /// Lets its set watch it, once JavaScript will hear of it.
    pub(crate) fn watch(&self, hub: &Hub) {
        let keep_alive = self.keep_alive_timeout();
        self.look_at(self.idle_clock.next_look(hub.now(), keep_alive));
        let watch = |socket: &Arc<Socket>| self.set.watch(socket, self.id).is_ok();
        let is_watched = self.input().socket.as_ref().is_some_and(watch);
        if !is_watched {
            self.close(None, hub);
        }
    }

    /// Posts to JavaScript: see `Set::post`.
    pub(crate) fn post<R>(&self, write: impl FnOnce(&mut Pending<Attachment>) -> R) -> R {
        self.set.post(&self.port, write)
    }

    // ---- flags ----

    pub(super) fn has(&self, flag: u32) -> bool {
        self.flags.load(Ordering::Acquire) & flag != 0
    }

    /// Raises flags; returns whether one of them was raised before.
    pub(super) fn raise(&self, flags: u32) -> bool {
        self.flags.fetch_or(flags, Ordering::AcqRel) & flags != 0
    }

    /// Takes a flag back; returns whether it was raised.
    pub(super) fn lower(&self, flag: u32) -> bool {
        self.flags.fetch_and(!flag, Ordering::AcqRel) & flag != 0
    }

    pub fn pause(self: &Arc<Self>, paused: bool) {
        let what = if paused { "paused" } else { "resumed" };
        note!("{} is {what}", self.id);
        if paused {
            self.raise(flag::PAUSED);
            if self.may_be_at_end() && self.has(flag::READABLE) {
                self.set.read_soon(self.clone());
            }
        } else if self.lower(flag::PAUSED) && self.has(flag::READABLE) {
            self.set.read_soon(self.clone());
        }
    }

    /// Passes on the bytes that are parsed, too, or not any more.
    pub fn mirror(&self, mirrored: bool) {
        if mirrored {
            self.raise(flag::MIRRORED);
        } else {
            self.lower(flag::MIRRORED);
        }
    }

    /// Begins to read a connection whose reading was deferred.
    pub fn start_reading(self: &Arc<Self>) {
        if self.input().start() {
            self.release_session();
            self.set.read_soon(self.clone());
        }
    }

    /// Parses on behind a head that asked for an upgrade.
    pub fn read_content(self: &Arc<Self>, upgrades: bool) {
        if self.input().decide(Verdict::content(upgrades)) {
            self.set.read_soon(self.clone());
        }
    }

    // ---- requests and answers ----

    /// A request's head was parsed.
    pub(crate) fn request_begins(&self) {
        if let Some(listener) = &self.listener {
            self.exchanges
                .request_begins(&self.idle_clock, listener.timeout());
        }
    }

    /// JavaScript has ended an answer. Once its last byte has left, the keep-alive timeout runs unless
    /// another request came meanwhile.
    pub fn response_ends(&self, outgoing: &mut Outgoing) {
        self.exchanges.response_ends();
        outgoing.then(After::KeepAlive);
    }

    /// Requests that were parsed, less answers that have ended.
    pub fn requests_under_way(&self) -> u32 {
        self.exchanges.under_way()
    }

    /// Nothing is being received, not a byte of it, and JavaScript has answered all that was.
    pub fn is_quiet(&self) -> bool {
        !self.input().in_message() && self.requests_under_way() == 0
    }

    /// Lets the keep-alive timeout run, if nothing is under way.
    pub fn begin_keep_alive(&self) {
        let Some(listener) = &self.listener else {
            return;
        };
        let keep_alive = listener.keep_alive_timeout();
        if keep_alive > 0
            && self
                .exchanges
                .begin_idle(&self.idle_clock, keep_alive, listener.timeout())
        {
            note!("{} waits {keep_alive} ms for the next request", self.id);
        }
    }

    // ---- output ----

    /// Lets the I/O side send what was queued with `Outgoing::defer`.
    pub fn send_soon(self: &Arc<Self>) {
        self.set.send_soon(self.clone());
    }

    /// All output is in the kernel: does what was to follow it. `reported`: JavaScript waits to hear
    /// of it. Must be called without the lock on the output.
    pub fn flushed(self: &Arc<Self>, after: After, reported: bool, hub: &Hub) {
        if !self.has(flag::HANDSHAKE) {
            self.idle_clock.touch(hub.now());
        }
        match after {
            After::Nothing => {}
            After::KeepAlive => self.begin_keep_alive(),
            // Also before a close: of a socket on which something waits unread, the kernel would tell the peer
            // nothing but a reset, and what the peer has not read of the answer may be lost to it.
            After::HalfClose | After::Close => {
                if let Some(socket) = self.outgoing().socket() {
                    socket.end_writing();
                }
            }
        }
        if reported {
            let kind = if after == After::HalfClose {
                Kind::Shutdown
            } else {
                Kind::Drain
            };
            self.tell(kind);
        }
        // Behind that: what waits for its output to leave would take it for lost.
        if after == After::Close {
            self.close(None, hub);
        }
    }

    // ---- times ----

    /// Sets the timeout for a connection without traffic, in milliseconds; 0 switches it off.
    pub fn set_timeout(&self, timeout: u32, now: u64) {
        note!("{} may be {timeout} ms without traffic", self.id);
        if let Some(due) = self.idle_clock.set_timeout(timeout, now) {
            self.look_at(due);
        }
    }

    /// Lets the I/O side look at the times of the connection.
    pub(crate) fn look_at(&self, due: u64) {
        if self.idle_clock.set_due(due) {
            self.set.add_deadline(due, self.id.into());
        }
    }

    /// The listener's keep-alive timeout, which begins behind an answer without a call that sets it.
    pub(crate) fn keep_alive_timeout(&self) -> u32 {
        self.listener
            .as_ref()
            .map_or(0, |listener| listener.keep_alive_timeout())
    }

    // ---- counts ----

    pub(crate) fn count_read(&self, bytes: usize, now: u64) {
        self.idle_clock.touch(now);
        self.bytes_read.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Bytes received and sent so far.
    pub fn byte_counts(&self) -> (u64, u64) {
        let read = self.bytes_read.load(Ordering::Relaxed);
        (read, self.outgoing().written())
    }

    // ---- the end ----

    /// Closes the socket and tells JavaScript, once. Never waits.
    pub(crate) fn close(&self, failure: Option<Failure>, hub: &Hub) {
        if let Some((socket, _)) = self.take_socket(None) {
            drop(socket);
            self.gone(failure, hub);
        }
    }

    /// Closes a connection in whose work something has panicked.
    pub fn close_broken(&self, hub: &Hub) {
        contain(|| self.close(None, hub));
    }

    /// Closes a connection at the wish of JavaScript; `reset`: so that the peer sees a reset.
    pub fn destroy(&self, reset: bool, hub: &Hub) {
        if reset && let Some(socket) = self.outgoing().socket() {
            socket.reset_on_close();
        }
        self.close(None, hub);
    }

    /// Gives the socket to another owner, with the output that waits. `None` if it is closed.
    pub fn hand_over(&self, memory: &dyn Memory, hub: &Hub) -> Option<HandedOver> {
        if self.is_bound_to_tls() {
            return None;
        }
        let input = self.input().take_parsed(&self.message_clock, hub.now());
        let (socket, unsent) = self.take_socket(Some(memory))?;
        self.set.forget(&socket);
        let fd = Arc::into_inner(socket)?.into_fd();
        note!("{} is handed over, {} bytes unsent", self.id, unsent.len());
        self.gone(None, hub);
        Some(HandedOver { fd, unsent, input })
    }

    /// Lets go of the socket without a word: the environment ends.
    pub(crate) fn abandon(&self) {
        self.take_socket(None);
    }

    /// Takes the socket from both halves, so that only the caller has it. The readiness set lets go of it
    /// by itself when it is closed.
    fn take_socket(&self, memory: Option<&dyn Memory>) -> Option<(Arc<Socket>, Vec<u8>)> {
        let mut input = self.input();
        input.reading = Reading::Gone;
        drop(input.socket.take()?);
        let (socket, unsent) = self.outgoing().take_socket(memory);
        Some((socket?, unsent))
    }

    /// Whether both halves have let go of the socket. No lock on one may be held.
    fn has_let_go(&self) -> bool {
        let (input, outgoing) = (self.input(), self.outgoing());
        let reads = input.socket.is_some() || !matches!(input.reading, Reading::Gone);
        !reads && outgoing.socket().is_none() && outgoing.pending() == 0
    }

    /// The socket, which is taken once, is not ours any more: JavaScript hears of it in its turn.
    fn gone(&self, failure: Option<Failure>, hub: &Hub) {
        debug_assert!(self.has_let_go(), "nothing more is read or sent");
        hub.closed(self.id);
        if let Some(listener) = &self.listener {
            // Leaves room for another connection at once, not when JavaScript has seen the close.
            listener.leave();
        }
        let counts = self.byte_counts();
        let (read, written) = counts;
        note!(
            "{} is gone: {read} bytes read, {written} written, failure {failure:?}",
            self.id
        );
        let failure = failure.unwrap_or_default();
        let released = self.outgoing().take_released();
        self.post(|p| {
            p.attachments
                .extend(released.into_iter().map(Attachment::Release));
            record::close(&mut p.records, self.id, failure, counts);
        });
    }
}
