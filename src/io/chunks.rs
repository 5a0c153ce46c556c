//! Buffers into which is read. One that holds much content is not copied but given to JavaScript,
//! and comes back when JavaScript has no use for it any more.

use std::sync::{Mutex, PoisonError};

/// Bytes read by one system call.
pub(crate) const READ_SIZE: usize = 64 * 1024;
/// Spare buffers that are kept.
const SPARE: usize = 32;

/// The spare buffers of an environment.
#[derive(Debug, Default)]
pub struct Chunks {
    spare: Mutex<Vec<Vec<u8>>>,
}

impl Chunks {
    fn spare(&self) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An empty buffer with room for `READ_SIZE` bytes.
    pub(crate) fn take(&self) -> Vec<u8> {
        let spare = self.spare().pop();
        spare.unwrap_or_else(|| Vec::with_capacity(READ_SIZE))
    }

    /// Takes back a buffer.
    pub fn give_back(&self, buffer: Vec<u8>) {
        let mut spare = self.spare();
        if spare.len() < SPARE && buffer.capacity() == READ_SIZE {
            spare.push(buffer);
        }
    }
}
