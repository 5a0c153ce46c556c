//! The system calls on sockets: reading, writing, accepting, options.
//!
//! A [`Socket`] is shared by the two halves of its connection, each behind a lock of its own. The
//! descriptor is closed, or given away, only when both have let go of it, so that a descriptor
//! number that was closed and reused is never read from or written to by mistake.

use std::io::{self, IoSlice, Write};
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::BytesMut;
use mio::unix::SourceFd;
use mio::{Interest, Registry, Token};
use socket2::{Domain, TcpKeepalive};

use crate::ring::panic::relock;
use crate::tls::Session;

/// What a socket's readiness set reports of it.
#[derive(Debug, Default)]
struct Watch {
    /// None before `register`, and after `deregister`.
    place: Option<(Arc<Registry>, Token)>,
    /// The kernel was full once: from then on it is reported when there is room. Most sockets never need it, and a new
    /// one, which has room, would be reported at once.
    reports_room: bool,
}

impl Watch {
    fn interest(&self) -> Interest {
        if self.reports_room {
            Interest::READABLE | Interest::WRITABLE
        } else {
            Interest::READABLE
        }
    }
}

/// A connected stream socket that never blocks: TCP or Unix.
#[derive(Debug)]
pub struct Socket {
    inner: socket2::Socket,
    is_unix: bool,
    watch: Mutex<Watch>,
    /// The TLS that is spoken on it. This lock is the last one that is taken, and held for no longer than it takes to
    /// seal or open what one system call moves, or for one step of a handshake. All that is sealed is sent under it,
    /// so that it leaves in its order, whichever thread sends.
    session: Option<Mutex<Session>>,
}

impl Socket {
    /// Takes over a connected descriptor.
    ///
    /// # Errors
    /// Fails if the descriptor is no socket.
    pub fn from_fd(fd: OwnedFd) -> io::Result<Self> {
        let inner = socket2::Socket::from(fd);
        let is_unix = inner.local_addr()?.domain() == Domain::UNIX;
        inner.set_nonblocking(true)?;
        Ok(Self::new(inner, is_unix))
    }

    /// A socket that was accepted just now; accepting has made it non-blocking.
    pub(crate) fn accepted(fd: OwnedFd, is_unix: bool) -> Self {
        Self::new(socket2::Socket::from(fd), is_unix)
    }

    fn new(inner: socket2::Socket, is_unix: bool) -> Self {
        Self {
            inner,
            is_unix,
            watch: Mutex::default(),
            session: None,
        }
    }

    /// From now on TLS is spoken on it.
    pub(crate) fn secure(&mut self, session: Session) {
        self.session = Some(Mutex::new(session));
    }

    /// The TLS that is spoken on it, if it is. After a panic its connection is closed, whatever state it is in.
    pub fn session(&self) -> Option<MutexGuard<'_, Session>> {
        self.session.as_ref().map(relock)
    }

    /// Reads once into the spare room of the empty `buffer`, as it comes; 0 is the end of the input.
    ///
    /// # Errors
    /// `WouldBlock` if nothing waits to be read; otherwise what the system reports.
    pub(crate) fn read(&self, buffer: &mut BytesMut) -> io::Result<usize> {
        let length = self.receive(buffer.spare_capacity_mut())?;
        // SAFETY: `receive` has initialised `length` bytes at the front of the spare room.
        unsafe { buffer.set_len(length) };
        Ok(length)
    }

    /// Reads once to the front of `space`, and returns what was read; nothing is the end of the input.
    pub(crate) fn read_into<'a>(&self, space: &'a mut [MaybeUninit<u8>]) -> io::Result<&'a [u8]> {
        let length = self.receive(space)?;
        // SAFETY: `receive` has initialised `length` bytes at the front.
        Ok(unsafe { std::slice::from_raw_parts(space.as_ptr().cast(), length) })
    }

    fn receive(&self, space: &mut [MaybeUninit<u8>]) -> io::Result<usize> {
        loop {
            match self.inner.recv(space) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }

    /// Bytes that wait to be read.
    pub(crate) fn available(&self) -> io::Result<usize> {
        let mut bytes: libc::c_int = 0;
        // SAFETY: the request writes one `int`, to a valid address.
        if unsafe { libc::ioctl(self.fd(), libc::FIONREAD, &mut bytes) } < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(usize::try_from(bytes).unwrap_or(0))
    }

    /// Writes as much of the slices as the kernel takes at once. What TLS has taken may wait in it: see `flush`.
    ///
    /// # Errors
    /// `WouldBlock` if the kernel takes nothing, or TLS not yet; otherwise what the system reports.
    pub(crate) fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let Some(mut session) = self.session() else {
            return self.write_raw(slices);
        };
        let mut out = Raw(self);
        session.send(&mut out)?;
        if session.withholds() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let length = session.seal(slices);
        if length == 0 {
            // It has failed, and takes nothing any more.
            return Err(io::Error::from_raw_os_error(libc::EPIPE));
        }
        match session.send(&mut out) {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(length),
        }
    }

    /// Writes what TLS has sealed.
    pub(crate) fn flush(&self) -> io::Result<()> {
        match self.session() {
            Some(mut session) => session.send(&mut Raw(self)),
            None => Ok(()),
        }
    }

    /// Bytes that TLS has sealed, and that wait, about.
    pub(crate) fn unsent(&self) -> usize {
        self.session().map_or(0, |session| session.unsent())
    }

    /// Writes as much of the slices as the kernel takes at once, without raising SIGPIPE.
    fn write_raw(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        loop {
            let result = match slices {
                [only] => self.inner.send_with_flags(only, SEND_FLAGS),
                several => self.inner.send_vectored_with_flags(several, SEND_FLAGS),
            };
            match result {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.report_room()?;
                    return Err(error);
                }
                result => return result,
            }
        }
    }

    /// The kernel is full: it is reported when there is room, also if there is by now.
    fn report_room(&self) -> io::Result<()> {
        let mut watch = relock(&self.watch);
        if watch.reports_room {
            return Ok(());
        }
        watch.reports_room = true;
        match &watch.place {
            Some((registry, token)) => {
                registry.reregister(&mut SourceFd(&self.fd()), *token, watch.interest())
            }
            None => Ok(()),
        }
    }

    /// Ends the writing side. Fails only when the peer is gone, which reading tells.
    pub(crate) fn end_writing(&self) {
        let _ = self.inner.shutdown(std::net::Shutdown::Write);
    }

    /// Lets the peer see a reset when the socket is closed.
    pub(crate) fn reset_on_close(&self) {
        // Fails only on a socket that is gone already.
        let _ = self.inner.set_linger(Some(Duration::ZERO));
    }

    /// Sends small pieces without delay. Has no meaning for Unix sockets, which refuse it.
    pub fn set_no_delay(&self, enable: bool) {
        if !self.is_unix {
            let _ = self.inner.set_tcp_nodelay(enable);
        }
    }

    /// Has an idle peer probed after `delay` seconds, then every `interval` seconds, until `count` probes
    /// stayed unanswered (TCP keep-alive); libuv's where these two are not given. A `delay` of 0 leaves all three to
    /// the system; without one, the peer is not probed any more.
    pub fn set_keep_alive(&self, delay: Option<u32>, interval: Option<u32>, count: Option<u32>) {
        if self.is_unix {
            return;
        }
        let seconds = |n| Duration::from_secs(u64::from(n));
        // These fail only when the peer is gone already, which reading tells.
        let _ = match delay {
            None | Some(0) => self.inner.set_keepalive(delay.is_some()),
            Some(delay) => self.inner.set_tcp_keepalive(
                &TcpKeepalive::new()
                    .with_time(seconds(delay))
                    .with_interval(seconds(interval.unwrap_or(1)))
                    .with_retries(count.unwrap_or(10)),
            ),
        };
    }

    /// The peer; `None` for Unix sockets and sockets that are not connected any more.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.inner.peer_addr().ok()?.as_socket()
    }

    /// The local end; `None` for Unix sockets.
    pub fn local(&self) -> Option<SocketAddr> {
        self.inner.local_addr().ok()?.as_socket()
    }

    pub(crate) fn fd(&self) -> i32 {
        self.inner.as_raw_fd()
    }

    /// Lets `registry` report when the socket can be read, and written again, once for each change.
    pub(crate) fn register(&self, registry: &Arc<Registry>, token: Token) -> io::Result<()> {
        let mut watch = relock(&self.watch);
        registry.register(&mut SourceFd(&self.fd()), token, watch.interest())?;
        watch.place = Some((registry.clone(), token));
        Ok(())
    }

    pub(crate) fn deregister(&self, registry: &Registry) {
        relock(&self.watch).place = None;
        // Fails only if it was not registered.
        let _ = registry.deregister(&mut SourceFd(&self.fd()));
    }

    pub fn into_fd(self) -> OwnedFd {
        self.inner.into()
    }
}

/// A socket below its TLS.
struct Raw<'a>(&'a Socket);

impl Write for Raw<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_raw(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.write_raw(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
const SEND_FLAGS: libc::c_int = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
// Elsewhere SIGPIPE is switched off on the socket (`SO_NOSIGPIPE`), and Node ignores the signal.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
const SEND_FLAGS: libc::c_int = libc::MSG_DONTWAIT;

/// Whether bytes, an end or an error wait to be read from a descriptor, which the caller keeps open.
pub fn has_input(fd: i32) -> bool {
    let mut asked = libc::pollfd {
        fd,
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: the call reads and writes one `pollfd`, at a valid address, and does not wait.
    unsafe { libc::poll(&mut asked, 1, 0) > 0 }
}
