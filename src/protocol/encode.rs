//! The bytes that this side sends around content (RFC 9112, section 7.1), and the answers to
//! requests that never became one.

use crate::protocol::error::ErrorKind;

/// Behind the data of each chunk.
pub const CHUNK_END: &[u8] = b"\r\n";

/// Why a request is answered before, or instead of, being told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EarlyAnswer {
    BadRequest,
    ContentTooLarge,
    HeaderFieldsTooLarge,
    RequestTimeout,
}

impl EarlyAnswer {
    /// What Node answers to input that is malformed in this way.
    pub fn to(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::ChunkExtensionsOverflow => Self::ContentTooLarge,
            ErrorKind::HeaderOverflow => Self::HeaderFieldsTooLarge,
            _ => Self::BadRequest,
        }
    }

    /// The whole answer; the connection is closed behind it.
    pub fn as_bytes(self) -> &'static [u8] {
        match self {
            Self::BadRequest => b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
            Self::ContentTooLarge => b"HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\n\r\n",
            Self::HeaderFieldsTooLarge => {
                b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n"
            }
            Self::RequestTimeout => b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n",
        }
    }
}

/// Appends what stands before a chunk's data. An empty chunk would end the content: it has none.
pub fn chunk_head(out: &mut Vec<u8>, size: usize) {
    debug_assert!(size > 0, "the last chunk is written by `last_chunk`");
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = (usize::BITS - size.leading_zeros()).div_ceil(4);
    out.extend(
        (0..digits)
            .rev()
            .map(|digit| DIGITS[(size >> (4 * digit)) & 15]),
    );
    out.extend_from_slice(b"\r\n");
}

/// Appends the last chunk and the trailer section, whose fields have been validated.
pub fn last_chunk<'a>(out: &mut Vec<u8>, trailers: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) {
    out.extend_from_slice(b"0\r\n");
    for (name, value) in trailers {
        out.extend_from_slice(name);
        out.extend_from_slice(b": ");
        out.extend_from_slice(value);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
}
