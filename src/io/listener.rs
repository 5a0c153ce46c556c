//! Listening sockets: accepting, the limit on connections, recovery from a lack of descriptors.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use mio::event::Source;
use mio::net::{TcpListener, UnixListener};
use socket2::Domain;

use crate::io::connection::{Connection, Opening, flag};
use crate::io::deadlines::{Due, Task};
use crate::io::guard::{Guard, PROBE};
use crate::io::hub::Hub;
use crate::io::input::Reading;
use crate::io::lead::Lead;
use crate::io::options::Options;
use crate::io::port::{Attachment, Ends, Port};
use crate::io::set::{Set, Soon};
use crate::io::socket::Socket;
use crate::protocol::Role;
use crate::ring::ConnId;
use crate::ring::debug_log::note;
use crate::ring::layout::{GROUP_END, Kind, READ_DEFERRED};
use crate::ring::panic::relock;
use crate::ring::record;
use crate::tls::{Contexts, Session};

/// Milliseconds that accepting rests after the process ran out of descriptors or memory.
const BACK_OFF: u64 = 50;
/// Connections accepted in one turn, so that the others get their turn.
const ACCEPTS_PER_TURN: usize = 64;

/// Who speaks TLS on the connections of a listener.
#[derive(Clone, Debug, Default)]
pub enum Security {
    #[default]
    Nobody,
    /// This side.
    Here(Arc<Contexts>),
    /// Node, which gets them unread.
    Node,
}

/// A connection, and the flags of the record `Open` that tells of it.
type Begun = (Arc<Connection>, u32);

/// One listening socket, or the group of connections adopted under its id.
#[derive(Debug)]
pub struct Listener {
    pub id: u32,
    pub(crate) port: Arc<Port>,
    set: Arc<Set>,
    options: Mutex<Options>,
    security: Mutex<Security>,
    /// Options that are looked at with each request.
    timeout: AtomicU32,
    keep_alive_timeout: AtomicU32,
    requires_host: AtomicBool,
    /// Open connections, and those being accepted.
    count: AtomicUsize,
    acceptor: Mutex<Option<Acceptor>>,
    /// When slow messages are looked for next.
    slow_due: AtomicU64,
    pub(crate) guard: Option<Guard>,
    is_closed: AtomicBool,
    /// The leader has it in a list of those that go on accepting, or among its deadlines.
    pub(crate) is_listed: AtomicBool,
}

impl Listener {
    pub(crate) fn new(id: u32, port: Arc<Port>, set: Arc<Set>, options: Options) -> Arc<Self> {
        Arc::new(Self {
            id,
            port,
            set,
            timeout: AtomicU32::new(options.timeout),
            keep_alive_timeout: AtomicU32::new(options.keep_alive_timeout),
            requires_host: AtomicBool::new(options.reader.rules.requires_host),
            guard: options.guard.clone().map(Guard::new),
            is_closed: AtomicBool::new(false),
            is_listed: AtomicBool::new(false),
            options: Mutex::new(options),
            security: Mutex::default(),
            count: AtomicUsize::new(0),
            acceptor: Mutex::default(),
            slow_due: AtomicU64::new(u64::MAX),
        })
    }

    /// Milliseconds without traffic that a connection may spend inside a request; 0: any number.
    pub(crate) fn timeout(&self) -> u32 {
        self.timeout.load(Ordering::Relaxed)
    }

    /// As `timeout`, between requests.
    pub(crate) fn keep_alive_timeout(&self) -> u32 {
        self.keep_alive_timeout.load(Ordering::Relaxed)
    }

    /// HTTP/1.1 requests need a Host field.
    pub(crate) fn requires_host(&self) -> bool {
        self.requires_host.load(Ordering::Relaxed)
    }

    fn options(&self) -> MutexGuard<'_, Options> {
        relock(&self.options)
    }

    /// Who speaks TLS on connections that are accepted from now on.
    pub fn secure(&self, security: Security) {
        *self.security() = security;
    }

    fn security(&self) -> MutexGuard<'_, Security> {
        relock(&self.security)
    }

    fn acceptor(&self) -> MutexGuard<'_, Option<Acceptor>> {
        relock(&self.acceptor)
    }

    /// Changes options; connections that are open keep their parser's.
    pub fn configure(&self, options: Options, hub: &Hub) {
        self.timeout.store(options.timeout, Ordering::Relaxed);
        self.keep_alive_timeout
            .store(options.keep_alive_timeout, Ordering::Relaxed);
        self.requires_host
            .store(options.reader.rules.requires_host, Ordering::Relaxed);
        let interval = options.checking_interval;
        let before = std::mem::replace(&mut *self.options(), options);
        if before.checking_interval != interval {
            self.watch_slow(hub.now());
        }
    }

    // ---- accepting ----

    /// Listens on a bound descriptor and accepts until `close`.
    ///
    /// # Errors
    /// Fails if the system refuses to listen.
    pub fn listen(&self, fd: OwnedFd, backlog: i32) -> io::Result<()> {
        let socket = socket2::Socket::from(fd);
        socket.listen(backlog)?;
        socket.set_nonblocking(true)?;
        let is_unix = socket.local_addr()?.domain() == Domain::UNIX;
        let mut acceptor = if is_unix {
            Acceptor::Unix(UnixListener::from_std(socket.into()))
        } else {
            // Accepted sockets inherit this on Linux, which saves a call for each.
            let _ = socket.set_tcp_nodelay(self.options().no_delay);
            Acceptor::Tcp(TcpListener::from_std(socket.into()))
        };
        let mut place = self.acceptor();
        self.set.watch_listener(acceptor.source(), self.id)?;
        *place = Some(acceptor);
        note!("listener {} listens", self.id);
        Ok(())
    }

    /// Stops accepting, at once: the port may be used again. Connections stay.
    pub fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        if let Some(mut acceptor) = self.acceptor().take() {
            note!("listener {} is closed", self.id);
            self.set.forget_listener(acceptor.source());
        }
    }

    /// Accepts what waits in the backlog, as long as JavaScript keeps up.
    pub(crate) fn accept(self: &Arc<Self>, lead: &mut Lead) {
        for _ in 0..ACCEPTS_PER_TURN {
            if self.port.is_full_of_connections(self.guard.is_some()) {
                note!(
                    "listener {} waits for JavaScript to drain the queue",
                    self.id
                );
                lead.go_on_drained(Soon::Accept(self.clone()));
                return;
            }
            let accepted = match &*self.acceptor() {
                Some(acceptor) => acceptor.accept(),
                None => return,
            };
            match accepted {
                Ok((socket, peer)) => self.accepted(socket, peer, lead),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if is_exhaustion(&error) => {
                    note!("listener {} rests {BACK_OFF} ms: {error}", self.id);
                    lead.accept_in(BACK_OFF, self);
                    return;
                }
                // The peer gave up before it was accepted: there will be others.
                Err(_) => {}
            }
        }
        // Behind what other connections have to do.
        lead.go_on_soon(Soon::Accept(self.clone()));
    }

    pub(super) fn accepted(
        self: &Arc<Self>,
        socket: Socket,
        peer: Option<SocketAddr>,
        lead: &mut Lead,
    ) {
        if !self.enter() {
            note!(
                "listener {} refuses a connection: there are too many",
                self.id
            );
            let ends = Box::new(Ends {
                local: socket.local(),
                remote: socket.peer(),
            });
            lead.set.post(&self.port, |p| {
                p.attached_size += size_of::<Ends>();
                p.attachments.push(Attachment::Dropped(ends));
                // The place of the connection's id is the listener's here.
                let id = ConnId::from_raw(self.id);
                record::plain(&mut p.records, Kind::Drop, GROUP_END, id);
            });
            return;
        }
        self.set_options(&socket, true);
        if let Some((connection, flags)) = self.begin(socket, peer, &lead.hub) {
            self.announce(&connection, flags);
            connection.watch(&lead.hub);
        }
    }

    /// Takes over a connected descriptor as if it had been accepted. JavaScript, which calls, hears of the connection
    /// by what is returned, and by no record: of none if the descriptor is no connected socket, or no id is left.
    /// The limit on connections is the caller's to look at.
    pub fn adopt(self: &Arc<Self>, fd: OwnedFd, hub: &Hub) -> Option<Begun> {
        let socket = Socket::from_fd(fd).ok()?;
        self.count.fetch_add(1, Ordering::AcqRel);
        self.set_options(&socket, false);
        let begun = self.begin(socket, None, hub)?;
        begun.0.watch(hub);
        Some(begun)
    }

    /// `inherits`: the socket has TCP_NODELAY from its listening socket, on systems where it does.
    fn set_options(&self, socket: &Socket, inherits: bool) {
        let (no_delay, probe) = {
            let options = self.options();
            (options.no_delay, options.keep_alive_probe)
        };
        if no_delay && !(inherits && cfg!(target_os = "linux")) {
            socket.set_no_delay(true);
        }
        if let Some(seconds) = probe {
            socket.set_keep_alive(Some(seconds), None, None);
        }
    }

    /// Makes a connection, which its set is to watch once JavaScript will hear of it.
    fn begin(self: &Arc<Self>, from: Socket, peer: Option<SocketAddr>, hub: &Hub) -> Option<Begun> {
        let mut socket = from;
        let (parser, sink_state, timeout, defers) = {
            let options = self.options();
            let (parser, sink_state) = options.reader.begin(Role::Server);
            (parser, sink_state, options.timeout, options.defer_reading)
        };
        let (timeout, deferred, deferred_once_secured) = match &*self.security() {
            Security::Nobody => (timeout, defers, false),
            Security::Here(contexts) => {
                socket.secure(Session::new(contexts));
                (contexts.handshake_timeout(), false, defers)
            }
            Security::Node => (timeout, true, false),
        };
        let (reading, flags) = if deferred {
            (Reading::Deferred, READ_DEFERRED)
        } else {
            (Reading::Http, 0)
        };
        let opening = Opening {
            socket,
            parser,
            sink_state,
            reading,
            listener: Some(self.clone()),
            port: self.port.clone(),
            peer,
            timeout,
        };
        let connection = hub.open(opening).ok_or_else(|| self.leave()).ok()?;
        note!("{} came to listener {}", connection.id, self.id);
        if deferred_once_secured {
            connection.raise(flag::DEFERRED_ONCE_SECURED);
        }
        Some((connection, flags))
    }

    /// Lets JavaScript know of a connection.
    fn announce(&self, connection: &Arc<Connection>, flags: u32) {
        self.port.will_announce();
        let set = &connection.set;
        connection.post(|p| {
            record::open(&mut p.records, flags, connection.id, self.id);
            p.attachments.push(Attachment::Opened(connection.clone()));
        });
        if !Arc::ptr_eq(set, &self.set) {
            set.publish(); // its thread may sleep
        }
    }

    /// Notes that it is in a list of what goes on. False if it is in one.
    pub(crate) fn list(&self) -> bool {
        !self.is_listed.swap(true, Ordering::AcqRel)
    }

    // ---- the limit on connections ----

    /// Takes a place for a connection, if there is one.
    fn enter(&self) -> bool {
        let limit = self.options().max_connections.unwrap_or(usize::MAX);
        let take = |count: usize| (count < limit).then_some(count + 1);
        self.count
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, take)
            .is_ok()
    }

    /// Gives a place back.
    pub(crate) fn leave(&self) {
        let before = self.count.fetch_sub(1, Ordering::AcqRel);
        debug_assert!(before > 0, "who leaves has entered");
    }

    // ---- slow messages ----

    /// Begins to watch `headersTimeout` and `requestTimeout`: one look at all connections each checking
    /// interval, as Node does it, instead of a timer for each.
    pub(crate) fn watch_slow(&self, now: u64) {
        let interval = self.options().checking_interval.max(1);
        let due = now + u64::from(interval);
        self.slow_due.store(due, Ordering::Release);
        self.set
            .add_deadline(due, Due::Listener(self.id, Task::LookForSlow));
    }

    pub(crate) fn look_for_slow(&self, due: u64, lead: &mut Lead) {
        if self.slow_due.load(Ordering::Acquire) != due {
            return; // the interval was changed
        }
        let (headers, request) = {
            let options = self.options();
            (options.headers_timeout, options.request_timeout)
        };
        if headers > 0 || request > 0 {
            for connection in lead.hub.connections_of(self.id) {
                if connection
                    .message_clock
                    .is_expired(lead.now, headers, request)
                {
                    note!("{} takes too long to send a request", connection.id);
                    connection.tell(Kind::Expired);
                    connection.set.publish(); // its thread may sleep
                }
            }
        }
        self.watch_slow(lead.now);
    }

    // ---- what is answered without JavaScript ----

    /// Begins to ask JavaScript now and then whether it looks.
    pub(crate) fn begin_probes(&self, now: u64) {
        self.port.pulse.watch();
        self.set
            .add_deadline(now + PROBE, Due::Listener(self.id, Task::Probe));
    }

    pub(crate) fn probe(&self, now: u64) {
        self.port.probe();
        self.begin_probes(now);
    }

    /// Whether connections stay open behind an answer.
    pub(crate) fn keeps_connections(&self) -> bool {
        !self.is_closed.load(Ordering::Acquire)
    }

    /// Requests that were refused, health checks that were answered, and the longest delay lately.
    pub fn guard_counts(&self) -> Option<(u64, u64, u64)> {
        let (refused, health_checks) = self.guard.as_ref()?.counts();
        Some((refused, health_checks, self.port.pulse.longest_delay()))
    }
}

fn is_exhaustion(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM)
    )
}

#[derive(Debug)]
enum Acceptor {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Acceptor {
    fn source(&mut self) -> &mut dyn Source {
        match self {
            Self::Tcp(listener) => listener,
            Self::Unix(listener) => listener,
        }
    }

    /// The socket, and the peer's address if it has one.
    fn accept(&self) -> io::Result<(Socket, Option<SocketAddr>)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept()?;
                Ok((Socket::accepted(stream.into(), false), Some(peer)))
            }
            Self::Unix(listener) => {
                let (stream, _) = listener.accept()?;
                Ok((Socket::accepted(stream.into(), true), None))
            }
        }
    }
}
