//! What can go wrong on the way to a working socket.

/// An error of this room. The bridge turns it into an error of Node's.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    System(#[from] std::io::Error),
    #[error("the environment is closing")]
    Closing,
}

impl Error {
    /// The error number of what failed, ECANCELED if the environment is closing.
    pub fn errno(&self) -> i32 {
        match self {
            Self::System(source) => errno(source),
            Self::Closing => libc::ECANCELED,
        }
    }
}

/// The error number that is in `error`, or `EIO` where the system gave none.
pub fn errno(error: &std::io::Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EIO)
}
