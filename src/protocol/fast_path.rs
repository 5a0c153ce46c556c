//! The usual case: a whole head lies in the input. httparse finds its parts, and what httparse
//! lets through but Node does not is checked here. Whatever is refused, incomplete or unusual is
//! left to the automaton (`start_line`, `section`), which is the authority on errors: this path
//! reports none, and whatever it accepts the automaton accepts alike.

use std::mem::MaybeUninit;

use crate::protocol::control::Control;
use crate::protocol::fields::Fields;
use crate::protocol::framing::Message;
use crate::protocol::limits::Limits;
use crate::protocol::method::Method;
use crate::protocol::target::Target;

/// Fields beyond this number are left to the automaton, which has no such limit.
const MAX_FIELDS: usize = 96;

/// Behind a request's target: a space, the version, CRLF.
const VERSION_LENGTH: usize = b" HTTP/1.1\r\n".len();
/// Before a response's reason: the version, a space, the status.
const STATUS_LENGTH: usize = b"HTTP/1.1 200".len();

/// A head that needed no automaton.
pub(crate) struct FastHead<'a> {
    pub message: Message,
    /// Target or reason.
    pub line: &'a [u8],
    pub fields: Fields<'a>,
    /// Bytes of the input.
    pub length: usize,
}

/// Parses the head at the front of `input` if there is a whole one, within `limits`, and all
/// of it is as usual, and gives it to `found`. As all its bytes are within the size, those that
/// count need not be counted. `control` is left in disorder when there is none.
pub(crate) fn request<R>(
    input: &[u8],
    limits: &Limits,
    control: &mut Control,
    found: impl FnOnce(&Control, FastHead<'_>) -> R,
) -> Option<R> {
    let mut headers = [const { MaybeUninit::uninit() }; MAX_FIELDS];
    let mut request = httparse::Request::new(&mut []);
    let length = whole(
        request.parse_with_uninit_headers(input, &mut headers),
        limits,
    )?;
    let head = &input[..length];
    let name = request.method?.as_bytes();
    let target = request.path?.as_bytes();
    let method = Method::from_bytes(name)?;
    if offset(head, name) != 0 || !Target::accepts(target, method == Method::CONNECT) {
        return None;
    }
    let first_line = offset(head, target) + target.len() + VERSION_LENGTH;
    if !head.get(..first_line)?.ends_with(b"\r\n") {
        return None;
    }
    fields(head, first_line, request.headers, limits, control)?;
    let head = FastHead {
        message: Message {
            version: (1, request.version?),
            method: Some(method),
            ..Message::default()
        },
        line: target,
        fields: Fields::parsed(request.headers),
        length,
    };
    Some(found(control, head))
}

/// As `request`, for the head of a response.
pub(crate) fn response<R>(
    input: &[u8],
    limits: &Limits,
    control: &mut Control,
    found: impl FnOnce(&Control, FastHead<'_>) -> R,
) -> Option<R> {
    let mut headers = [const { MaybeUninit::uninit() }; MAX_FIELDS];
    let mut response = httparse::Response::new(&mut []);
    let parsed = httparse::ParserConfig::default().parse_response_with_uninit_headers(
        &mut response,
        input,
        &mut headers,
    );
    let length = whole(parsed, limits)?;
    let head = &input[..length];
    // httparse drops a reason that is not ASCII: find it again.
    let first_line = match response.headers.first() {
        Some(header) => offset(head, header.name.as_bytes()),
        None => length - 2,
    };
    let line = head.get(..first_line)?.strip_suffix(b"\r\n")?;
    let reason = line.get(STATUS_LENGTH..)?;
    fields(head, first_line, response.headers, limits, control)?;
    let head = FastHead {
        message: Message {
            version: (1, response.version?),
            status: response.code?,
            ..Message::default()
        },
        line: reason.strip_prefix(b" ").unwrap_or(reason),
        fields: Fields::parsed(response.headers),
        length,
    };
    Some(found(control, head))
}

/// The length of a whole head within `limits`.
fn whole(parsed: httparse::Result<usize>, limits: &Limits) -> Option<usize> {
    match parsed {
        Ok(httparse::Status::Complete(length)) if length < limits.max_header_size => Some(length),
        _ => None,
    }
}

/// Checks that each line begins where the last one ended and ends in CRLF, where httparse takes a
/// bare LF as well, and reads the values that matter.
fn fields(
    head: &[u8],
    first_line: usize,
    headers: &[httparse::Header<'_>],
    limits: &Limits,
    control: &mut Control,
) -> Option<()> {
    if headers.len() > limits.max_fields {
        return None;
    }
    let mut line = first_line;
    for header in headers {
        let name = header.name.as_bytes();
        if offset(head, name) != line {
            return None;
        }
        control.name(name).ok()?;
        let value = offset(head, header.value);
        line = next_line(head, value + header.value.len())?;
        if control.is_control_field() {
            // White space behind a value, which httparse takes off, can matter.
            let value = match header.value {
                [] => header.value,
                _ => &head[value..line - 2],
            };
            control.whole_value(value).ok()?;
        }
    }
    (head.get(line..)? == b"\r\n").then_some(())
}

/// Where the next line begins when a value ends at `end`, white space aside.
fn next_line(head: &[u8], end: usize) -> Option<usize> {
    let rest = head.get(end..)?;
    if rest.starts_with(b"\r\n") {
        return Some(end + 2);
    }
    let space = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
    rest[space..]
        .starts_with(b"\r\n")
        .then_some(end + space + 2)
}

/// Where in `head` a part of it lies.
fn offset(head: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).wrapping_sub(head.as_ptr() as usize)
}
