//! The chunked coding (RFC 9112, section 7.1), up to the trailer section.

use crate::protocol::error::{ErrorKind, Fault};
use crate::protocol::leniency::Leniency;
use crate::protocol::section::is_token;

/// Where in the coding the parser is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum At {
    SizeStart,
    Size,
    /// Spaces behind a size, where they are tolerated.
    AfterSize,
    ExtensionStart,
    ExtensionName,
    ExtensionValue,
    Quoted,
    QuotedPair,
    QuotedDone,
    SizeLf,
    Data,
    DataCr,
    DataLf,
}

/// One message's chunks, as far as they have been read.
#[derive(Debug)]
pub(crate) struct Chunked {
    at: At,
    /// Bytes of the current chunk that are still to come.
    size: u64,
    extension: usize,
}

/// What a byte did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    More,
    /// The last chunk's line is complete: the trailer section follows.
    Trailers,
    /// The byte belongs to what follows; look again.
    Again,
}

const fn is_quoted_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b' ' | b'!' | b'#'..=b'[' | b']'..=b'~' | 0x80..)
}

impl Chunked {
    pub fn new() -> Self {
        Self {
            at: At::SizeStart,
            size: 0,
            extension: 0,
        }
    }

    /// Bytes of data at the front of the input, 0 outside of data.
    pub fn data(&self) -> u64 {
        if self.at == At::Data { self.size } else { 0 }
    }

    /// So many bytes of data have been consumed.
    pub fn consume(&mut self, bytes: u64) {
        self.size -= bytes;
        if self.size == 0 {
            self.at = At::DataCr;
        }
    }

    /// Consumes one byte that is not data.
    pub fn step(&mut self, byte: u8, limit: usize, lenient: &Leniency) -> Result<Step, Fault> {
        match self.at {
            At::SizeStart => {
                let digit = hex(byte).ok_or((ErrorKind::ChunkSize, 0))?;
                *self = Self {
                    at: At::Size,
                    size: digit,
                    extension: 0,
                };
            }
            At::Size => return self.size_byte(byte, lenient),
            At::AfterSize => match byte {
                b' ' => {}
                b'\r' => self.at = At::SizeLf,
                b';' => self.at = At::ExtensionStart,
                _ => return Err((ErrorKind::ChunkSize, 0)),
            },
            At::SizeLf if byte == b'\n' => return Ok(self.line_complete()),
            At::SizeLf => return Err((ErrorKind::ChunkSizeLf, 0)),
            At::DataCr => match byte {
                b'\r' => self.at = At::DataLf,
                b'\n' if lenient.bare_lf => self.at = At::SizeStart,
                b'\n' => return Err((ErrorKind::ChunkDataCr, 1)),
                _ if lenient.no_crlf_after_chunk => {
                    self.at = At::SizeStart;
                    return Ok(Step::Again);
                }
                _ => return Err((ErrorKind::ChunkDataLf, 0)),
            },
            At::DataLf if byte == b'\n' => self.at = At::SizeStart,
            At::DataLf => return Err((ErrorKind::ChunkDataLf, 0)),
            At::Data => {}
            _ => {
                self.extension += 1;
                if self.extension > limit {
                    return Err((ErrorKind::ChunkExtensionsOverflow, 0));
                }
                return self.extension_byte(byte, lenient);
            }
        }
        Ok(Step::More)
    }

    fn size_byte(&mut self, byte: u8, lenient: &Leniency) -> Result<Step, Fault> {
        if let Some(digit) = hex(byte) {
            if self.size > u64::MAX >> 4 {
                return Err((ErrorKind::ChunkSizeOverflow, 1));
            }
            self.size = (self.size << 4) | digit;
            return Ok(Step::More);
        }
        match byte {
            b'\r' => self.at = At::SizeLf,
            b';' => self.at = At::ExtensionStart,
            b'\n' if lenient.bare_lf => return Ok(self.line_complete()),
            b'\n' => return Err((ErrorKind::ChunkSizeCr, 1)),
            b' ' if lenient.spaces_after_chunk_size => self.at = At::AfterSize,
            b' ' | b'\t' => return Err((ErrorKind::ChunkSize, 1)),
            _ => return Err((ErrorKind::ChunkSize, 0)),
        }
        Ok(Step::More)
    }

    /// A chunk's first line is complete.
    fn line_complete(&mut self) -> Step {
        if self.size == 0 {
            return Step::Trailers;
        }
        self.at = At::Data;
        Step::More
    }

    fn extension_byte(&mut self, byte: u8, lenient: &Leniency) -> Result<Step, Fault> {
        if byte == b'\n' && lenient.bare_lf {
            return Ok(self.line_complete());
        }
        self.at = match (self.at, byte) {
            (At::ExtensionStart, b' ' | b'\r' | b'\n') => {
                return Err((ErrorKind::ChunkExtension, 1));
            }
            (At::ExtensionStart | At::ExtensionName, b'=') => At::ExtensionValue,
            (At::ExtensionStart | At::ExtensionName, _) if is_token(byte) => At::ExtensionName,
            (At::ExtensionName | At::ExtensionValue | At::QuotedDone, b';') => At::ExtensionStart,
            (At::ExtensionName | At::ExtensionValue | At::QuotedDone, b'\r') => At::SizeLf,
            (At::ExtensionName, b'\n') => return Err((ErrorKind::ChunkExtensionNameCr, 0)),
            (At::ExtensionStart | At::ExtensionName, _) => {
                return Err((ErrorKind::ChunkExtensionName, 1));
            }
            (At::ExtensionValue, b'"') => At::Quoted,
            (At::ExtensionValue, _) if is_token(byte) => At::ExtensionValue,
            (At::ExtensionValue | At::QuotedDone, b'\n') => {
                return Err((ErrorKind::ChunkExtensionValueCr, 0));
            }
            (At::ExtensionValue, _) => return Err((ErrorKind::ChunkExtensionValue, 1)),
            (At::Quoted, b'"') => At::QuotedDone,
            (At::Quoted, b'\\') => At::QuotedPair,
            (At::Quoted, _) if is_quoted_text(byte) => At::Quoted,
            (At::Quoted, _) => return Err((ErrorKind::ChunkExtensionQuoted, 1)),
            (At::QuotedPair, b'"' | b'\\') => At::Quoted,
            (At::QuotedPair, _) if is_quoted_text(byte) => At::Quoted,
            (At::QuotedPair, _) => return Err((ErrorKind::ChunkExtensionQuotedPair, 1)),
            (_, _) => return Err((ErrorKind::ChunkExtensionQuote, 0)),
        };
        Ok(Step::More)
    }
}

fn hex(byte: u8) -> Option<u64> {
    char::from(byte).to_digit(16).map(u64::from)
}
