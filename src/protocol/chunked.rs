//! The chunked coding (RFC 9112, section 7.1), up to the trailer section.

use crate::protocol::error::{ErrorKind, Fault};
use crate::protocol::leniency::Leniency;
use crate::protocol::progress;
use crate::protocol::section::is_token;

/// Where in the coding the parser is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum At {
    SizeStart,
    Size,
    SizeEnd,
    SizeLf,
    ExtensionStart,
    ExtensionName,
    ExtensionValue,
    Quoted,
    QuotedPair,
    QuotedEnd,
    Data,
    DataEnd,
    DataLf,
}

/// One message's chunks, as far as they have been read.
#[derive(Debug)]
pub(crate) struct Chunked {
    at: At,
    /// Bytes of the current chunk that are still to come.
    size: u64,
    /// Bytes of names and values in the current chunk's extensions, an empty name counted as one.
    /// As in Node, they are held against the limit where a name or value ends or is interrupted.
    extension: usize,
    limit: usize,
}

/// What the front of the input is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Piece {
    /// This number of bytes that are no data.
    Line(usize),
    Data(usize),
    /// This number of bytes, with which the last chunk ends: the trailer section follows.
    LastLine(usize),
}

type Step = progress::Step<At>;

const fn is_quoted_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b' ' | b'!' | b'#'..=b'[' | b']'..=b'~' | 0x80..)
}

impl Chunked {
    pub fn new(limit: usize) -> Self {
        Self {
            at: At::SizeStart,
            size: 0,
            extension: 0,
            limit,
        }
    }

    /// Consumes the next piece of `input`.
    pub fn advance(&mut self, input: &[u8], lenient: Leniency) -> Result<Piece, Fault> {
        debug_assert!(self.at != At::Data || self.size > 0, "data are to come");
        if self.at == At::Data {
            return Ok(Piece::Data(self.data(input.len())));
        }
        let mut at = 0;
        while at < input.len() {
            match self
                .step(input[at], lenient)
                .map_err(|(kind, offset)| (kind, at + offset))?
            {
                Step::To(next) => {
                    self.at = next;
                    at += 1;
                }
                Step::Again(next) => self.at = next,
                Step::Complete(consumed) => return Ok(self.line_complete(at + consumed)),
            }
        }
        if matches!(
            self.at,
            At::ExtensionName | At::ExtensionValue | At::Quoted | At::QuotedPair
        ) {
            self.check_extension(at)?;
        }
        Ok(Piece::Line(at))
    }

    fn data(&mut self, available: usize) -> usize {
        let bytes = usize::try_from(self.size)
            .unwrap_or(usize::MAX)
            .min(available);
        self.size -= bytes as u64;
        if self.size == 0 {
            self.at = At::DataEnd;
        }
        bytes
    }

    fn line_complete(&mut self, consumed: usize) -> Piece {
        self.extension = 0;
        if self.size == 0 {
            return Piece::LastLine(consumed);
        }
        self.at = At::Data;
        Piece::Line(consumed)
    }

    fn check_extension(&self, offset: usize) -> Result<(), Fault> {
        if self.extension > self.limit {
            return Err((ErrorKind::ChunkExtensionsOverflow, offset));
        }
        Ok(())
    }

    fn step(&mut self, byte: u8, lenient: Leniency) -> Result<Step, Fault> {
        match self.at {
            At::SizeStart => {
                self.size = hex(byte).ok_or((ErrorKind::ChunkSize, 0))?;
                Ok(Step::To(At::Size))
            }
            At::Size => self.size_byte(byte),
            At::SizeEnd => size_end(byte, lenient),
            At::SizeLf if byte == b'\n' => Ok(Step::Complete(1)),
            At::SizeLf if lenient.is_insecure() => Ok(Step::Complete(0)),
            At::SizeLf => Err((ErrorKind::ChunkSizeLf, 0)),
            At::ExtensionStart if matches!(byte, b' ' | b'\r') => {
                Err((ErrorKind::ChunkExtension, 1))
            }
            At::ExtensionStart => self.extension_start(byte, lenient),
            At::ExtensionName => self.extension_name(byte, lenient),
            At::ExtensionValue => self.extension_value(byte, lenient),
            At::Quoted => self.quoted(byte),
            At::QuotedPair => self.quoted_pair(byte),
            At::QuotedEnd => extension_end(
                byte,
                lenient,
                ErrorKind::ChunkExtensionValueCr,
                (ErrorKind::ChunkExtensionQuote, 0),
            ),
            At::DataEnd => data_end(byte, lenient),
            At::DataLf if byte == b'\n' => Ok(Step::To(At::SizeStart)),
            At::DataLf if lenient.is_insecure() => Ok(Step::Again(At::SizeStart)),
            At::DataLf => Err((ErrorKind::ChunkDataLf, 0)),
            // Read in larger pieces.
            At::Data => Ok(Step::Again(At::Data)),
        }
    }

    fn size_byte(&mut self, byte: u8) -> Result<Step, Fault> {
        let Some(digit) = hex(byte) else {
            return Ok(Step::Again(At::SizeEnd));
        };
        if self.size > u64::MAX >> 4 {
            return Err((ErrorKind::ChunkSizeOverflow, 1));
        }
        self.size = (self.size << 4) | digit;
        Ok(Step::To(At::Size))
    }

    /// RFC 9112, section 7.1.1: an extension has a name. A run of them without one would cost
    /// nothing against the limit.
    fn extension_start(&mut self, byte: u8, lenient: Leniency) -> Result<Step, Fault> {
        if matches!(byte, b'=' | b';') {
            if !lenient.is_insecure() {
                return Err((ErrorKind::ChunkExtensionName, 1));
            }
            self.extension = self.extension.saturating_add(1);
        }
        Ok(Step::Again(At::ExtensionName))
    }

    fn extension_name(&mut self, byte: u8, lenient: Leniency) -> Result<Step, Fault> {
        if is_token(byte) {
            return Ok(self.extension_byte(At::ExtensionName));
        }
        self.check_extension(usize::from(byte != b'\n'))?;
        if byte == b'=' {
            return Ok(Step::To(At::ExtensionValue));
        }
        let lacks_cr = ErrorKind::ChunkExtensionNameCr;
        extension_end(byte, lenient, lacks_cr, (ErrorKind::ChunkExtensionName, 1))
    }

    fn extension_value(&mut self, byte: u8, lenient: Leniency) -> Result<Step, Fault> {
        if byte == b'"' {
            return Ok(self.extension_byte(At::Quoted));
        }
        if is_token(byte) {
            return Ok(self.extension_byte(At::ExtensionValue));
        }
        self.check_extension(usize::from(byte != b'\n'))?;
        let lacks_cr = ErrorKind::ChunkExtensionValueCr;
        extension_end(byte, lenient, lacks_cr, (ErrorKind::ChunkExtensionValue, 1))
    }

    fn quoted(&mut self, byte: u8) -> Result<Step, Fault> {
        match byte {
            b'"' => {
                let step = self.extension_byte(At::QuotedEnd);
                self.check_extension(1)?;
                Ok(step)
            }
            b'\\' => Ok(self.extension_byte(At::QuotedPair)),
            _ if is_quoted_text(byte) => Ok(self.extension_byte(At::Quoted)),
            _ => {
                self.check_extension(1)?;
                Err((ErrorKind::ChunkExtensionQuoted, 1))
            }
        }
    }

    fn quoted_pair(&mut self, byte: u8) -> Result<Step, Fault> {
        if is_quoted_text(byte) || matches!(byte, b'"' | b'\\') {
            return Ok(self.extension_byte(At::Quoted));
        }
        self.check_extension(1)?;
        Err((ErrorKind::ChunkExtensionQuotedPair, 1))
    }

    fn extension_byte(&mut self, next: At) -> Step {
        self.extension = self.extension.saturating_add(1);
        Step::To(next)
    }
}

fn size_end(byte: u8, lenient: Leniency) -> Result<Step, Fault> {
    match byte {
        b' ' | b'\t' if lenient.is_insecure() => Ok(Step::To(At::SizeEnd)),
        b' ' | b'\t' => Err((ErrorKind::ChunkSize, 1)),
        b'\r' => Ok(Step::To(At::SizeLf)),
        b'\n' if lenient.is_insecure() => Ok(Step::To(At::SizeLf)),
        b'\n' => Err((ErrorKind::ChunkSizeCr, 1)),
        b';' => Ok(Step::To(At::ExtensionStart)),
        _ => Err((ErrorKind::ChunkSize, 0)),
    }
}

/// What follows an extension.
fn extension_end(
    byte: u8,
    lenient: Leniency,
    lacks_cr: ErrorKind,
    other: Fault,
) -> Result<Step, Fault> {
    match byte {
        b';' => Ok(Step::To(At::ExtensionStart)),
        b'\r' => Ok(Step::To(At::SizeLf)),
        b'\n' if lenient.is_insecure() => Ok(Step::Again(At::SizeLf)),
        b'\n' => Err((lacks_cr, 0)),
        _ => Err(other),
    }
}

fn data_end(byte: u8, lenient: Leniency) -> Result<Step, Fault> {
    match byte {
        b'\r' => Ok(Step::To(At::DataLf)),
        b'\n' if lenient.is_insecure() => Ok(Step::To(At::SizeStart)),
        b'\n' => Err((ErrorKind::ChunkDataCr, 1)),
        _ if lenient.is_insecure() => Ok(Step::Again(At::SizeStart)),
        _ => Err((ErrorKind::ChunkDataLf, 0)),
    }
}

fn hex(byte: u8) -> Option<u64> {
    char::from(byte).to_digit(16).map(u64::from)
}
