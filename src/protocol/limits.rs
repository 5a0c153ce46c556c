//! Every limit of the parser, with the attack it answers.

use crate::protocol::error::ErrorKind;

/// What one message may cost before it is refused.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of target (or reason), field names and values of a head, and again of a trailer
    /// section; refused when reached. Node's `maxHeaderSize`, 16 KiB. Answers heads without end.
    pub max_header_size: usize,
    /// Fields of a head, and again of a trailer section; refused beyond, as Node refuses them from
    /// 22.23 and 24.21 on. Answers heads of very many very short fields.
    pub max_fields: usize,
    /// Bytes of the extensions of one chunk; refused beyond. Answers floods of extensions
    /// (CVE-2024-22019).
    pub max_chunk_extension: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_header_size: 16 * 1024,
            max_fields: usize::MAX,
            max_chunk_extension: 16 * 1024,
        }
    }
}

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

    /// Appends a piece; refused when the limit is reached, which Node refuses, too.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), ErrorKind> {
        if piece.len() >= self.limit.saturating_sub(self.bytes.len()) {
            return Err(ErrorKind::HeaderOverflow);
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
