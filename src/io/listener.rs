//! Listening sockets: accepting, the limit on connections, recovery from a lack of descriptors.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, TcpKeepalive};
use tokio::net::{TcpListener, UnixListener};
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::io::driver::Driver;
use crate::io::hub::{Extra, Hub, Worker};
use crate::io::stream::Stream;
use crate::io::{Error, describe, expiry};
use crate::protocol::{Leniency, Limits};
use crate::ring::layout::{HELD, Kind};
use crate::ring::record;

/// How long accepting rests after the process ran out of descriptors or memory.
const BACK_OFF: Duration = Duration::from_millis(50);

/// How long closing waits for a busy I/O thread at most.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// What a server wants of its connections. Times are in milliseconds, 0 switches one off.
#[derive(Clone, Debug)]
pub struct Options {
    pub limits: Limits,
    pub leniency: Leniency,
    pub timeout: u32,
    pub headers_timeout: u32,
    pub request_timeout: u32,
    pub keep_alive_timeout: u32,
    pub checking_interval: u32,
    pub max_connections: Option<usize>,
    pub no_delay: bool,
    /// Probe idle peers: seconds before the first probe.
    pub keep_alive_probe: Option<u32>,
    /// New connections wait for `Connection::speak`.
    pub hold: bool,
}

/// One listening socket, or the group of connections adopted under its id.
#[derive(Debug)]
pub struct Listener {
    pub id: u32,
    options: Mutex<Options>,
    /// Two of the options, for those who look at each request.
    timeout: AtomicU32,
    keep_alive_timeout: AtomicU32,
    pub(crate) count: AtomicUsize,
    stop: Notify,
    /// Disconnected once the socket is closed.
    stopped: Mutex<Option<Receiver<()>>>,
    pub(crate) changed: Notify,
}

impl Listener {
    pub fn new(id: u32, options: Options) -> Arc<Self> {
        Arc::new(Self {
            id,
            timeout: AtomicU32::new(options.timeout),
            keep_alive_timeout: AtomicU32::new(options.keep_alive_timeout),
            options: Mutex::new(options),
            count: AtomicUsize::new(0),
            stop: Notify::new(),
            stopped: Mutex::default(),
            changed: Notify::new(),
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

    pub(crate) fn options(&self) -> MutexGuard<'_, Options> {
        self.options.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes options; connections that are open keep their parser's.
    pub fn configure(&self, options: Options) {
        self.timeout.store(options.timeout, Ordering::Relaxed);
        self.keep_alive_timeout
            .store(options.keep_alive_timeout, Ordering::Relaxed);
        *self.options() = options;
        self.changed.notify_one();
    }

    /// Listens on a bound descriptor and accepts until `close`.
    pub fn listen(
        self: &Arc<Self>,
        hub: &Arc<Hub>,
        fd: OwnedFd,
        backlog: i32,
    ) -> Result<(), Error> {
        let system = |call| move |source| Error::System { call, source };
        let socket = Socket::from(fd);
        socket.listen(backlog).map_err(system("listen"))?;
        socket.set_nonblocking(true).map_err(system("listen"))?;
        let Worker { handle, index } = hub.worker()?;
        let _inside = handle.enter();
        let acceptor = if socket.local_addr().map_err(system("listen"))?.domain() == Domain::UNIX {
            Acceptor::Unix(UnixListener::from_std(socket.into()).map_err(system("listen"))?)
        } else {
            // Accepted sockets inherit this on Linux, which saves a call for each.
            let _ = socket.set_tcp_nodelay(self.options().no_delay);
            Acceptor::Tcp(TcpListener::from_std(socket.into()).map_err(system("listen"))?)
        };
        let (open, stopped) = std::sync::mpsc::channel();
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(stopped);
        let (listener, hub) = (self.clone(), hub.clone());
        handle.spawn(async move {
            accept_loop(listener, hub, acceptor, index).await;
            drop(open);
        });
        Ok(())
    }

    /// Begins to watch `headersTimeout` and `requestTimeout`.
    pub fn watch(self: &Arc<Self>, hub: &Arc<Hub>) -> Result<(), Error> {
        hub.worker()?
            .handle
            .spawn(expiry::watch(Arc::downgrade(self), Arc::downgrade(hub)));
        Ok(())
    }

    /// Stops accepting. Connections stay. Returns when the socket is closed, so that its port may
    /// be used again.
    pub fn close(&self) {
        self.stop.notify_one();
        let stopped = self
            .stopped
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(stopped) = stopped {
            // Disconnection is what is waited for; the I/O thread never waits for this one.
            let _ = stopped.recv_timeout(CLOSE_TIMEOUT);
        }
    }

    /// Takes over a connected descriptor as if it had been accepted.
    pub fn adopt(self: &Arc<Self>, hub: &Arc<Hub>, fd: OwnedFd) -> Result<(), Error> {
        let Worker { handle, index } = hub.worker()?;
        let _inside = handle.enter();
        let stream = Stream::from_fd(fd).map_err(|source| Error::System {
            call: "open",
            source,
        })?;
        // Posting is for I/O threads.
        let (listener, hub) = (self.clone(), hub.clone());
        handle.spawn(async move {
            set_options(&stream, &listener, false);
            begin(&listener, &hub, (stream, None), index);
        });
        Ok(())
    }
}

enum Acceptor {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Acceptor {
    /// The stream, and whose it is where that has a name.
    async fn accept(&self) -> io::Result<(Stream, Option<SocketAddr>)> {
        match self {
            Self::Tcp(listener) => listener
                .accept()
                .await
                .map(|(stream, peer)| (Stream::Tcp(stream), Some(peer))),
            Self::Unix(listener) => listener
                .accept()
                .await
                .map(|(stream, _)| (Stream::Unix(stream), None)),
        }
    }
}

async fn accept_loop(listener: Arc<Listener>, hub: Arc<Hub>, acceptor: Acceptor, thread: usize) {
    let mut stop = std::pin::pin!(listener.stop.notified());
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stop => return,
            accepted = acceptor.accept() => accepted,
        };
        match accepted {
            Ok(accepted) => accepted_stream(&listener, &hub, accepted, thread),
            Err(error) if is_exhaustion(&error) => {
                tokio::select! {
                    () = &mut stop => return,
                    () = tokio::time::sleep(BACK_OFF) => {}
                }
            }
            // The peer gave up before it was accepted: there will be others.
            Err(_) => {}
        }
    }
}

fn is_exhaustion(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM)
    )
}

fn accepted_stream(
    listener: &Arc<Listener>,
    hub: &Arc<Hub>,
    (stream, peer): (Stream, Option<SocketAddr>),
    thread: usize,
) {
    let limit = listener.options().max_connections;
    if limit.is_some_and(|limit| listener.count.load(Ordering::Acquire) >= limit) {
        let text = describe(stream.as_fd());
        hub.post(|p| record::drop_connection(&mut p.records, listener.id, &text));
        return;
    }
    set_options(&stream, listener, true);
    if !hub.is_spread() {
        begin(listener, hub, (stream, peer), thread);
        return;
    }
    // It moves to the thread that is next, and is registered there.
    let (Ok(fd), Ok(worker)) = (stream.into_fd(), hub.worker()) else {
        return;
    };
    let (listener, hub) = (listener.clone(), hub.clone());
    worker.handle.spawn(async move {
        // Fails only when the process is out of memory or descriptors: the peer sees a close.
        if let Ok(stream) = Stream::from_fd(fd) {
            begin(&listener, &hub, (stream, peer), worker.index);
        }
    });
}

/// Announces the connection to JavaScript and starts its driver on this thread, the hub's so many.
fn begin(
    listener: &Arc<Listener>,
    hub: &Arc<Hub>,
    (stream, peer): (Stream, Option<SocketAddr>),
    thread: usize,
) {
    let Some(driver) = Driver::open(hub, listener, stream, thread) else {
        return;
    };
    let connection = driver.connection().clone();
    if let Some(peer) = peer {
        connection.set_peer(peer);
    }
    connection.count();
    hub.post(|p| {
        let flags = if driver.is_held() { HELD } else { 0 };
        record::plain(
            &mut p.records,
            Kind::Open,
            flags,
            connection.id,
            &[listener.id],
        );
        p.extras.push(Extra::Opened(connection));
    });
    Handle::current().spawn(driver);
}

/// `inherits`: the socket has TCP_NODELAY from its listening socket, on systems where it does.
fn set_options(stream: &Stream, listener: &Listener, inherits: bool) {
    if let Stream::Unix(_) = stream {
        return;
    }
    let (no_delay, probe) = {
        let options = listener.options();
        (options.no_delay, options.keep_alive_probe)
    };
    let fd = stream.as_fd();
    let socket = SockRef::from(&fd);
    // These fail only when the peer is gone already, which reading will tell.
    if no_delay && !(inherits && cfg!(target_os = "linux")) {
        let _ = socket.set_tcp_nodelay(true);
    }
    if let Some(seconds) = probe {
        let _ = socket.set_keepalive(true);
        if seconds > 0 {
            let time = Duration::from_secs(u64::from(seconds));
            let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(time));
        }
    }
}
