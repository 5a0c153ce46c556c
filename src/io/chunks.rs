//! Buffers into which is read. One that holds much content is not copied but given to JavaScript:
//! best is memory that JavaScript has lent, which its collector finds and frees like any Buffer of
//! its own; where none is left, memory of ours, which only a full collection brings back.

use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::slice;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::ring::layout::CHUNK_SIZE;

/// Spare buffers of ours that are kept.
const SPARE: usize = 32;
/// How many buffers may be lent: about as many as wait for JavaScript when it is busy.
const LENT: usize = 64;

/// A buffer that is read into.
#[derive(Debug)]
pub enum Chunk {
    Own(Vec<u8>),
    Lent(Lent),
}

/// Memory of JavaScript's, `CHUNK_SIZE` bytes of it.
#[derive(Debug)]
pub struct Lent {
    start: NonNull<u8>,
    filled: usize,
    /// What keeps the memory alive; for the bridge.
    pub token: usize,
}

// SAFETY: the memory is nobody else's until the token is given back (see `Lent::new`).
unsafe impl Send for Lent {}

impl Lent {
    /// # Safety
    /// `start` must be valid for reads and writes of `CHUNK_SIZE` bytes, and nobody else may look at
    /// them, until `token` is given back or the I/O threads have ended.
    pub unsafe fn new(start: NonNull<u8>, token: usize) -> Self {
        Self {
            start,
            filled: 0,
            token,
        }
    }
}

impl Chunk {
    fn new() -> Self {
        Self::Own(Vec::with_capacity(CHUNK_SIZE))
    }

    /// What was read.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Own(bytes) => bytes,
            // SAFETY: `set_filled` was promised that they are initialised; ours alone by `Lent::new`.
            Self::Lent(lent) => unsafe { slice::from_raw_parts(lent.start.as_ptr(), lent.filled) },
        }
    }

    /// All of the memory, to be read into. What was in it is forgotten.
    pub(crate) fn space(&mut self) -> &mut [MaybeUninit<u8>] {
        match self {
            Self::Own(bytes) => {
                bytes.clear();
                bytes.spare_capacity_mut()
            }
            Self::Lent(lent) => {
                lent.filled = 0;
                // SAFETY: valid for so many bytes and ours alone, by the contract of `Lent::new`.
                unsafe { slice::from_raw_parts_mut(lent.start.as_ptr().cast(), CHUNK_SIZE) }
            }
        }
    }

    /// # Safety
    /// The first `length` bytes of `space` must have been initialised.
    pub(crate) unsafe fn set_filled(&mut self, length: usize) {
        match self {
            // SAFETY: the caller's promise.
            Self::Own(bytes) => unsafe { bytes.set_len(length) },
            Self::Lent(lent) => lent.filled = length,
        }
    }
}

impl Default for Chunk {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Debug, Default)]
struct Pool {
    spare: Vec<Vec<u8>>,
    lent: Vec<Lent>,
    /// How many are lent, those that hold content included.
    lent_count: usize,
}

/// The buffers of an environment that nothing has been read into.
#[derive(Debug, Default)]
pub struct Chunks {
    pool: Mutex<Pool>,
}

impl Chunks {
    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A buffer to read into.
    pub(crate) fn take(&self) -> Chunk {
        let mut pool = self.pool();
        if let Some(lent) = pool.lent.pop() {
            return Chunk::Lent(lent);
        }
        pool.spare.pop().map_or_else(Chunk::new, Chunk::Own)
    }

    /// Puts back a buffer that is not needed.
    pub(crate) fn put(&self, chunk: Chunk) {
        match chunk {
            Chunk::Own(buffer) => self.give_back(buffer),
            Chunk::Lent(lent) => self.pool().lent.push(lent),
        }
    }

    /// Takes back a buffer of ours.
    pub fn give_back(&self, buffer: Vec<u8>) {
        let mut pool = self.pool();
        if pool.spare.len() < SPARE && buffer.capacity() == CHUNK_SIZE {
            pool.spare.push(buffer);
        }
    }

    /// More memory may be lent.
    pub fn wants_more(&self) -> bool {
        self.pool().lent_count < LENT
    }

    /// Memory that JavaScript lends.
    pub fn lend(&self, lent: Lent) {
        let mut pool = self.pool();
        pool.lent_count += 1;
        pool.lent.push(lent);
    }

    /// JavaScript has taken back what it lent, with content in it.
    pub fn returned(&self) {
        self.pool().lent_count -= 1;
    }
}
