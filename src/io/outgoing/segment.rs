//! Pieces of output that wait, and whose memory they are in.

/// Bytes that the I/O side may send without JavaScript: what it has copied of one connection's output.
pub(super) const WINDOW: usize = 256 * 1024;
/// From this size on, a piece that is held back until the next one is not copied.
pub const BORROW_SIZE: usize = 16 * 1024;

/// Looks at memory of JavaScript's. Only the JavaScript thread has one.
pub trait Memory {
    /// The memory that `token` stands for, as it is now: the program may have detached or resized it.
    fn bytes(&self, token: usize) -> Option<&[u8]>;
}

/// A piece of output.
#[derive(Debug)]
pub(super) enum Segment {
    Owned(Vec<u8>),
    /// A part of memory that belongs to JavaScript. It is read on the JavaScript thread alone, and looked
    /// up anew each time, because the program may detach it, resize it, or send it to another thread.
    Borrowed {
        /// What keeps the JavaScript value alive; for the bridge.
        token: usize,
        start: usize,
        end: usize,
    },
}

impl Segment {
    pub fn len(&self) -> usize {
        match self {
            Self::Owned(bytes) => bytes.len(),
            Self::Borrowed { start, end, .. } => end - start,
        }
    }

    /// The bytes, if the caller may see them. `None` for borrowed memory on an I/O thread, and for
    /// memory that is not what it was.
    pub fn bytes<'a>(&'a self, memory: Option<&'a dyn Memory>) -> Option<&'a [u8]> {
        match self {
            Self::Owned(bytes) => Some(bytes),
            Self::Borrowed { token, start, end } => memory?.bytes(*token)?.get(*start..*end),
        }
    }
}
