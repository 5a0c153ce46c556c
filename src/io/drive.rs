//! What the leading thread does with a connection: reads what has arrived, sends what waits, looks at
//! its times.

use std::io;
use std::sync::{Arc, MutexGuard};

use crate::io::connection::{Connection, flag};
use crate::io::content_memory::Read;
use crate::io::error::errno;
use crate::io::input::{Input, MayRead, Reading};
use crate::io::lead::Lead;
use crate::io::outgoing::{After, Sent};
use crate::io::set::Soon;
use crate::ring::debug_log::note;
use crate::ring::layout::{self, GROUP_END, Kind};
use crate::ring::record;

/// Reads in one turn, so that a busy connection leaves room for the others.
const READS_PER_TURN: usize = 8;

impl Connection {
    /// The system reports that the socket can be read or written.
    pub(crate) fn on_event(self: &Arc<Self>, event: &mio::event::Event, lead: &mut Lead) {
        // What the peer sent before it broke off is read before a write finds that out.
        let is_over = event.is_read_closed() || event.is_error();
        if !is_over && event.is_writable() {
            self.send_waiting(lead);
        }
        if event.is_readable() || event.is_error() {
            let closed = if is_over { flag::READ_CLOSED } else { 0 };
            self.raise(flag::READABLE | closed);
            self.read(lead);
        }
        if is_over && (event.is_writable() || event.is_error()) {
            self.send_waiting(lead);
        }
    }

    /// A client's server sends no more than it has sent.
    pub(super) fn may_be_at_end(&self) -> bool {
        self.listener.is_none() && self.has(flag::READ_CLOSED)
    }

    /// Reads until the socket is empty, or the turn is over.
    pub(crate) fn read(self: &Arc<Self>, lead: &mut Lead) {
        for _ in 0..READS_PER_TURN {
            if !self.read_once(lead) {
                return;
            }
        }
        lead.go_on_soon(Soon::Read(self.clone()));
    }

    /// Reads once, if it may. Returns whether more may be there.
    fn read_once(self: &Arc<Self>, lead: &mut Lead) -> bool {
        let mut input = self.input();
        input.go_on_decided(self, lead);
        if let Reading::Released(_) = input.reading {
            self.go_on_released(input, lead);
            return true;
        }
        if !self.has(flag::READABLE) {
            // A write may have failed while the end was read.
            drop(input);
            self.end_failed(lead);
            return false;
        }
        if lead.handshakes == 0 && self.has(flag::HANDSHAKE) {
            // Its next step has to wait for the next turn.
            lead.go_on_soon(Soon::Read(self.clone()));
            return false;
        }
        match input.may_read(self) {
            MayRead::Yes => return self.read_now(input, lead),
            MayRead::No => {
                drop(input);
                self.end_failed(lead);
            }
            MayRead::AfterDrain => {
                note!("{} waits for JavaScript to drain the queue", self.id);
                lead.go_on_drained(Soon::Read(self.clone()));
            }
        }
        false
    }

    /// Reads once. Returns whether more may be there.
    fn read_now(self: &Arc<Self>, mut input: MutexGuard<'_, Input>, lead: &mut Lead) -> bool {
        let Some(socket) = &input.socket else {
            return false;
        };
        let failure = match self.read_from(socket, &input, lead) {
            Ok(Read::Content { token, length }) => {
                note!("{} read {length} bytes of content", self.id);
                lead.received += length;
                input.content_arrived(self, token, length, lead);
                return self.has(flag::READABLE);
            }
            Ok(Read::Buffer(0)) => {
                self.read_end(input, lead);
                return false;
            }
            Ok(Read::Buffer(length)) => {
                note!("{} read {length} bytes", self.id);
                lead.received += length;
                if let Some(opened) = input.open(&lead.buffer, &mut lead.plain) {
                    self.go_on_opened(input, opened, lead);
                    return self.has(flag::READABLE);
                }
                if input.arrived(self, lead) {
                    return self.has(flag::READABLE);
                }
                None
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.lower(flag::READABLE);
                drop(input);
                self.end_failed(lead);
                return false;
            }
            Err(error) => Some((errno(&error), layout::CALL_READ)),
        };
        drop(input);
        self.close(failure, &lead.hub);
        false
    }

    fn read_end(self: &Arc<Self>, mut input: MutexGuard<'_, Input>, lead: &mut Lead) {
        if self.has(flag::WRITE_FAILED) {
            // That is no end that the peer has chosen.
            drop(input);
            self.end_failed(lead);
        } else if input.discards() || self.has(flag::HANDSHAKE) {
            // Without an end that TLS has told, a handshake is broken off.
            drop(input);
            self.close(None, &lead.hub);
        } else {
            note!("{} read the end of its input", self.id);
            self.lower(flag::READABLE);
            input.ended(self, lead);
        }
    }

    /// Sends what waits; what the kernel does not take waits for its next report.
    pub(crate) fn send_waiting(self: &Arc<Self>, lead: &mut Lead) {
        let mut outgoing = self.outgoing();
        if !outgoing.has_output() || outgoing.failure().is_some() {
            return;
        }
        let reported = outgoing.is_reported();
        let sent = outgoing.flush(None);
        note!("{} sent what waited: {sent:?}", self.id);
        match sent {
            Sent::All => {
                let after = outgoing.take_after();
                drop(outgoing);
                // JavaScript has been told that the end of the writing side will be reported.
                let reported = reported || after == After::HalfClose;
                self.flushed(after, reported, &lead.hub);
            }
            Sent::Starved => {
                if outgoing.ask() {
                    drop(outgoing);
                    self.tell(Kind::Starved);
                }
            }
            Sent::Failed(_) => {
                drop(outgoing);
                self.write_failed();
                self.read(lead);
            }
            Sent::Pending(_) | Sent::Closed => {}
        }
    }

    /// Looks at the times of the connection, as was asked for `due`.
    pub(crate) fn on_deadline(self: &Arc<Self>, due: u64, lead: &mut Lead) {
        let Some(look) = self
            .idle_clock
            .look(due, lead.now, self.keep_alive_timeout())
        else {
            return;
        };
        if look.is_near {
            note!("{} has been without traffic: its timeout is near", self.id);
            self.tell(Kind::Timeout);
        }
        self.look_at(look.next);
    }

    pub(crate) fn tell(&self, kind: Kind) {
        self.post(|p| record::plain(&mut p.records, kind, GROUP_END, self.id));
    }

    pub(crate) fn tell_bytes(&self, kind: Kind, bytes: &[u8]) {
        self.post(|p| record::bytes(&mut p.records, kind, GROUP_END, self.id, bytes));
    }

    /// A write has failed. What the peer had sent before is read first, though the system may not have reported it
    /// yet.
    fn write_failed(&self) {
        self.raise(flag::WRITE_FAILED | flag::READABLE | flag::READ_CLOSED);
    }

    /// The same for a write from the JavaScript thread: the I/O side reads on, and ends the connection;
    /// at once, if the fault was not the peer's, which may be sending for ever.
    pub fn end_behind_input(self: &Arc<Self>, errno: i32) {
        if errno == libc::EFAULT {
            self.raise(flag::PAUSED);
        }
        self.write_failed();
        self.set.read_soon(self.clone());
    }

    /// Nothing more is to be read: ends a connection whose write failed.
    fn end_failed(&self, lead: &mut Lead) {
        if self.has(flag::WRITE_FAILED) {
            let errno = self.outgoing().failure();
            self.close(errno.map(|errno| (errno, layout::CALL_WRITE)), &lead.hub);
        }
    }
}
