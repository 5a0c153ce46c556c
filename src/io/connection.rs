//! What the JavaScript thread and the I/O thread share of one connection.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;

use atomic_waker::AtomicWaker;

use crate::io::address::Address;
use crate::io::expected::Expected;
use crate::io::listener::Listener;
use crate::io::outgoing::Outgoing;
use crate::ring::ConnId;

/// Requests to the driver, as bits; those in `STATES` stay until they are taken back.
pub(crate) mod command {
    pub const DESTROY: u32 = 1;
    pub const RESET: u32 = 1 << 1;
    pub const FLUSH: u32 = 1 << 2;
    pub const TIMER: u32 = 1 << 3;
    pub const SPEAK: u32 = 1 << 4;
    pub const DECLINE_UPGRADE: u32 = 1 << 5;
    pub const PAUSED: u32 = 1 << 6;
    /// Also pass on the bytes that are parsed.
    pub const TAP: u32 = 1 << 7;

    pub const STATES: u32 = PAUSED | TAP;
}

/// One connection, shared between the threads.
#[derive(Debug)]
pub struct Connection {
    pub id: ConnId,
    /// The server's; none if the connection is a client's.
    pub listener: Option<Arc<Listener>>,
    /// What a client's connection is to be answered.
    pub expected: Expected,
    /// The I/O thread it lives on.
    pub(crate) thread: usize,
    /// Kept, because the system forgets it when both sides have ended.
    peer: OnceLock<SocketAddr>,
    outgoing: Mutex<Outgoing>,
    commands: AtomicU32,
    driver: AtomicWaker,
    /// Milliseconds without traffic until `Timeout` is posted; 0: never.
    idle_timeout: AtomicU32,
    /// When the driver's timer fires, on the hub's clock; `u64::MAX` if there is none.
    timer_due: AtomicU64,
    /// The idle timeout above is the one between requests; the next request's head lifts it.
    between_requests: AtomicBool,
    /// Milliseconds on the hub's clock.
    pub(crate) last_activity: AtomicU64,
    /// When JavaScript last wrote, or set a timeout, on the same clock.
    last_use: AtomicU64,
    /// When the message being received began, 0 between messages.
    pub(crate) message_start: AtomicU64,
    pub(crate) head_complete: AtomicBool,
    pub(crate) bytes_read: AtomicU64,
    /// Whether the listener counts the connection against its limit.
    counted: AtomicBool,
}

impl Connection {
    pub(crate) fn new(
        id: ConnId,
        fd: std::os::fd::RawFd,
        listener: Option<Arc<Listener>>,
        thread: usize,
        now: u64,
    ) -> Self {
        Self {
            id,
            listener,
            expected: Expected::default(),
            thread,
            peer: OnceLock::new(),
            outgoing: Mutex::new(Outgoing::new(fd)),
            commands: AtomicU32::new(0),
            driver: AtomicWaker::new(),
            idle_timeout: AtomicU32::new(0),
            timer_due: AtomicU64::new(u64::MAX),
            between_requests: AtomicBool::new(false),
            last_activity: AtomicU64::new(now),
            last_use: AtomicU64::new(now),
            message_start: AtomicU64::new(now.max(1)),
            head_complete: AtomicBool::new(false),
            bytes_read: AtomicU64::new(0),
            counted: AtomicBool::new(false),
        }
    }

    /// The write side. A poisoned lock means a panic between two system calls: the queue is whole.
    pub fn outgoing(&self) -> MutexGuard<'_, Outgoing> {
        self.outgoing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_peer(&self, peer: SocketAddr) {
        // Set once, by whoever accepted it.
        let _ = self.peer.set(peer);
    }

    /// The other end, if it was told when the connection was accepted.
    pub fn peer(&self) -> Option<Address> {
        self.peer.get().copied().map(Address::from)
    }

    /// Asks the driver for something.
    fn command(&self, bits: u32) {
        self.commands.fetch_or(bits, Ordering::AcqRel);
        self.driver.wake();
    }

    /// What has been asked since the last call, and the states that stay.
    pub(crate) fn take_commands(&self) -> u32 {
        self.commands.fetch_and(command::STATES, Ordering::AcqRel)
    }

    pub(crate) fn register(&self, waker: &Waker) {
        self.driver.register(waker);
    }

    /// Counts against the listener's limit from now on.
    pub(crate) fn count(&self) {
        if let Some(listener) = &self.listener
            && !self.counted.swap(true, Ordering::AcqRel)
        {
            listener.count.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Leaves room for another connection: at once, not when the socket has been closed.
    pub(crate) fn uncount(&self) {
        if let Some(listener) = &self.listener
            && self.counted.swap(false, Ordering::AcqRel)
        {
            listener.count.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Closes the connection; with `reset`, so that the peer sees a reset.
    pub fn destroy(&self, reset: bool) {
        self.uncount();
        self.command(if reset {
            command::DESTROY | command::RESET
        } else {
            command::DESTROY
        });
    }

    /// Lets the driver send what the caller's thread could not.
    pub fn flush_later(&self) {
        self.command(command::FLUSH);
    }

    /// Stops or resumes reading.
    pub fn pause(&self, paused: bool) {
        if paused {
            self.commands.fetch_or(command::PAUSED, Ordering::AcqRel);
        } else if self.commands.fetch_and(!command::PAUSED, Ordering::AcqRel) & command::PAUSED != 0
        {
            self.driver.wake();
        }
    }

    /// Begins to read a held connection.
    pub fn speak(&self) {
        self.command(command::SPEAK);
    }

    /// Passes on the bytes that are parsed, too, or not any more.
    pub fn tap(&self, tapped: bool) {
        if tapped {
            self.commands.fetch_or(command::TAP, Ordering::AcqRel);
        } else {
            self.commands.fetch_and(!command::TAP, Ordering::AcqRel);
        }
    }

    /// Parses on behind a head that asked for an upgrade, for which the driver waits.
    pub fn decline_upgrade(&self) {
        self.command(command::DECLINE_UPGRADE);
    }

    /// Sets the timeout for a connection without traffic, in milliseconds; 0 switches it off.
    /// The driver is woken only if its timer would fire too late to see it.
    pub fn set_idle_timeout(&self, timeout: u32, now: u64) {
        self.touch_from_javascript(now);
        self.between_requests.store(false, Ordering::Relaxed);
        // Sequentially consistent, as is `set_timer_due`: one of the two sees what the other wrote.
        self.idle_timeout.store(timeout, Ordering::SeqCst);
        if timeout > 0 && now + u64::from(timeout) < self.timer_due.load(Ordering::SeqCst) {
            self.command(command::TIMER);
        }
    }

    /// The driver's timer has been set. The timeout has to be read again after this.
    pub(crate) fn set_timer_due(&self, due: u64) {
        if self.timer_due.load(Ordering::Relaxed) != due {
            self.timer_due.store(due, Ordering::SeqCst);
        }
    }

    /// The timeout a connection begins with.
    pub(crate) fn set_initial_timeout(&self, timeout: u32) {
        self.idle_timeout.store(timeout, Ordering::Release);
    }

    /// A response is complete and no other request waits: from now on the keep-alive timeout runs.
    /// The driver is not woken: it looks at least every keep-alive timeout while a request runs.
    pub fn begin_idle(&self, timeout: u32) {
        self.idle_timeout.store(timeout, Ordering::Release);
        self.between_requests.store(true, Ordering::Release);
    }

    /// A request's head has arrived: the timeout between requests ends.
    pub(crate) fn end_idle(&self, timeout: u32) {
        if self.between_requests.swap(false, Ordering::AcqRel) {
            self.idle_timeout.store(timeout, Ordering::Release);
        }
    }

    pub(crate) fn idle_timeout(&self) -> u32 {
        self.idle_timeout.load(Ordering::SeqCst)
    }

    /// Whether a `Timeout` that is handled now still means what it did when it was posted: JavaScript
    /// may have written since, or set another timeout, for example with the end of the message that the
    /// first was for. What was read meanwhile does not count: its records are behind.
    pub fn is_timed_out(&self, now: u64) -> bool {
        let timeout = u64::from(self.idle_timeout());
        timeout > 0 && now >= self.last_use.load(Ordering::Relaxed) + timeout
    }

    /// Notes that JavaScript has written, or begun to wait anew.
    pub fn touch_from_javascript(&self, now: u64) {
        self.last_use.store(now, Ordering::Relaxed);
        self.touch(now);
    }

    /// Notes that something was written or read.
    pub fn touch(&self, now: u64) {
        self.last_activity.store(now, Ordering::Relaxed);
    }

    /// No message is being received.
    pub fn is_between_messages(&self) -> bool {
        self.message_start.load(Ordering::Acquire) == 0
    }

    /// Bytes received and sent so far.
    pub fn byte_counts(&self) -> (u64, u64) {
        (
            self.bytes_read.load(Ordering::Relaxed),
            self.outgoing().written,
        )
    }

    /// `begin_idle` with the listener's keep-alive timeout.
    pub fn begin_keep_alive(&self) {
        if let Some(listener) = &self.listener {
            let timeout = listener.keep_alive_timeout();
            if timeout > 0 {
                self.begin_idle(timeout);
            }
        }
    }

    /// The queue was drained: reading may go on.
    pub fn resume_waiting(&self) {
        self.driver.wake();
    }
}
