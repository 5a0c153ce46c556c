//! The values of the fields that decide where a message ends and whether its connection lasts,
//! read byte by byte, so that a refusal comes at the byte at which Node's comes.
//!
//! `framing` draws the conclusions.

use crate::protocol::error::{ErrorKind, Fault};
use crate::protocol::leniency::Leniency;
use crate::protocol::parser::Role;

/// What the value that is being read says. The last five are what a Connection or
/// Transfer-Encoding value has come to say; it takes effect at the end of the value or list item.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Meaning {
    Nothing,
    Upgrade,
    ContentLength,
    TransferEncoding,
    Connection,
    Close,
    KeepAlive,
    ConnectionUpgrade,
    Chunked,
}

/// Where in a value the reader is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum At {
    /// The rest of the value does not matter.
    Anywhere,
    Digits,
    /// White space behind the digits.
    AfterDigits,
    /// In `chunked`, behind this number of its bytes.
    Chunked(u8),
    /// Spaces behind `chunked`.
    AfterChunked,
    OtherCoding,
    /// Between two codings.
    BetweenCodings,
    /// Between two connection options.
    BetweenOptions,
    /// In the option with this index in `OPTIONS`, behind this number of its bytes.
    Option(u8, u8),
    AfterOption,
    OtherOption,
}

const CHUNKED: &[u8] = b"chunked";
const OPTIONS: [(&[u8], Meaning); 3] = [
    (b"close", Meaning::Close),
    (b"keep-alive", Meaning::KeepAlive),
    (b"upgrade", Meaning::ConnectionUpgrade),
];

/// What the fields of one message have said so far.
#[derive(Clone, Debug)]
pub(crate) struct Control {
    pub role: Role,
    pub leniency: Leniency,
    meaning: Meaning,
    at: At,
    in_trailers: bool,
    length: u64,
    pub has_length: bool,
    pub has_coding: bool,
    pub is_chunked: bool,
    pub close: bool,
    pub keep_alive: bool,
    pub connection_upgrade: bool,
    pub upgrade: bool,
}

/// Whether white space behind this name has a rule of its own in Node's parser.
pub(crate) fn is_control_name(name: &[u8]) -> bool {
    meaning_of(name) != Meaning::Nothing
}

fn meaning_of(name: &[u8]) -> Meaning {
    let (known, meaning): (&[u8], Meaning) = match name.len() {
        7 => (b"upgrade", Meaning::Upgrade),
        10 => (b"connection", Meaning::Connection),
        14 => (b"content-length", Meaning::ContentLength),
        16 => (b"proxy-connection", Meaning::Connection),
        17 => (b"transfer-encoding", Meaning::TransferEncoding),
        _ => return Meaning::Nothing,
    };
    if name.eq_ignore_ascii_case(known) {
        meaning
    } else {
        Meaning::Nothing
    }
}

impl Control {
    pub fn new(role: Role, leniency: Leniency) -> Self {
        Self {
            role,
            leniency,
            meaning: Meaning::Nothing,
            at: At::Anywhere,
            in_trailers: false,
            length: 0,
            has_length: false,
            has_coding: false,
            is_chunked: false,
            close: false,
            keep_alive: false,
            connection_upgrade: false,
            upgrade: false,
        }
    }

    /// The fields from now on are of another message.
    pub fn reset(&mut self) {
        *self = Self::new(self.role, self.leniency);
    }

    /// The fields from now on are of the trailer section.
    pub fn begin_trailers(&mut self) {
        self.in_trailers = true;
    }

    /// The value of Content-Length.
    pub fn content_length(&self) -> Option<u64> {
        self.has_length.then_some(self.length)
    }

    /// The value under way matters: its bytes have to be given.
    pub fn is_watching(&self) -> bool {
        self.at != At::Anywhere
    }

    /// The field named last matters, be its value empty.
    pub fn is_control_field(&self) -> bool {
        self.meaning != Meaning::Nothing
    }

    /// A field name is complete, and its colon.
    pub fn name(&mut self, name: &[u8]) -> Result<(), ErrorKind> {
        self.meaning = meaning_of(name);
        self.at = At::Anywhere;
        match self.meaning {
            Meaning::ContentLength if self.has_coding && !self.leniency.is_insecure() => {
                Err(ErrorKind::ContentLengthWithCoding)
            }
            Meaning::TransferEncoding if self.has_length && !self.leniency.is_insecure() => {
                Err(ErrorKind::CodingWithContentLength)
            }
            _ => Ok(()),
        }
    }

    /// The field's line has ended without a value.
    pub fn empty_value(&self) -> Result<(), ErrorKind> {
        match self.meaning {
            Meaning::ContentLength => Err(ErrorKind::ContentLengthEmpty),
            Meaning::TransferEncoding => Err(ErrorKind::CodingEmpty),
            _ => Ok(()),
        }
    }

    /// A value begins, or goes on in a folded line; its first byte follows.
    pub fn begin_value(&mut self) -> Result<(), Fault> {
        self.at = At::Anywhere;
        match self.meaning {
            Meaning::Upgrade => {
                self.upgrade = true;
                self.meaning = Meaning::Nothing;
            }
            Meaning::ContentLength if self.has_length => {
                return Err((ErrorKind::ContentLengthDuplicate, 0));
            }
            Meaning::ContentLength => self.at = At::Digits,
            // RFC 9110, section 6.5.1: trailers must not change the framing.
            Meaning::TransferEncoding if self.in_trailers && !self.leniency.is_insecure() => {
                return Err((ErrorKind::CodingValue, 1));
            }
            Meaning::TransferEncoding => {
                if self.is_chunked {
                    self.refuse_coding_behind_chunked()?;
                }
                // All lines are one list: `chunked` was not its last item.
                self.is_chunked = false;
                self.has_coding = true;
                self.at = At::Chunked(0);
            }
            // Whether the connection of a response persists was decided with its head. In a request the
            // field still counts here, as it does to Node.
            Meaning::Connection if self.in_trailers && self.role == Role::Client => {
                self.meaning = Meaning::Nothing;
            }
            Meaning::Connection => self.at = At::BetweenOptions,
            _ => {}
        }
        Ok(())
    }

    /// RFC 9112, section 6.1: `chunked` is applied once and last.
    fn refuse_coding_behind_chunked(&self) -> Result<(), Fault> {
        if self.role == Role::Server && !self.leniency.is_insecure() {
            return Err((ErrorKind::CodingValue, 1));
        }
        Ok(())
    }

    /// A byte of the value, trailing white space included.
    pub fn value_byte(&mut self, byte: u8) -> Result<(), Fault> {
        match self.at {
            At::Anywhere => Ok(()),
            At::Digits | At::AfterDigits => self.length_byte(byte),
            At::Chunked(_) | At::AfterChunked | At::OtherCoding | At::BetweenCodings => {
                self.coding_byte(byte)
            }
            At::BetweenOptions | At::Option(..) | At::AfterOption | At::OtherOption => {
                self.option_byte(byte);
                Ok(())
            }
        }
    }

    fn length_byte(&mut self, byte: u8) -> Result<(), Fault> {
        match byte {
            b'0'..=b'9' if self.at == At::Digits => {
                self.length = self
                    .length
                    .checked_mul(10)
                    .and_then(|length| length.checked_add(u64::from(byte - b'0')))
                    .ok_or((ErrorKind::ContentLengthOverflow, 1))?;
                Ok(())
            }
            b' ' | b'\t' => {
                self.at = At::AfterDigits;
                Ok(())
            }
            _ => Err((ErrorKind::ContentLength, 0)),
        }
    }

    fn coding_byte(&mut self, byte: u8) -> Result<(), Fault> {
        if self.at == At::BetweenCodings {
            if matches!(byte, b' ' | b'\t') {
                return Ok(());
            }
            self.at = At::Chunked(0);
        }
        match self.at {
            At::Chunked(read) if CHUNKED[usize::from(read)] == byte.to_ascii_lowercase() => {
                let read = read + 1;
                self.at = if usize::from(read) == CHUNKED.len() {
                    At::AfterChunked
                } else {
                    At::Chunked(read)
                };
            }
            At::AfterChunked if byte == b' ' => {}
            // RFC 9112, section 5.1, lets a tab stand there. In a request Node refuses it; a
            // response would, to Node, be of an unknown coding and last until the close.
            At::AfterChunked
                if byte == b'\t' && self.role == Role::Client && !self.leniency.is_insecure() => {}
            At::AfterChunked if byte == b',' => {
                self.refuse_coding_behind_chunked()?;
                self.at = At::BetweenCodings;
            }
            _ if byte == b',' => self.at = At::BetweenCodings,
            _ if is_text(byte) => self.at = At::OtherCoding,
            _ => self.ignore_rest(),
        }
        Ok(())
    }

    fn option_byte(&mut self, byte: u8) {
        let is_space = matches!(byte, b' ' | b'\t');
        self.at = match self.at {
            At::BetweenOptions if is_space => At::BetweenOptions,
            At::BetweenOptions => {
                let lower = byte.to_ascii_lowercase();
                match OPTIONS.iter().position(|(word, _)| word[0] == lower) {
                    Some(index) => At::Option(index as u8, 1),
                    None => self.other_option(byte),
                }
            }
            At::Option(index, read) => {
                let (word, meaning) = OPTIONS[usize::from(index)];
                if word[usize::from(read)] != byte.to_ascii_lowercase() {
                    self.other_option(byte)
                } else if usize::from(read) + 1 == word.len() {
                    self.meaning = meaning;
                    At::AfterOption
                } else {
                    At::Option(index, read + 1)
                }
            }
            At::AfterOption if byte == b',' => {
                self.take_effect();
                At::BetweenOptions
            }
            At::AfterOption if is_space => At::AfterOption,
            At::AfterOption => {
                self.meaning = Meaning::Nothing;
                self.other_option(byte)
            }
            _ => self.other_option(byte),
        };
    }

    fn other_option(&mut self, byte: u8) -> At {
        match byte {
            b',' => At::BetweenOptions,
            _ if is_text(byte) => At::OtherOption,
            _ => At::Anywhere,
        }
    }

    fn ignore_rest(&mut self) {
        self.meaning = Meaning::Nothing;
        self.at = At::Anywhere;
    }

    /// The line on which the value stands has ended.
    pub fn line_end(&mut self) {
        match self.at {
            At::Digits | At::AfterDigits => self.has_length = true,
            At::AfterChunked => self.meaning = Meaning::Chunked,
            At::Chunked(_) | At::OtherCoding | At::BetweenCodings => {
                self.meaning = Meaning::Nothing;
            }
            _ => {}
        }
        self.at = At::Anywhere;
    }

    /// The next line goes on with the value (RFC 9112, section 5.2).
    pub fn fold(&mut self) -> Result<(), Fault> {
        if self.meaning == Meaning::Chunked {
            self.meaning = Meaning::Nothing;
        }
        self.begin_value()
    }

    /// The value is complete.
    pub fn end_value(&mut self) {
        self.take_effect();
        self.meaning = Meaning::Nothing;
    }

    fn take_effect(&mut self) {
        match self.meaning {
            Meaning::Close => self.close = true,
            Meaning::KeepAlive => self.keep_alive = true,
            Meaning::ConnectionUpgrade => self.connection_upgrade = true,
            Meaning::Chunked => self.is_chunked = true,
            _ => return,
        }
        self.meaning = Meaning::Connection;
    }

    /// Reads a value that is known as a whole, without leading white space.
    pub fn whole_value(&mut self, value: &[u8]) -> Result<(), ErrorKind> {
        if value.is_empty() {
            return self.empty_value();
        }
        self.begin_value().map_err(|(kind, _)| kind)?;
        for &byte in value {
            if !self.is_watching() {
                break;
            }
            self.value_byte(byte).map_err(|(kind, _)| kind)?;
        }
        self.line_end();
        self.end_value();
        Ok(())
    }
}

/// Bytes of a field value (RFC 9110, section 5.5).
pub(crate) const fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=0x7e | 0x80..)
}
