//! What the leading thread does with a connection on which TLS is spoken.

use std::sync::{Arc, MutexGuard};

use crate::io::connection::{Connection, flag};
use crate::io::input::{Input, Reading};
use crate::io::lead::Lead;
use crate::ring::debug_log::note;
use crate::ring::layout::{GROUP_END, Kind, READ_DEFERRED};
use crate::ring::record;
use crate::tls::{Agreement, End, Failure, Opened, Peer, Session};

impl Connection {
    /// Goes on with what TLS has made of the bytes that were read.
    pub(super) fn go_on_opened(
        self: &Arc<Self>,
        mut input: MutexGuard<'_, Input>,
        opened: Opened,
        lead: &mut Lead,
    ) {
        if opened.secured {
            self.secured(lead);
            if self.lower(flag::DEFERRED_ONCE_SECURED) {
                input.reading = Reading::Secured(lead.plain.split());
                drop(input);
                // What TLS has told besides, it tells again when it is asked.
                self.send_waiting(lead);
                return;
            }
        }
        let in_handshake = self.has(flag::HANDSHAKE);
        if in_handshake {
            lead.handshakes = lead.handshakes.saturating_sub(1);
        }
        std::mem::swap(&mut lead.buffer, &mut lead.plain);
        let goes_on = lead.buffer.is_empty() || input.arrived(self, lead);
        std::mem::swap(&mut lead.buffer, &mut lead.plain);
        lead.plain.clear();
        // An end amid the handshake is one of the connection.
        let is_over = match &opened.end {
            Some(end) => input.discards() || (in_handshake && matches!(end, End::Closed)),
            None => false,
        };
        if is_over || !goes_on {
            drop(input);
            self.send_waiting(lead);
            self.close(None, &lead.hub);
            return;
        }
        let end = opened.end;
        let failure = end.and_then(|end| self.end_input(end, &mut input, lead));
        drop(input);
        self.send_waiting(lead);
        // Its alert has left: JavaScript closes the connection.
        if let Some(Failure { alert, reason }) = failure {
            note!("{} fails: {reason}", self.id);
            let text = format!("{} {reason}", alert.unwrap_or(0));
            self.tell_bytes(Kind::Failed, text.as_bytes());
        }
    }

    /// Nothing more of the peer can be read. Returns what has failed, if something has.
    fn end_input(&self, end: End, input: &mut Input, lead: &mut Lead) -> Option<Failure> {
        match end {
            End::Closed => {
                note!("{} was told that no more will come", self.id);
                // Readable it stays: a look at what follows ends a connection whose write has failed.
                input.ended(self, lead);
            }
            End::Foreign(hello) => {
                note!("{} speaks nothing that is spoken here", self.id);
                input.reading = Reading::Deferred;
                self.tell_bytes(Kind::Foreign, &hello);
            }
            End::Failed(failure) => {
                input.reading = Reading::Ended;
                return Some(failure);
            }
        }
        None
    }

    /// JavaScript has seen that the connection is secured: parses what came with it.
    pub(super) fn go_on_released(
        self: &Arc<Self>,
        mut input: MutexGuard<'_, Input>,
        lead: &mut Lead,
    ) {
        if let Reading::Released(bytes) = std::mem::replace(&mut input.reading, Reading::Http) {
            lead.plain.clear();
            lead.plain.extend_from_slice(&bytes);
        }
        let opened = input.open(&[], &mut lead.plain);
        self.go_on_opened(input, opened.unwrap_or_default(), lead);
    }

    /// The handshake is over: the connection begins, as one without TLS does when it is accepted.
    fn secured(&self, lead: &mut Lead) {
        note!("{} is secured", self.id);
        self.lower(flag::HANDSHAKE);
        self.message_clock.begin(lead.now);
        if let Some(listener) = &self.listener {
            self.set_timeout(listener.timeout(), lead.now);
        }
        let is_held = self.has(flag::DEFERRED_ONCE_SECURED);
        let held = if is_held { READ_DEFERRED } else { 0 };
        self.post(|p| record::plain(&mut p.records, Kind::Secured, GROUP_END | held, self.id));
    }

    // ---- what JavaScript asks ----

    /// A client speaks first. What came with the end of the handshake waits until JavaScript knows the peer.
    pub(super) fn begin_handshake(&self) {
        self.raise(flag::DEFERRED_ONCE_SECURED);
        // What the kernel does not take leaves with its first report.
        self.outgoing().flush(None);
    }

    /// JavaScript knows the peer, and wants to speak with it: what waits may leave.
    pub(super) fn release_session(self: &Arc<Self>) {
        let outgoing = self.outgoing();
        if let Some(mut session) = outgoing.socket().and_then(|socket| socket.session()) {
            session.release();
        }
        let waits = outgoing.pending() > 0;
        drop(outgoing);
        if waits {
            self.send_soon();
        }
    }

    /// A client's peer, once the handshake is over.
    pub fn peer_identity(&self) -> Option<Peer> {
        self.with_session(|session| session.peer().cloned())
            .flatten()
    }

    /// TLS was begun on the socket: only this session can go on with it.
    pub(super) fn is_bound_to_tls(&self) -> bool {
        self.with_session(|session| session.has_begun())
            .unwrap_or(false)
    }

    pub fn agreement(&self) -> Option<Agreement> {
        self.with_session(|session| session.agreement()).flatten()
    }

    /// Runs `f` with the TLS of the connection, if there is one.
    pub fn with_session<R>(&self, f: impl FnOnce(&Session) -> R) -> Option<R> {
        let outgoing = self.outgoing();
        let session = outgoing.socket()?.session()?;
        Some(f(&session))
    }

    /// From now on JavaScript gets the bytes as they are; what was read and not parsed it has already.
    pub fn read_raw(self: &Arc<Self>) {
        let mut input = self.input();
        match input.reading {
            Reading::Http | Reading::Verdict(_) => {
                input.reading = Reading::Raw;
            }
            _ => return,
        }
        drop(input);
        self.message_clock.complete();
        self.set.read_soon(self.clone());
    }
}
