//! The one loop that reads, feeds the parser and finishes writes: the life of one connection.
//!
//! A driver is a future on an I/O thread. It is woken by the socket, by its timer, or by a command
//! of the JavaScript thread, and then looks at everything anew: nothing depends on who woke it.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::os::fd::AsRawFd;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use crate::io::chunks::Chunk;
use crate::io::connection::{Connection, command};
use crate::io::error::errno;
use crate::io::expected::Reader;
use crate::io::hub::{Extra, Hub};
use crate::io::idle_timer::IdleTimer;
use crate::io::listener::Listener;
use crate::io::outgoing::Sent;
use crate::io::sink::MessageClock;
use crate::io::stream::Stream;
use crate::protocol::{Parser, Role, Verdict};
use crate::ring::layout::{GROUP_END, Kind};
use crate::ring::record;
use crate::ring::sink::{Outcome, RecordSink};

/// Bytes one connection may post between two drains of the queue.
const READ_WINDOW: usize = 256 * 1024;
/// Reads in one turn, so that a busy connection leaves room for the others.
const READS_PER_TURN: usize = 8;

thread_local! {
    /// Shared by the connections of a thread: an idle connection holds no buffer.
    static READ_BUFFER: RefCell<Chunk> = RefCell::default();
}

/// Which system call ended a connection.
#[derive(Clone, Copy)]
enum Call {
    Read = 0,
    Write = 1,
}

/// What becomes of arriving bytes.
enum Reading {
    /// Not yet decided by JavaScript.
    Held,
    Http,
    /// Between an upgrade's head and JavaScript's verdict; holds the bytes that came behind it.
    Verdict(Vec<u8>),
    /// The peer has ended its side.
    Ended,
}

pub(crate) struct Driver {
    hub: Arc<Hub>,
    /// None if the connection is a client's.
    listener: Option<Arc<Listener>>,
    connection: Arc<Connection>,
    stream: Stream,
    parser: Parser,
    reading: Reading,
    bare: bool,
    flushing: bool,
    timer: IdleTimer,
    window_epoch: u64,
    window_used: usize,
    waiting: bool,
    /// Bytes came that answer no request: nothing of this peer is to be trusted.
    unsolicited: bool,
    done: bool,
    /// The hub's clock at the beginning of this turn.
    now: u64,
}

impl Driver {
    /// Gives the stream an id. `None` when there are none left: the stream is closed then.
    pub fn open(
        hub: &Arc<Hub>,
        listener: &Arc<Listener>,
        stream: Stream,
        thread: usize,
    ) -> Option<Self> {
        let connection = hub.open(stream.as_raw_fd(), Some(listener.clone()), thread)?;
        let options = listener.options().clone();
        connection.set_initial_timeout(options.timeout);
        let parser = Parser::new(Role::Server, options.limits, options.leniency);
        let mut driver = Self::new(hub, Some(listener.clone()), connection, stream, parser);
        if options.hold {
            driver.reading = Reading::Held;
        }
        Some(driver)
    }

    /// The driver of a client's connection.
    pub fn dialed(
        hub: &Arc<Hub>,
        connection: Arc<Connection>,
        stream: Stream,
        reader: &Reader,
    ) -> Self {
        let parser = Parser::new(Role::Client, reader.limits, reader.leniency);
        Self::new(hub, None, connection, stream, parser)
    }

    fn new(
        hub: &Arc<Hub>,
        listener: Option<Arc<Listener>>,
        connection: Arc<Connection>,
        stream: Stream,
        parser: Parser,
    ) -> Self {
        Self {
            hub: hub.clone(),
            listener,
            connection,
            stream,
            parser,
            reading: Reading::Http,
            bare: false,
            flushing: false,
            timer: IdleTimer::default(),
            window_epoch: 0,
            window_used: 0,
            waiting: false,
            unsolicited: false,
            done: false,
            now: 0,
        }
    }

    /// Nothing is read before JavaScript says so.
    pub fn is_held(&self) -> bool {
        matches!(self.reading, Reading::Held)
    }

    pub fn connection(&self) -> &Arc<Connection> {
        &self.connection
    }

    /// Obeys the JavaScript thread. `Ready` means that the connection is to be closed.
    fn obey(&mut self, commands: u32) -> Poll<()> {
        if commands & command::RESET != 0 {
            let linger = Some(Duration::ZERO);
            // Fails only on a socket that is gone already.
            let _ = socket2::SockRef::from(&self.stream).set_linger(linger);
        }
        if commands & command::DESTROY != 0 {
            return Poll::Ready(());
        }
        if commands & command::SPEAK != 0 && matches!(self.reading, Reading::Held) {
            self.reading = Reading::Http;
        }
        if commands & command::FLUSH != 0 {
            self.flushing = true;
        }
        if commands & command::TIMER != 0 {
            self.timer.reset();
        }
        if commands & command::DECLINE_UPGRADE != 0 {
            self.upgrade_declined();
        }
        Poll::Pending
    }

    fn upgrade_declined(&mut self) {
        let Reading::Verdict(_) = self.reading else {
            return;
        };
        if let Reading::Verdict(rest) = std::mem::replace(&mut self.reading, Reading::Http) {
            self.parser.resume(Verdict::Content);
            let mut chunk = Chunk::Own(rest);
            self.parse(&mut chunk);
            self.hub.chunks.put(chunk);
        }
    }

    /// Sends what waits. `Ready` means that the connection is to be closed.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Option<(i32, Call)>> {
        let mut written = Vec::new();
        let sent = loop {
            let sent =
                self.stream
                    .try_write_io(|| match self.connection.outgoing().flush(&mut written) {
                        Sent::Pending(_) => Err(io::ErrorKind::WouldBlock.into()),
                        sent => Ok(sent),
                    });
            match sent {
                Ok(sent) => break Poll::Ready(sent),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    match self.stream.poll_write_ready(cx) {
                        Poll::Ready(Ok(())) => {}
                        Poll::Ready(Err(error)) => break Poll::Ready(Sent::Failed(errno(&error))),
                        Poll::Pending => break Poll::Pending,
                    }
                }
                Err(error) => break Poll::Ready(Sent::Failed(errno(&error))),
            }
        };
        if !written.is_empty() {
            self.connection.touch(self.now);
            self.hub
                .post(|p| p.extras.extend(written.into_iter().map(Extra::Written)));
        }
        match ready!(sent) {
            Sent::All => self.emptied(),
            Sent::Pending(_) => Poll::Pending,
            Sent::Failed(errno) => Poll::Ready(Some((errno, Call::Write))),
            Sent::Closed => Poll::Ready(None),
        }
    }

    /// All output is in the kernel.
    fn emptied(&mut self) -> Poll<Option<(i32, Call)>> {
        self.connection.touch(self.now);
        let id = self.connection.id;
        let mut outgoing = self.connection.outgoing();
        if outgoing.pending() > 0 {
            // More was queued meanwhile, and with it another command to flush.
            return Poll::Pending;
        }
        self.flushing = false;
        if outgoing.close_when_empty {
            return Poll::Ready(None);
        }
        let shut_down = std::mem::take(&mut outgoing.shutdown_when_empty);
        drop(outgoing);
        if shut_down {
            // Fails only when the peer is gone, which reading tells.
            let _ = socket2::SockRef::from(&self.stream).shutdown(std::net::Shutdown::Write);
        }
        let kind = if shut_down {
            Kind::Shutdown
        } else {
            Kind::Drain
        };
        self.hub
            .post(|p| record::plain(&mut p.records, kind, GROUP_END, id, &[]));
        Poll::Pending
    }

    fn may_read(&mut self, commands: u32) -> bool {
        match self.reading {
            Reading::Held | Reading::Verdict(_) | Reading::Ended => return false,
            Reading::Http => {}
        }
        if commands & command::PAUSED != 0 {
            return false;
        }
        if self.waiting {
            if self.hub.queue.epoch() == self.window_epoch {
                return false;
            }
            self.waiting = false;
        }
        true
    }

    /// Reads until the socket is empty or the turn is over. `Ready` means: to be closed.
    fn poll_read(&mut self, cx: &mut Context<'_>, commands: u32) -> Poll<Option<(i32, Call)>> {
        for _ in 0..READS_PER_TURN {
            if !self.may_read(commands) {
                return Poll::Pending;
            }
            let read = READ_BUFFER.with_borrow_mut(|buffer| {
                ready!(self.stream.poll_read(cx, buffer))?;
                let read = buffer.bytes().len();
                self.arrived(buffer, commands);
                Poll::Ready(io::Result::Ok(read))
            });
            match ready!(read) {
                Ok(0) => {
                    self.ended();
                    return Poll::Pending;
                }
                Ok(_) if self.unsolicited => return Poll::Ready(None),
                Ok(_) => {}
                Err(error) => return Poll::Ready(Some((errno(&error), Call::Read))),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Handles the bytes of `buffer`, which is replaced if it is given away.
    fn arrived(&mut self, buffer: &mut Chunk, commands: u32) {
        let bytes = buffer.bytes();
        if bytes.is_empty() {
            return;
        }
        self.connection.touch(self.now);
        self.connection
            .bytes_read
            .fetch_add(bytes.len() as u64, Ordering::Relaxed);
        if commands & command::TAP != 0 {
            self.post_raw(bytes);
        }
        if let Reading::Http = self.reading {
            if self.listener.is_none() && !self.is_answer() {
                self.unsolicited = true;
                return;
            }
            self.parse(buffer);
            // The front of a response that nobody asked for, behind one that somebody did: the next
            // answer must not be read as its rest.
            self.unsolicited = self.listener.is_none() && self.parser.in_unasked_message();
        }
    }

    /// Whether what arrives at a client belongs to the answer to a request.
    fn is_answer(&mut self) -> bool {
        if self.parser.in_message() || self.parser.expects_response() {
            return true;
        }
        let Some(request) = self.connection.expected.take() else {
            return false;
        };
        if let Some(reader) = self.connection.expected.take_reader() {
            self.parser = Parser::new(Role::Client, reader.limits, reader.leniency);
        }
        self.parser.expect_response(request);
        true
    }

    /// For whoever listens on the socket beside the parser.
    fn post_raw(&mut self, bytes: &[u8]) {
        let id = self.connection.id;
        self.hub
            .post(|p| record::bytes(&mut p.records, Kind::Raw, 0, id, bytes));
        self.posted(bytes.len());
    }

    /// Counts against the window; stops reading until the next drain when it is used up.
    fn posted(&mut self, bytes: usize) {
        let epoch = self.hub.queue.epoch();
        if epoch != self.window_epoch {
            self.window_epoch = epoch;
            self.window_used = 0;
        }
        self.window_used += bytes;
        if (self.window_used > READ_WINDOW || self.hub.is_full()) && !self.waiting {
            self.waiting = true;
            let waiter = self.connection.clone();
            self.hub.post(|p| p.extras.push(Extra::Waiting(waiter)));
        }
    }

    /// Feeds the parser the bytes of `buffer` and posts the records of them. With much content in it
    /// the buffer travels beside the records, and another one takes its place.
    fn parse(&mut self, buffer: &mut Chunk) {
        let hub = self.hub.clone();
        let size = hub.post(|p| {
            let before = p.records.len();
            let clock = MessageClock {
                connection: &self.connection,
                now: self.now,
                timeout: self.listener.as_ref().map_or(0, |l| l.timeout()),
            };
            let id = self.connection.id;
            let bytes = buffer.bytes();
            let mut sink = RecordSink::new(&mut p.records, id, &mut self.bare, clock);
            sink.may_share(bytes);
            if let Outcome::Paused(consumed) = sink.parse(&mut self.parser, bytes) {
                self.reading = Reading::Verdict(bytes[consumed..].to_vec());
            }
            // Malformed input kills the parser, not the reading: what follows is refused, too, and
            // told to whoever keeps the connection open.
            let shares = sink.shares;
            let size = p.records.len() - before;
            if !shares {
                return size;
            }
            let chunk = std::mem::replace(buffer, self.hub.chunks.take());
            let content = chunk.bytes().len();
            p.content += content;
            p.extras.push(Extra::Chunk(chunk));
            size + content
        });
        if size > 0 {
            self.posted(size);
        }
    }

    /// The peer has ended its side.
    fn ended(&mut self) {
        let reading = std::mem::replace(&mut self.reading, Reading::Ended);
        let id = self.connection.id;
        self.hub.post(|p| {
            if let Reading::Http = reading {
                let mut sink = RecordSink::new(&mut p.records, id, &mut self.bare, ());
                if self.listener.is_some() {
                    sink.finish(&mut self.parser);
                } else {
                    sink.finish_quietly(&mut self.parser);
                }
            }
            record::plain(&mut p.records, Kind::End, GROUP_END, id, &[]);
        });
    }

    /// Tells of a timeout without traffic.
    fn poll_timer(&mut self, cx: &mut Context<'_>) {
        let listener = &self.listener;
        let keep_alive = || listener.as_ref().map_or(0, |l| l.keep_alive_timeout());
        if self.timer.poll(cx, &self.connection, self.now, keep_alive) {
            let id = self.connection.id;
            self.hub
                .post(|p| record::plain(&mut p.records, Kind::Timeout, GROUP_END, id, &[]));
        }
    }

    /// Closes the socket and tells JavaScript.
    fn close(&mut self, error: Option<(i32, Call)>) {
        self.done = true;
        let mut released = Vec::new();
        self.connection.outgoing().close(&mut released);
        let (read, written) = self.connection.byte_counts();
        let halves = |count: u64| [count as u32, (count >> 32) as u32];
        let ([read_low, read_high], [written_low, written_high]) = (halves(read), halves(written));
        self.hub.closed(self.connection.id);
        self.connection.uncount();
        let (errno, call) = error.map_or((0, 0), |(errno, call)| (errno as u32, call as u32));
        let id = self.connection.id;
        self.hub.post(|p| {
            p.extras.extend(released.into_iter().map(Extra::Written));
            let words = [errno, call, read_low, read_high, written_low, written_high];
            record::plain(&mut p.records, Kind::Close, GROUP_END, id, &words);
        });
    }
}

impl Future for Driver {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        this.now = this.hub.now();
        this.connection.register(cx.waker());
        let commands = this.connection.take_commands();
        let error = 'open: {
            if this.obey(commands).is_ready() {
                break 'open None;
            }
            if this.flushing
                && let Poll::Ready(error) = this.poll_flush(cx)
            {
                break 'open error;
            }
            if let Poll::Ready(error) = this.poll_read(cx, commands) {
                break 'open error;
            }
            this.poll_timer(cx);
            return Poll::Pending;
        };
        this.close(error);
        Poll::Ready(())
    }
}

impl Drop for Driver {
    /// The runtime is going away: whoever sends must not use the descriptor any more.
    fn drop(&mut self) {
        if !self.done {
            self.connection.outgoing().close(&mut Vec::new());
        }
    }
}
