//! Request lines and status lines, byte by byte (RFC 9112, sections 3 and 4).

use crate::protocol::error::{ErrorKind, Fault};
use crate::protocol::leniency::Leniency;
use crate::protocol::method::{self, Known, Method};
use crate::protocol::progress;
use crate::protocol::target::{self, Target};
use crate::protocol::text::Text;

/// Where in the line the parser is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum At {
    Method,
    AfterMethod,
    BeforeTarget,
    Target(Target),
    /// A target's line ended without a version.
    OldLf,
    OldEnd,
    AfterTarget,
    BeforeProtocol,
    /// In the protocol with this index in `PROTOCOLS`, behind this number of its bytes.
    Protocol(u8, u8),
    Slash,
    Major,
    Dot,
    Minor,
    VersionEnd,
    VersionLf,
    /// In what follows the version in HTTP/2's preface, behind this number of its bytes.
    Preface(u8),
    AfterVersion,
    Status(u8),
    StatusEnd,
    Reason,
    ReasonLf,
}

/// What Node's parser takes for a protocol; servers of Icecast answer with `ICE`.
const PROTOCOLS: [&[u8]; 3] = [b"HTTP", b"RTSP", b"ICE"];
const PREFACE: &[u8] = b"\r\n\r\nSM\r\n\r\n";

/// One start line, as far as it has been read. The target or the reason is put into the text.
#[derive(Debug)]
pub(crate) struct StartLine {
    at: At,
    name: [u8; method::MAX_LENGTH],
    name_length: usize,
    known: Option<Known>,
    pub version: (u8, u8),
    pub status: u16,
}

type Step = progress::Step<At>;

impl StartLine {
    pub fn new() -> Self {
        Self {
            at: At::Method,
            name: [0; method::MAX_LENGTH],
            name_length: 0,
            known: None,
            version: (0, 9),
            status: 0,
        }
    }

    /// Begins anew, with a request or a response.
    pub fn reset(&mut self, is_request: bool) {
        *self = Self {
            at: if is_request {
                At::Method
            } else {
                At::BeforeProtocol
            },
            ..Self::new()
        };
    }

    pub fn method(&self) -> Option<Method> {
        match self.known {
            Some(Known::Served(method)) => Some(method),
            _ => None,
        }
    }

    fn is_request(&self) -> bool {
        self.known.is_some()
    }

    /// Feeds input; returns the bytes consumed, and whether the line is complete.
    pub fn advance(
        &mut self,
        input: &[u8],
        text: &mut Text,
        lenient: Leniency,
    ) -> Result<(usize, bool), Fault> {
        let mut at = 0;
        while at < input.len() {
            let piece = &input[at..];
            let step = match self.at {
                At::Target(state) => self.target(piece, state, text, lenient),
                At::Reason => self.reason(piece, text, lenient),
                _ => self.step(piece[0], lenient).map(|step| match step {
                    Step::To(_) => (1, step),
                    Step::Again(_) | Step::Complete(_) => (0, step),
                }),
            };
            let (consumed, step) = step.map_err(|(kind, offset)| (kind, at + offset))?;
            at += consumed;
            match step {
                Step::To(next) | Step::Again(next) => self.at = next,
                Step::Complete(more) => return Ok((at + more, true)),
            }
        }
        Ok((at, false))
    }

    fn step(&mut self, byte: u8, lenient: Leniency) -> Result<Step, Fault> {
        match self.at {
            At::Method => self.method_byte(byte),
            At::AfterMethod if byte == b' ' => Ok(Step::To(At::BeforeTarget)),
            At::AfterMethod => Err((ErrorKind::MethodSpace, 0)),
            At::BeforeTarget if byte == b' ' => Ok(Step::To(At::BeforeTarget)),
            At::BeforeTarget => {
                let is_connect = self.method() == Some(Method::CONNECT);
                Ok(Step::Again(At::Target(Target::start(is_connect))))
            }
            At::OldLf if byte == b'\n' => self.old_version(lenient),
            At::OldLf => Err((ErrorKind::UrlLineEnd, 0)),
            // To Node, the target is not over yet.
            At::OldEnd | At::AfterTarget if target::is_refused_anywhere(byte) => {
                Err((ErrorKind::UrlChars, 1))
            }
            At::OldEnd => Ok(Step::Complete(0)),
            At::AfterTarget => Ok(Step::Again(At::BeforeProtocol)),
            At::BeforeProtocol if byte == b' ' && self.is_request() => {
                Ok(Step::To(At::BeforeProtocol))
            }
            At::BeforeProtocol => {
                let protocol = PROTOCOLS.iter().position(|word| word[0] == byte);
                let protocol = protocol.ok_or((ErrorKind::Protocol, 0))?;
                Ok(Step::To(At::Protocol(protocol as u8, 1)))
            }
            At::Protocol(protocol, read) => self.protocol_byte(byte, protocol, read),
            At::Slash if byte == b'/' => Ok(Step::To(At::Major)),
            At::Slash => Err((ErrorKind::Protocol, 0)),
            At::Major => {
                self.version.0 = digit(byte).ok_or((ErrorKind::VersionMajor, 0))?;
                Ok(Step::To(At::Dot))
            }
            At::Dot if byte == b'.' => Ok(Step::To(At::Minor)),
            At::Dot => Err((ErrorKind::VersionDot, 0)),
            At::Minor => self.minor_byte(byte, lenient),
            At::VersionEnd => version_end(byte, lenient),
            At::VersionLf if byte == b'\n' => Ok(Step::Complete(1)),
            At::VersionLf if lenient.is_insecure() => Ok(Step::Complete(0)),
            At::VersionLf => Err((ErrorKind::VersionEndLf, 0)),
            At::Preface(read) => preface_byte(byte, read),
            At::AfterVersion if byte == b' ' => Ok(Step::To(At::Status(0))),
            At::AfterVersion => Err((ErrorKind::VersionSpace, 0)),
            At::Status(read) => self.status_byte(byte, read),
            At::StatusEnd => status_end(byte, lenient),
            At::ReasonLf if byte == b'\n' => Ok(Step::Complete(1)),
            At::ReasonLf if lenient.is_insecure() => Ok(Step::Complete(0)),
            At::ReasonLf => Err((ErrorKind::LfAfterCr, 0)),
            // Read in larger pieces.
            At::Target(_) | At::Reason => Ok(Step::Again(self.at)),
        }
    }

    /// Names are refused at the first byte with which no method goes on.
    fn method_byte(&mut self, byte: u8) -> Result<Step, Fault> {
        let length = self.name_length;
        if length < self.name.len() {
            self.name[length] = byte;
            if method::is_prefix(&self.name[..=length]) {
                self.name_length += 1;
                return Ok(Step::To(At::Method));
            }
        }
        self.known = method::known(&self.name[..length]);
        if self.known.is_none() {
            return Err((ErrorKind::Method, 0));
        }
        Ok(Step::Again(At::AfterMethod))
    }

    fn target(
        &mut self,
        piece: &[u8],
        mut state: Target,
        text: &mut Text,
        lenient: Leniency,
    ) -> Result<(usize, Step), Fault> {
        for (end, &byte) in piece.iter().enumerate() {
            let step = state.step(byte);
            if let Ok(target::Step::Inside(next)) = step {
                state = next;
                continue;
            }
            // A target that is too large is refused for that, whatever is wrong behind: the
            // verdict must not depend on how the input was cut. Node's does.
            text.push(&piece[..end], end)?;
            return match step.map_err(|(kind, offset)| (kind, end + offset))? {
                target::Step::End => Ok((end + 1, Step::To(At::AfterTarget))),
                _ if byte == b'\r' => Ok((end + 1, Step::To(At::OldLf))),
                _ => self
                    .old_version(lenient)
                    .map(|step| (end + 1, step))
                    .map_err(|(kind, offset)| (kind, end + offset)),
            };
        }
        text.push(piece, piece.len())?;
        Ok((piece.len(), Step::To(At::Target(state))))
    }

    /// HTTP/0.9 has no place on today's networks.
    fn old_version(&self, lenient: Leniency) -> Result<Step, Fault> {
        if !lenient.is_insecure() {
            return Err((ErrorKind::HttpVersion, 1));
        }
        if self.method().is_none() {
            return Err((ErrorKind::MethodForProtocol, 1));
        }
        Ok(Step::To(At::OldEnd))
    }

    fn protocol_byte(&mut self, byte: u8, protocol: u8, read: u8) -> Result<Step, Fault> {
        let word = PROTOCOLS[usize::from(protocol)];
        if word[usize::from(read)] != byte {
            return Err((ErrorKind::Protocol, 0));
        }
        if usize::from(read) + 1 < word.len() {
            return Ok(Step::To(At::Protocol(protocol, read + 1)));
        }
        if self.is_request() {
            self.check_method(protocol).map_err(|kind| (kind, 1))?;
        }
        Ok(Step::To(At::Slash))
    }

    /// Methods that only RTSP has are refused in RTSP, too: nothing here serves them.
    fn check_method(&self, protocol: u8) -> Result<(), ErrorKind> {
        let name = &self.name[..self.name_length];
        match protocol {
            0 if self.known == Some(Known::Foreign) => Err(ErrorKind::MethodForProtocol),
            1 if !matches!(name, b"OPTIONS" | b"GET" | b"POST") => Err(ErrorKind::MethodForRtsp),
            2 if name != b"SOURCE" => Err(ErrorKind::MethodForIce),
            _ => Ok(()),
        }
    }

    fn minor_byte(&mut self, byte: u8, lenient: Leniency) -> Result<Step, Fault> {
        self.version.1 = digit(byte).ok_or((ErrorKind::VersionMinor, 0))?;
        let is_preface = self.known == Some(Known::Preface);
        // Old servers answer in HTTP/0.9 terms; Node's tests ask that a client bears it.
        let is_old_response = self.known.is_none() && self.version == (0, 9);
        let is_known = matches!(self.version, (1, 0 | 1))
            || (is_preface && self.version == (2, 0))
            || is_old_response;
        if !is_known && !lenient.is_insecure() {
            return Err((ErrorKind::HttpVersion, 1));
        }
        Ok(Step::To(match self.known {
            Some(Known::Preface) => At::Preface(0),
            Some(_) => At::VersionEnd,
            None => At::AfterVersion,
        }))
    }

    fn status_byte(&mut self, byte: u8, read: u8) -> Result<Step, Fault> {
        let value = digit(byte).ok_or((ErrorKind::StatusCode, 0))?;
        self.status = self.status * 10 + u16::from(value);
        Ok(Step::To(if read == 2 {
            At::StatusEnd
        } else {
            At::Status(read + 1)
        }))
    }

    /// Any byte but CR and LF may stand in a reason: RFC 9112, section 4, wants it ignored.
    fn reason(
        &mut self,
        piece: &[u8],
        text: &mut Text,
        lenient: Leniency,
    ) -> Result<(usize, Step), Fault> {
        let Some(end) = memchr::memchr2(b'\r', b'\n', piece) else {
            text.push(piece, piece.len())?;
            return Ok((piece.len(), Step::To(At::Reason)));
        };
        text.push(&piece[..end], end + 1)?;
        match piece[end] {
            b'\r' => Ok((end + 1, Step::To(At::ReasonLf))),
            _ if lenient.is_insecure() => Ok((end, Step::Complete(1))),
            _ => Err((ErrorKind::ResponseLineCr, end + 1)),
        }
    }
}

fn version_end(byte: u8, lenient: Leniency) -> Result<Step, Fault> {
    match byte {
        b'\r' => Ok(Step::To(At::VersionLf)),
        b'\n' if lenient.is_insecure() => Ok(Step::To(At::VersionLf)),
        b'\n' => Err((ErrorKind::VersionEnd, 1)),
        _ => Err((ErrorKind::VersionEnd, 0)),
    }
}

fn preface_byte(byte: u8, read: u8) -> Result<Step, Fault> {
    if PREFACE[usize::from(read)] != byte {
        return Err((ErrorKind::PrefaceInvalid, 0));
    }
    if usize::from(read) + 1 == PREFACE.len() {
        return Err((ErrorKind::Preface, 1));
    }
    Ok(Step::To(At::Preface(read + 1)))
}

fn status_end(byte: u8, lenient: Leniency) -> Result<Step, Fault> {
    match byte {
        b' ' => Ok(Step::To(At::Reason)),
        b'\r' => Ok(Step::To(At::ReasonLf)),
        b'\n' if lenient.is_insecure() => Ok(Step::Complete(1)),
        b'\n' => Err((ErrorKind::StatusEnd, 1)),
        _ => Err((ErrorKind::StatusEnd, 0)),
    }
}

fn digit(byte: u8) -> Option<u8> {
    byte.is_ascii_digit().then(|| byte - b'0')
}

/// Bytes of empty lines, or parts of them, at the front of `input`.
pub(super) fn empty_lines(input: &[u8]) -> usize {
    input
        .iter()
        .take_while(|&&byte| matches!(byte, b'\r' | b'\n'))
        .count()
}
