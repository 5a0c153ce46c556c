//! The text of a head or a trailer section that is incomplete.

use crate::protocol::error::{ErrorKind, Fault};

/// Where names, values, targets and reasons are kept while a head is incomplete, and how much of
/// it there may be. Bytes arrive in pieces as large as the input allows, and are counted when a
/// piece ends, as Node counts them: an overflow is then reported at the same byte.
#[derive(Debug)]
pub(crate) struct Text {
    bytes: Vec<u8>,
    limit: usize,
}

/// Memory that is kept from one message to the next.
const KEPT: usize = 4096;

impl Text {
    /// Text of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        // Positions in the text are kept as 32 bits.
        let limit = limit.min(u32::MAX as usize);
        Self {
            bytes: Vec::new(),
            limit,
        }
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The end as a position to keep.
    pub fn end(&self) -> u32 {
        // Lossless: `limit` is within 32 bits.
        self.bytes.len() as u32
    }

    /// Appends a piece; refused, at this offset in the input, when the limit is reached, which Node refuses, too.
    pub fn push(&mut self, piece: &[u8], offset: usize) -> Result<(), Fault> {
        if piece.len() >= self.limit.saturating_sub(self.bytes.len()) {
            return Err((ErrorKind::HeaderOverflow, offset));
        }
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    /// Begins anew; memory of an unusually large head is given back.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT);
    }
}
