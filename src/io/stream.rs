//! TCP and Unix sockets behind one type.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::pin::Pin;
use std::task::{Context, Poll};

use socket2::{Domain, SockRef};
use tokio::io::{AsyncRead, Interest, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

use crate::io::chunks::Chunk;

/// A connected stream socket, registered with the runtime it was made in.
#[derive(Debug)]
pub enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    /// Takes over a connected descriptor. Must be called inside a runtime.
    pub fn from_fd(fd: OwnedFd) -> io::Result<Self> {
        let domain = SockRef::from(&fd).local_addr()?.domain();
        SockRef::from(&fd).set_nonblocking(true)?;
        if domain == Domain::UNIX {
            Ok(Self::Unix(UnixStream::from_std(fd.into())?))
        } else {
            Ok(Self::Tcp(TcpStream::from_std(fd.into())?))
        }
    }

    /// The descriptor, taken from the runtime.
    pub fn into_fd(self) -> io::Result<OwnedFd> {
        match self {
            Self::Tcp(stream) => stream.into_std().map(Into::into),
            Self::Unix(stream) => stream.into_std().map(Into::into),
        }
    }

    /// Reads once into `buffer`, as much as it has room for; what was in it is overwritten. A
    /// short read tells the runtime that the socket is empty, which saves the call that would say so.
    pub fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut Chunk) -> Poll<io::Result<()>> {
        let mut space = ReadBuf::uninit(buffer.space());
        let result = match self {
            Self::Tcp(stream) => Pin::new(stream).poll_read(cx, &mut space),
            Self::Unix(stream) => Pin::new(stream).poll_read(cx, &mut space),
        };
        let read = space.filled().len();
        // SAFETY: so many bytes at the front have been initialised by the read.
        unsafe { buffer.set_filled(read) };
        result
    }

    /// Ready when the kernel may take more.
    pub fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(stream) => stream.poll_write_ready(cx),
            Self::Unix(stream) => stream.poll_write_ready(cx),
        }
    }

    /// Runs a write call; when it would block, the runtime forgets that the socket was writable.
    pub fn try_write_io<R>(&self, call: impl FnMut() -> io::Result<R>) -> io::Result<R> {
        match self {
            Self::Tcp(stream) => stream.try_io(Interest::WRITABLE, call),
            Self::Unix(stream) => stream.try_io(Interest::WRITABLE, call),
        }
    }
}

impl AsRawFd for Stream {
    fn as_raw_fd(&self) -> RawFd {
        match self {
            Self::Tcp(stream) => stream.as_raw_fd(),
            Self::Unix(stream) => stream.as_raw_fd(),
        }
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(stream) => stream.as_fd(),
            Self::Unix(stream) => stream.as_fd(),
        }
    }
}
