//! The read side of one connection: what becomes of the bytes that arrive.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};

use crate::io::connection::{Connection, flag};
use crate::io::guard::{self, Guard, Load, Reply};
use crate::io::lead::Lead;
use crate::io::port::Attachment;
use crate::io::read_window::ReadWindow;
use crate::io::socket::Socket;
use crate::protocol::{Head, Leniency, Limits, Parser, Role, Verdict};
use crate::ring::debug_log::{Kinds, note};
use crate::ring::layout::{GROUP_END, Kind, NO_CONTENT};
use crate::ring::message_clock::MessageClock;
use crate::ring::queue::Pending;
use crate::ring::record;
use crate::ring::sink::{Attach, Outcome, RecordSink, SinkState, answers_none};
use crate::tls::Opened;

/// What a request counts for beside its bytes: JavaScript makes objects of it, however short it is.
const REQUEST_COST: usize = 512;

/// Bytes that are read behind an answer that ends the connection.
const DISCARDED: usize = 1024 * 1024;

/// Input that makes the I/O thread panic, for the test of what follows.
#[cfg(test)]
pub(crate) const PANIC: &[u8] = b"PANIC";

/// What becomes of arriving bytes.
#[derive(Debug)]
pub(crate) enum Reading {
    /// Nothing is read before JavaScript has seen the connection.
    Deferred,
    Http,
    /// Between an upgrade's head and JavaScript's verdict; holds the bytes that came behind it.
    Verdict(Bytes),
    /// JavaScript has decided, and those bytes are to be parsed.
    Decided(Bytes),
    /// This number of bytes more is read and thrown away: an answer that ends the connection was sent, which
    /// the peer would lose if what it sends met a closed socket.
    Discarded(usize),
    /// TLS is secured, and nothing is parsed before JavaScript has seen that; holds what came with it.
    Secured(BytesMut),
    /// JavaScript has seen that, and those bytes are to be parsed.
    Released(BytesMut),
    /// JavaScript gets the bytes as they are.
    Raw,
    /// The peer has ended its side.
    Ended,
    /// The socket is closed or has another owner.
    Gone,
}

/// Whether more is to be read now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum MayRead {
    Yes,
    /// Not before something changes that is told.
    No,
    /// Not before the queue has been drained.
    AfterDrain,
}

/// How far the input of a connection was parsed, for an owner that goes on.
#[derive(Debug)]
pub struct ParsedInput {
    pub parser: Parser,
    pub sink_state: SinkState,
    pub message_clock: MessageClock,
    /// When the parser was taken, on the scale of that clock.
    pub now: u64,
    /// What came behind a head that asked for an upgrade, to be parsed first if that is declined.
    pub unparsed: Bytes,
}

/// The read side of one connection.
#[derive(Debug)]
pub(crate) struct Input {
    pub socket: Option<Arc<Socket>>,
    pub reading: Reading,
    parser: Parser,
    sink_state: SinkState,
    window: ReadWindow,
    /// TLS has told an end behind a head that waits for a verdict.
    has_unsaid_end: bool,
}

impl Input {
    pub fn new(
        socket: Arc<Socket>,
        parser: Parser,
        sink_state: SinkState,
        reading: Reading,
    ) -> Self {
        Self {
            socket: Some(socket),
            reading,
            parser,
            sink_state,
            window: ReadWindow::default(),
            has_unsaid_end: false,
        }
    }

    /// Takes the state of the parser for another owner. A verdict that was not given yet is given to the new
    /// owner's parser.
    pub fn take_parsed(&mut self, clock: &MessageClock, now: u64) -> ParsedInput {
        let parser = std::mem::replace(
            &mut self.parser,
            Parser::new(Role::Server, Limits::default(), Leniency::default()),
        );
        let unparsed = match std::mem::replace(&mut self.reading, Reading::Gone) {
            Reading::Verdict(rest) | Reading::Decided(rest) => rest,
            _ => Bytes::new(),
        };
        ParsedInput {
            parser,
            sink_state: self.sink_state,
            message_clock: clock.clone(),
            now,
            unparsed,
        }
    }

    /// A message has begun to arrive, and is not complete.
    pub fn in_message(&self) -> bool {
        self.parser.in_message()
    }

    /// What arrives is thrown away.
    pub fn discards(&self) -> bool {
        matches!(self.reading, Reading::Discarded(_))
    }

    /// JavaScript has seen the connection. Returns whether that was waited for.
    pub fn start(&mut self) -> bool {
        match &mut self.reading {
            Reading::Deferred => self.reading = Reading::Http,
            Reading::Secured(bytes) => self.reading = Reading::Released(std::mem::take(bytes)),
            _ => return false,
        }
        true
    }

    /// Whether bytes may be read now, and what is waited for if not.
    pub fn may_read(&self, connection: &Connection) -> MayRead {
        match self.reading {
            Reading::Http | Reading::Raw => {}
            Reading::Discarded(_) => return MayRead::Yes,
            _ => return MayRead::No,
        }
        if connection.has(flag::PAUSED) && !self.is_at_end(connection) {
            return MayRead::No;
        }
        let port = &connection.port;
        if self.window.is_used_up(port) || port.is_full() {
            return MayRead::AfterDrain;
        }
        MayRead::Yes
    }

    /// Whether a server has ended its connection, and nothing is left to read but that. Its client hears of it though
    /// it has paused: an answer that lasts until then is complete, another is cut short.
    fn is_at_end(&self, connection: &Connection) -> bool {
        connection.may_be_at_end()
            && (self.socket.as_ref()).is_some_and(|socket| matches!(socket.available(), Ok(0)))
    }

    /// Opens what TLS carries; `None` if it is not spoken here.
    pub fn open(&self, cipher: &[u8], plain: &mut BytesMut) -> Option<Opened> {
        Some(self.socket.as_ref()?.session()?.open(cipher, plain))
    }

    /// Handles what was read into the buffer of `lead`. Returns false if the connection is to be closed:
    /// bytes came that answer no request, so that nothing of this peer is to be trusted.
    pub fn arrived(&mut self, connection: &Arc<Connection>, lead: &mut Lead) -> bool {
        connection.count_read(lead.buffer.len(), lead.now);
        #[cfg(test)]
        assert!(!lead.buffer.starts_with(PANIC), "a test asked for it");
        if let Reading::Discarded(left) = &mut self.reading {
            *left = left.saturating_sub(lead.buffer.len());
            return *left > 0;
        }
        let is_mirrored = connection.has(flag::MIRRORED);
        if let Reading::Raw = self.reading {
            self.pass_on(connection, lead);
            return true;
        }
        if connection.listener.is_some() {
            self.parse(connection, lead, is_mirrored);
            return true;
        }
        if !self.is_answer(connection) {
            connection.raise(flag::UNASKED);
            if is_mirrored {
                self.pass_on(connection, lead);
            }
            return false;
        }
        self.parse(connection, lead, is_mirrored);
        // An unasked response has begun behind the one that was asked for: the next answer must not be
        // read as its rest.
        !self.parser.in_unasked_message()
    }

    /// Posts the buffer of `lead` as it is.
    fn pass_on(&mut self, connection: &Connection, lead: &mut Lead) {
        connection.tell_bytes(Kind::Raw, &lead.buffer);
        self.window.count(&connection.port, lead.buffer.len());
    }

    /// Whether what arrives at a client belongs to the answer to a request.
    fn is_answer(&mut self, connection: &Connection) -> bool {
        if self.parser.in_message() || self.parser.expects_response() {
            return true;
        }
        let Some(request) = connection.request.take() else {
            return false;
        };
        if let Some(reader) = connection.request.take_reader() {
            (self.parser, self.sink_state) = reader.begin(Role::Client);
        }
        self.parser.expect_response(request);
        true
    }

    /// Feeds the parser the buffer of `lead` and posts the records of it. Large content travels beside
    /// them, in the memory it was read into. A mirror of the buffer stands before all that was parsed of
    /// it: it ends the group if that is nothing, and else is told when the group ends.
    fn parse(&mut self, connection: &Arc<Connection>, lead: &mut Lead, is_mirrored: bool) {
        while let Some(reply) = self.parse_to_reply(connection, lead, is_mirrored) {
            guard::send(connection, &reply, lead);
            if !reply.persists {
                self.reading = Reading::Discarded(DISCARDED);
                return;
            }
            self.parser.resume(Verdict::Content);
        }
    }

    /// As `parse`, up to a request that the guard answers: returns its answer, and leaves the bytes behind it.
    fn parse_to_reply(
        &mut self,
        connection: &Arc<Connection>,
        lead: &mut Lead,
        is_mirrored: bool,
    ) -> Option<Reply> {
        let guard = guard::of(connection).filter(|_| !is_mirrored);
        if let Some(listener) = &connection.listener {
            self.sink_state.rules.requires_host = listener.requires_host();
        }
        let (buffer, now) = (&mut lead.buffer, lead.now);
        let (posted, answered) = connection.post(|p| {
            let (before, requests) = (p.size(), p.requests);
            let guard = guard.zip(guard.map(|_| connection.port.load(p.requests)));
            let mirror = p.records.len();
            if is_mirrored {
                record::bytes(&mut p.records, Kind::Raw, 0, connection.id, buffer);
            }
            let first = p.records.len();
            let answered = self.parse_into(p, connection, now, buffer, guard);
            if is_mirrored && p.records.len() == first {
                record::end_group(&mut p.records, mirror);
            }
            let posted = p.size() - before + (p.requests - requests) * REQUEST_COST;
            (posted, answered)
        });
        self.window.count(&connection.port, posted);
        if answered.is_none() {
            self.check();
        }
        answered
    }

    /// Feeds the parser `buffer`, and leaves in it what is behind a request that is answered here.
    fn parse_into(
        &mut self,
        p: &mut Pending<Attachment>,
        connection: &Connection,
        now: u64,
        buffer: &mut BytesMut,
        guard: Option<(&Guard, Load)>,
    ) -> Option<Reply> {
        let (mut told, mut has_content, mut reply) = (0, false, None);
        let answers = |head: &Head<'_>, flags: u32| {
            connection.request_begins();
            has_content |= flags & NO_CONTENT == 0;
            reply =
                guard.and_then(|(guard, load)| guard::answer(connection, guard, load, head, flags));
            told += usize::from(reply.is_none());
            reply.is_some()
        };
        let (id, first, times) = (connection.id, p.records.len(), connection.times(now));
        let state = &mut self.sink_state;
        let mut sink = RecordSink::new(&mut p.records, id, state, times, answers);
        sink.attach = Attach::Large;
        // Malformed input kills the parser, not the reading: if the connection is kept open, what follows is
        // refused, too, and JavaScript is told.
        let outcome = sink.parse(&mut self.parser, buffer);
        let attached = sink.attached;
        if let Outcome::Paused(consumed) = outcome {
            self.reading = Reading::Verdict(Bytes::copy_from_slice(&buffer[consumed..]));
        }
        if connection.listener.is_some() {
            p.requests += told;
        }
        if has_content {
            self.window.restrain(&connection.port);
        }
        let length = buffer.len();
        note!("{id} parsed {length} bytes: {}", Kinds(&p.records[first..]));
        let behind = match outcome {
            Outcome::Answered(consumed) => consumed,
            _ => length,
        };
        if !attached.is_empty() {
            attach(p, buffer, attached, behind);
        } else if reply.is_some() {
            buffer.advance(behind);
        }
        reply
    }

    /// Bytes of content that follow before anything else.
    pub fn content_ahead(&self) -> u64 {
        match self.reading {
            Reading::Http => self.parser.content_ahead(),
            _ => 0,
        }
    }

    /// Posts content that was read into memory with this token, `length` bytes.
    pub fn content_arrived(
        &mut self,
        connection: &Connection,
        token: usize,
        length: usize,
        lead: &mut Lead,
    ) {
        connection.count_read(length, lead.now);
        let times = connection.times(lead.now);
        let posted = connection.post(|p| {
            let before = p.size();
            let state = &mut self.sink_state;
            let mut sink =
                RecordSink::new(&mut p.records, connection.id, state, times, answers_none);
            sink.pass_content(&mut self.parser, length);
            p.attached_size += length;
            p.attachments.push(Attachment::Direct(token));
            p.size() - before
        });
        self.window.count(&connection.port, posted);
        self.check();
    }

    /// JavaScript has decided how to go on behind a head that asked for an upgrade. Returns whether that
    /// was waited for.
    pub fn decide(&mut self, verdict: Verdict) -> bool {
        let Reading::Verdict(rest) = &mut self.reading else {
            return false;
        };
        self.reading = Reading::Decided(std::mem::take(rest));
        self.parser.resume(verdict);
        true
    }

    /// Goes on with what came behind the head for which there was a decision.
    pub fn go_on_decided(&mut self, connection: &Arc<Connection>, lead: &mut Lead) {
        if let Reading::Decided(rest) = &self.reading {
            lead.buffer.clear();
            lead.buffer.extend_from_slice(rest);
            self.reading = Reading::Http;
            self.parse(connection, lead, false);
        }
        if std::mem::take(&mut self.has_unsaid_end) {
            self.ended(connection, lead);
        }
    }

    /// The peer has ended its side. Behind a head that waits for a verdict that is told when there is one.
    pub fn ended(&mut self, connection: &Connection, lead: &mut Lead) {
        if let Reading::Verdict(_) = self.reading {
            self.has_unsaid_end = true;
            return;
        }
        let reading = std::mem::replace(&mut self.reading, Reading::Ended);
        let is_http = matches!(reading, Reading::Http);
        let (id, times) = (connection.id, connection.times(lead.now));
        let (state, parser) = (&mut self.sink_state, &mut self.parser);
        connection.post(|p| {
            if is_http && connection.listener.is_none() {
                // The end comes first: a response that lasts until then is complete by it.
                let start = p.records.len();
                record::plain(&mut p.records, Kind::End, 0, id);
                let mut sink = RecordSink::new(&mut p.records, id, state, times, answers_none);
                if !sink.finish_quietly(parser) {
                    record::end_group(&mut p.records, start);
                }
                return;
            }
            if is_http {
                RecordSink::new(&mut p.records, id, state, times, answers_none).finish(parser);
            }
            record::plain(&mut p.records, Kind::End, GROUP_END, id);
        });
        self.check();
    }

    /// What holds between two transitions, looked at in debug builds.
    fn check(&self) {
        debug_assert!(
            self.socket.is_some() || matches!(self.reading, Reading::Gone),
            "nothing is read without a socket"
        );
        let waits = matches!(self.reading, Reading::Verdict(_));
        debug_assert!(
            !waits || !self.parser.takes_input(),
            "the parser waits for the verdict that is waited for"
        );
        debug_assert!(
            !matches!(self.reading, Reading::Http) || self.parser.takes_input(),
            "what is read can be parsed"
        );
    }
}

/// Lets the content in these ranges of `buffer` travel beside the records, in the memory that it is in. What is
/// `behind` stays in the buffer.
fn attach(
    p: &mut Pending<Attachment>,
    buffer: &mut BytesMut,
    ranges: Vec<Range<usize>>,
    behind: usize,
) {
    p.attached_size += buffer.capacity();
    let chunk = buffer.split().freeze();
    buffer.extend_from_slice(&chunk[behind..]);
    let content = ranges.into_iter().map(|range| chunk.slice(range));
    p.attachments.extend(content.map(Attachment::Content));
}
