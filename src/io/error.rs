//! What can go wrong on the way to a working socket.

/// An error of this room. The bridge turns it into an error of Node's.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the I/O thread could not be started: {0}")]
    Thread(#[source] std::io::Error),
    #[error("{call}: {source}")]
    System {
        call: &'static str,
        source: std::io::Error,
    },
    #[error("the environment is closing")]
    Closing,
}

impl Error {
    /// The error number of what failed, ECANCELED if the environment is closing.
    pub fn errno(&self) -> i32 {
        match self {
            Self::Thread(source) | Self::System { source, .. } => errno(source),
            Self::Closing => libc::ECANCELED,
        }
    }
}

/// The error number that is in `error`, or `EIO` where the system gave none.
pub fn errno(error: &std::io::Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EIO)
}
