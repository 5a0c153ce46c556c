//! Request lines and status lines, byte by byte (RFC 9112, sections 3 and 4).

use crate::protocol::error::{ErrorKind, Fault};
use crate::protocol::leniency::Leniency;
use crate::protocol::method::{self, Known, Method};
use crate::protocol::target::{self, Target};

/// Where in the line the parser is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum At {
    Method,
    /// So much of HTTP/2's preface behind its method.
    Preface(usize),
    BeforeTarget,
    Target(Target),
    /// So much of `HTTP/`, in a request behind spaces.
    Protocol(usize),
    Major,
    Dot,
    Minor,
    RequestEnd,
    RequestLf,
    AfterVersion,
    Status(u8),
    StatusEnd,
    Reason,
    ResponseLf,
    /// HTTP/0.9: the target's line ended without a version.
    OldLf,
}

const PROTOCOL: &[u8] = b"HTTP/";
const PREFACE: &[u8] = b" * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// One start line, as far as it has been read.
#[derive(Debug)]
pub(crate) struct StartLine {
    at: At,
    name: [u8; method::MAX_LENGTH],
    name_length: usize,
    known: Option<Known>,
    /// The target, or the reason phrase.
    pub text: Vec<u8>,
    pub version: (u8, u8),
    pub status: u16,
}

/// What a byte did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    More,
    /// The target or reason is complete: it counts against the limit.
    TextComplete,
    /// The line is complete with this byte.
    Complete,
    /// As above, and it was the target's line that ended (HTTP/0.9).
    TextAndLineComplete,
}

impl StartLine {
    pub fn new() -> Self {
        Self {
            at: At::Method,
            name: [0; method::MAX_LENGTH],
            name_length: 0,
            known: None,
            text: Vec::new(),
            version: (0, 9),
            status: 0,
        }
    }

    /// Begins anew, with a request or a response.
    pub fn reset(&mut self, is_request: bool) {
        self.at = if is_request {
            At::Method
        } else {
            At::Protocol(0)
        };
        self.name_length = 0;
        self.known = None;
        self.text.clear();
        self.text.shrink_to(4096);
        self.version = (0, 9);
        self.status = 0;
    }

    pub fn method(&self) -> Option<Method> {
        match self.known {
            Some(Known::Served(method)) => Some(method),
            _ => None,
        }
    }

    /// Bytes of an unfinished target or reason.
    pub fn open_text(&self) -> usize {
        if matches!(self.at, At::Target(_) | At::Reason) {
            self.text.len()
        } else {
            0
        }
    }

    /// Consumes one byte.
    pub fn step(&mut self, byte: u8, lenient: &Leniency) -> Result<Step, Fault> {
        match self.at {
            At::Method => self.method_byte(byte)?,
            At::Preface(read) => return self.preface_byte(byte, read),
            At::BeforeTarget => {
                if byte != b' ' {
                    let is_connect = self.method() == Some(Method::CONNECT);
                    return self.target_byte(byte, Target::start(is_connect), lenient);
                }
            }
            At::Target(state) => return self.target_byte(byte, state, lenient),
            At::Protocol(0) if byte == b' ' && self.known.is_some() => {}
            At::Protocol(read) => self.protocol_byte(byte, read)?,
            At::Major => {
                self.version.0 = digit(byte).ok_or((ErrorKind::VersionMajor, 0))?;
                self.at = At::Dot;
            }
            At::Dot if byte == b'.' => self.at = At::Minor,
            At::Dot => return Err((ErrorKind::VersionDot, 0)),
            At::Minor => self.minor_byte(byte, lenient)?,
            At::RequestEnd => return self.request_end(byte, lenient),
            At::RequestLf if byte == b'\n' => return Ok(Step::Complete),
            At::RequestLf => return Err((ErrorKind::VersionEndLf, 0)),
            At::AfterVersion if byte == b' ' => self.at = At::Status(0),
            At::AfterVersion => return Err((ErrorKind::VersionSpace, 0)),
            At::Status(read) => {
                let value = digit(byte).ok_or((ErrorKind::StatusCode, 0))?;
                self.status = self.status * 10 + u16::from(value);
                self.at = if read == 2 {
                    At::StatusEnd
                } else {
                    At::Status(read + 1)
                };
            }
            At::StatusEnd => return self.status_end(byte, lenient),
            At::Reason => return self.reason_byte(byte, lenient),
            At::ResponseLf | At::OldLf if byte == b'\n' => return Ok(Step::Complete),
            At::ResponseLf | At::OldLf => return Err((ErrorKind::LfAfterCr, 0)),
        }
        Ok(Step::More)
    }

    /// Names are refused at the first byte with which no method goes on.
    fn method_byte(&mut self, byte: u8) -> Result<(), Fault> {
        let length = self.name_length;
        if length < self.name.len() {
            self.name[length] = byte;
            if method::is_prefix(&self.name[..=length]) {
                self.name_length += 1;
                if &self.name[..self.name_length] == b"PRI" {
                    self.at = At::Preface(0);
                }
                return Ok(());
            }
        }
        match method::known(&self.name[..length]) {
            None => Err((ErrorKind::Method, 0)),
            Some(_) if byte != b' ' => Err((ErrorKind::MethodSpace, 0)),
            Some(known) => {
                self.known = Some(known);
                self.at = At::BeforeTarget;
                Ok(())
            }
        }
    }

    fn preface_byte(&mut self, byte: u8, read: usize) -> Result<Step, Fault> {
        if PREFACE[read] != byte {
            return Err((ErrorKind::PrefaceInvalid, 0));
        }
        if read + 1 == PREFACE.len() {
            return Err((ErrorKind::Preface, 1));
        }
        self.at = At::Preface(read + 1);
        Ok(Step::More)
    }

    fn target_byte(&mut self, byte: u8, state: Target, lenient: &Leniency) -> Result<Step, Fault> {
        match state.step(byte)? {
            target::Step::Inside(next) => {
                self.text.push(byte);
                self.at = At::Target(next);
                Ok(Step::More)
            }
            target::Step::End => {
                self.at = At::Protocol(0);
                Ok(Step::TextComplete)
            }
            // A line without a version is of HTTP/0.9, which has no place on today's networks.
            target::Step::EndOfLine if !lenient.any_version => Err((ErrorKind::HttpVersion, 0)),
            target::Step::EndOfLine if byte == b'\r' => {
                self.at = At::OldLf;
                Ok(Step::TextComplete)
            }
            target::Step::EndOfLine => Ok(Step::TextAndLineComplete),
        }
    }

    fn protocol_byte(&mut self, byte: u8, read: usize) -> Result<(), Fault> {
        if PROTOCOL[read] != byte {
            return Err((ErrorKind::Protocol, 0));
        }
        self.at = At::Protocol(read + 1);
        if read + 1 == PROTOCOL.len() {
            if self.known == Some(Known::Foreign) {
                return Err((ErrorKind::MethodForProtocol, 0));
            }
            self.at = At::Major;
        }
        Ok(())
    }

    fn minor_byte(&mut self, byte: u8, lenient: &Leniency) -> Result<(), Fault> {
        self.version.1 = digit(byte).ok_or((ErrorKind::VersionMinor, 0))?;
        if !matches!(self.version, (1, 0 | 1)) && !lenient.any_version {
            return Err((ErrorKind::HttpVersion, 1));
        }
        self.at = if self.known.is_some() {
            At::RequestEnd
        } else {
            At::AfterVersion
        };
        Ok(())
    }

    fn request_end(&mut self, byte: u8, lenient: &Leniency) -> Result<Step, Fault> {
        match byte {
            b'\r' => {
                self.at = At::RequestLf;
                Ok(Step::More)
            }
            b'\n' if lenient.bare_lf => Ok(Step::Complete),
            b'\n' => Err((ErrorKind::VersionEnd, 1)),
            _ => Err((ErrorKind::VersionEnd, 0)),
        }
    }

    fn status_end(&mut self, byte: u8, lenient: &Leniency) -> Result<Step, Fault> {
        match byte {
            b' ' => self.at = At::Reason,
            b'\r' => self.at = At::ResponseLf,
            b'\n' if lenient.bare_lf => return Ok(Step::Complete),
            b'\n' => return Err((ErrorKind::StatusEnd, 1)),
            _ => return Err((ErrorKind::StatusEnd, 0)),
        }
        Ok(Step::More)
    }

    fn reason_byte(&mut self, byte: u8, lenient: &Leniency) -> Result<Step, Fault> {
        match byte {
            b'\r' => {
                self.at = At::ResponseLf;
                Ok(Step::TextComplete)
            }
            b'\n' if lenient.bare_lf => Ok(Step::TextAndLineComplete),
            b'\n' => Err((ErrorKind::ResponseLineCr, 1)),
            _ => {
                self.text.push(byte);
                Ok(Step::More)
            }
        }
    }
}

fn digit(byte: u8) -> Option<u8> {
    byte.is_ascii_digit().then(|| byte - b'0')
}
