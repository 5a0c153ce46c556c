//! Content that is read straight into memory which JavaScript then gets. Where the JavaScript thread leads
//! and much content waits, that saves a copy.

use std::io;
use std::mem::MaybeUninit;

use crate::io::connection::{Connection, flag};
use crate::io::input::Input;
use crate::io::lead::{CHUNK_SIZE, Lead};
use crate::io::socket::Socket;

/// From this size on, making memory for one read costs less than the copy.
const DIRECT_SIZE: usize = 32 * 1024;

/// Writes memory, and returns it if it has written all of it.
pub type Fill<'a> = dyn for<'m> FnMut(&'m mut [MaybeUninit<u8>]) -> Option<&'m [u8]> + 'a;

/// Makes memory of JavaScript's that no program has seen yet. Only the JavaScript thread has one.
pub trait ContentMemory: std::fmt::Debug {
    /// Makes memory of `length` bytes and has `fill` write it. Returns a token of it; `None` if there is
    /// none, or it was not filled.
    fn make(&self, length: usize, fill: &mut Fill<'_>) -> Option<usize>;
}

/// Where one read has put what it found.
pub(crate) enum Read {
    /// This number of bytes is in the buffer of the lead; 0 is the end of the input.
    Buffer(usize),
    /// Content of this length, in memory with this token.
    Content { token: usize, length: usize },
}

impl Connection {
    /// Reads once from `socket`.
    pub(crate) fn read_from(
        &self,
        socket: &Socket,
        input: &Input,
        lead: &mut Lead,
    ) -> io::Result<Read> {
        let room = lead.make_room();
        let available = self.content_available(socket, input, lead);
        if available >= DIRECT_SIZE
            && let Some(read) = read_content(socket, available.min(CHUNK_SIZE), lead)
        {
            return read;
        }
        let length = socket.read(&mut lead.buffer)?;
        if length > 0 && length < room && !self.has(flag::READ_CLOSED) {
            self.lower(flag::READABLE);
        }
        Ok(Read::Buffer(length))
    }

    /// Bytes that wait on the socket and are content, if they may be read as such.
    fn content_available(&self, socket: &Socket, input: &Input, lead: &Lead) -> usize {
        let ahead = usize::try_from(input.content_ahead()).unwrap_or(usize::MAX);
        if ahead < DIRECT_SIZE || lead.content_memory.is_none() {
            return 0;
        }
        if self.has(flag::MIRRORED) || socket.session().is_some() {
            return 0;
        }
        socket.available().unwrap_or(0).min(ahead)
    }
}

/// Reads `length` bytes of content. `None` if there is no memory for them.
fn read_content(socket: &Socket, length: usize, lead: &mut Lead) -> Option<io::Result<Read>> {
    let memory = lead.content_memory.clone()?;
    let mut read = None;
    let token = memory.make(length, &mut |space| match socket.read_into(space) {
        Ok(bytes) if bytes.len() == length => Some(bytes),
        // Less than waited just now goes the way of all other bytes.
        Ok(bytes) => {
            lead.buffer.extend_from_slice(bytes);
            read = Some(Ok(Read::Buffer(bytes.len())));
            None
        }
        Err(error) => {
            read = Some(Err(error));
            None
        }
    });
    match token {
        Some(token) => Some(Ok(Read::Content { token, length })),
        None => read,
    }
}
