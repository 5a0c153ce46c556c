//! What is between a socket and the two halves of its connection: nothing, or TLS.
//!
//! The lock on the session is the last one that is taken, and held for no longer than it takes to seal or
//! open what one system call moves, or for one step of a handshake. All that is sealed is sent under it, so
//! that it leaves in its order, whoever sends.

use std::io::{self, IoSlice, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::tls::Session;

#[derive(Debug, Default)]
pub(crate) enum Layer {
    #[default]
    Plain,
    Tls(Mutex<Session>),
}

/// The means to write to a socket.
pub(super) struct Writing<F>(pub F);

impl<F: FnMut(&[IoSlice<'_>]) -> io::Result<usize>> Write for Writing<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.0)(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        (self.0)(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Layer {
    pub fn tls(session: Session) -> Self {
        Self::Tls(Mutex::new(session))
    }

    /// The session. After a panic its connection is closed, whatever state it is in.
    pub fn session(&self) -> Option<MutexGuard<'_, Session>> {
        match self {
            Self::Plain => None,
            Self::Tls(session) => Some(session.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}
