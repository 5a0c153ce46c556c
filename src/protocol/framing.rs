//! The only place that decides where a message ends, whether the connection persists and whether
//! it is upgraded, for both roles (RFC 9112, sections 6.3, 9.3 and 7.8 of RFC 9110).
//!
//! Values are looked at byte by byte, so that a refusal comes at the byte at which Node's does.

use crate::protocol::error::{ErrorKind, Fault};
use crate::protocol::leniency::Leniency;
use crate::protocol::method::Method;
use crate::protocol::parser::Role;

/// How the content of a message is delimited.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Framing {
    None,
    Length(u64),
    Chunked,
    UntilClose,
}

/// A field that matters here, and how far its value has been read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Value {
    Ignored,
    ContentLength { digits: bool, ended: bool },
    Coding { seen: bool, token: Token },
    Connection { token: Token },
    Upgrade,
}

/// A position in a list of tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Token {
    /// Before a token.
    Start,
    /// So many bytes of the word with this index have been read.
    Word(u8, u8),
    /// The word is complete; only white space may follow.
    Done(u8),
    /// Some other token: up to the next comma.
    Other,
}

const CONNECTION_WORDS: [&[u8]; 3] = [b"close", b"keep-alive", b"upgrade"];
const CHUNKED: &[u8] = b"chunked";

/// What the fields of one message have said so far.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    role: Role,
    leniency: Leniency,
    value: Value,
    content_length: Option<u64>,
    has_coding: bool,
    is_chunked: bool,
    close: bool,
    keep_alive: bool,
    connection_upgrade: bool,
    upgrade: bool,
}

/// What a complete head means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Decision {
    pub framing: Framing,
    pub keep_alive: bool,
    pub upgrade: bool,
}

impl Rules {
    pub fn new(role: Role, leniency: Leniency) -> Self {
        Self {
            role,
            leniency,
            value: Value::Ignored,
            content_length: None,
            has_coding: false,
            is_chunked: false,
            close: false,
            keep_alive: false,
            connection_upgrade: false,
            upgrade: false,
        }
    }

    /// A Connection field, be it in the trailer section, said that the connection ends.
    pub fn says_close(&self) -> bool {
        self.close
    }

    /// A field name is complete.
    pub fn begin_field(&mut self, name: &[u8]) -> Result<(), Fault> {
        self.value = match name.len() {
            7 if name.eq_ignore_ascii_case(b"upgrade") => Value::Upgrade,
            10 if name.eq_ignore_ascii_case(b"connection") => Value::Connection {
                token: Token::Start,
            },
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                if self.has_coding && !self.leniency.both_lengths {
                    return Err((ErrorKind::ContentLengthWithCoding, 0));
                }
                Value::ContentLength {
                    digits: false,
                    ended: false,
                }
            }
            16 if name.eq_ignore_ascii_case(b"proxy-connection") => Value::Connection {
                token: Token::Start,
            },
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => {
                if self.content_length.is_some() && !self.leniency.both_lengths {
                    return Err((ErrorKind::CodingWithContentLength, 0));
                }
                Value::Coding {
                    seen: false,
                    token: Token::Start,
                }
            }
            _ => Value::Ignored,
        };
        Ok(())
    }

    /// The field whose name was given last matters: its value has to be given, too.
    pub fn is_watching(&self) -> bool {
        self.value != Value::Ignored
    }

    /// A byte of the value, leading white space excluded and trailing included.
    pub fn value_byte(&mut self, byte: u8) -> Result<(), Fault> {
        match self.value {
            Value::Ignored => Ok(()),
            Value::Upgrade => {
                self.upgrade = true;
                Ok(())
            }
            Value::ContentLength { digits, ended } => self.length_byte(byte, digits, ended),
            Value::Coding { seen, token } => self.coding_byte(byte, seen, token),
            Value::Connection { token } => {
                let token = next_token(token, byte, &CONNECTION_WORDS);
                self.value = Value::Connection { token };
                if byte == b',' {
                    self.note_connection_word(token);
                }
                Ok(())
            }
        }
    }

    fn length_byte(&mut self, byte: u8, digits: bool, ended: bool) -> Result<(), Fault> {
        if !digits && self.content_length.is_some() {
            return Err((ErrorKind::ContentLengthDuplicate, 0));
        }
        if byte.is_ascii_digit() && !ended {
            let value = self.content_length.unwrap_or(0);
            let value = value
                .checked_mul(10)
                .and_then(|value| value.checked_add(u64::from(byte - b'0')))
                .ok_or((ErrorKind::ContentLengthOverflow, 1))?;
            self.content_length = Some(value);
            self.value = Value::ContentLength {
                digits: true,
                ended: false,
            };
            return Ok(());
        }
        if digits && matches!(byte, b' ' | b'\t') {
            self.value = Value::ContentLength {
                digits,
                ended: true,
            };
            return Ok(());
        }
        Err((ErrorKind::ContentLength, 0))
    }

    /// `chunked` has to be the last coding, and to be named once (RFC 9112, section 6.1).
    fn coding_byte(&mut self, byte: u8, seen: bool, token: Token) -> Result<(), Fault> {
        let strict = self.role == Role::Server && !self.leniency.any_coding;
        if !seen && self.is_chunked {
            if strict {
                return Err((ErrorKind::CodingValue, 1));
            }
            self.is_chunked = false;
        }
        self.has_coding = true;
        if byte == b',' && matches!(token, Token::Done(_)) && strict {
            return Err((ErrorKind::CodingValue, 1));
        }
        let token = if byte == b'\t' && matches!(token, Token::Done(_)) && strict {
            Token::Other // Node's parser knows no tab here, and a proxy before us may not either
        } else {
            next_token(token, byte, &[CHUNKED])
        };
        self.value = Value::Coding { seen: true, token };
        Ok(())
    }

    /// The value is complete.
    pub fn end_value(&mut self) -> Result<(), Fault> {
        match std::mem::replace(&mut self.value, Value::Ignored) {
            Value::ContentLength { digits: false, .. } => {
                return Err((ErrorKind::ContentLengthEmpty, 0));
            }
            Value::Coding { seen: false, .. } if !self.leniency.any_coding => {
                return Err((ErrorKind::CodingEmpty, 0));
            }
            Value::Coding { token, .. } => {
                self.has_coding = true;
                self.is_chunked = matches!(token, Token::Done(_));
            }
            Value::Connection { token } => self.note_connection_word(token),
            _ => {}
        }
        Ok(())
    }

    /// `token` is what precedes a comma or the end, as `next_token` has left it.
    fn note_connection_word(&mut self, token: Token) {
        match token {
            Token::Done(0) => self.close = true,
            Token::Done(1) => self.keep_alive = true,
            Token::Done(2) => self.connection_upgrade = true,
            _ => {}
        }
        if let Value::Connection { token } = &mut self.value {
            *token = Token::Start;
        }
    }

    /// The head of a request is complete.
    pub fn decide_request(&self, version: (u8, u8), method: Method) -> Decision {
        let framing = if self.is_chunked {
            Framing::Chunked
        } else if self.has_coding {
            Framing::UntilClose
        } else {
            match self.content_length {
                None | Some(0) => Framing::None,
                Some(length) => Framing::Length(length),
            }
        };
        let coded_1_0 = version < (1, 1) && self.has_coding && !self.leniency.chunked_1_0_persists;
        Decision {
            framing,
            keep_alive: self.persists(version) && !coded_1_0 && framing != Framing::UntilClose,
            upgrade: method == Method::CONNECT || (self.upgrade && self.connection_upgrade),
        }
    }

    /// A request's codings do not end in `chunked`: its content has no end (RFC 9112, section 6.3).
    /// Node tells of the head before it refuses the request, and so do we.
    pub fn refuses_coding(&self) -> bool {
        self.role == Role::Server
            && self.has_coding
            && !self.is_chunked
            && !self.leniency.any_coding
    }

    /// The head of a response is complete. Whether its request allows content is for others.
    pub fn decide_response(&self, version: (u8, u8), status: u16) -> Decision {
        let bare = status / 100 == 1 || status == 204 || status == 304;
        let framing = if bare {
            Framing::None
        } else if self.is_chunked {
            Framing::Chunked
        } else if self.has_coding {
            Framing::UntilClose
        } else {
            match self.content_length {
                None => Framing::UntilClose,
                Some(0) => Framing::None,
                Some(length) => Framing::Length(length),
            }
        };
        Decision {
            framing,
            keep_alive: self.persists(version) && framing != Framing::UntilClose,
            upgrade: status == 101 && self.upgrade && self.connection_upgrade,
        }
    }

    /// RFC 9112, section 9.3.
    pub fn persists(&self, version: (u8, u8)) -> bool {
        if version >= (1, 1) {
            !self.close
        } else {
            self.keep_alive && version.0 > 0
        }
    }
}

/// Moves on by one byte in a list whose interesting words are `words`. At a comma the token before
/// it is kept, so that the caller can see it; it then begins anew.
fn next_token(token: Token, byte: u8, words: &[&[u8]]) -> Token {
    let is_space = matches!(byte, b' ' | b'\t');
    match token {
        _ if byte == b',' => match token {
            Token::Done(word) => Token::Done(word),
            _ => Token::Start,
        },
        Token::Start if is_space => Token::Start,
        Token::Done(word) if is_space => Token::Done(word),
        Token::Start => words
            .iter()
            .position(|word| word[0] == byte.to_ascii_lowercase())
            .map_or(Token::Other, |word| advance(word as u8, 1, words)),
        Token::Word(word, read) => {
            let wanted = words[word as usize][read as usize];
            if wanted == byte.to_ascii_lowercase() {
                advance(word, read + 1, words)
            } else {
                Token::Other
            }
        }
        Token::Done(_) | Token::Other => Token::Other,
    }
}

fn advance(word: u8, read: u8, words: &[&[u8]]) -> Token {
    if usize::from(read) == words[word as usize].len() {
        Token::Done(word)
    } else {
        Token::Word(word, read)
    }
}
