//! The usual case: a whole head of a request lies in the input. httparse finds its parts, and what
//! httparse lets through but Node does not is checked here. Whatever is refused or unusual is left
//! to the automaton (`start_line`, `section`), which is the authority on errors: this path reports
//! none.

use std::mem::MaybeUninit;

use memchr::{memchr_iter, memmem};

use crate::protocol::fields::Fields;
use crate::protocol::framing::{Decision, Rules};
use crate::protocol::method::Method;
use crate::protocol::target::Target;

/// Fields beyond this number are left to the automaton.
const MAX_FIELDS: usize = 96;

/// A request's head that needed no automaton.
pub(crate) struct FastHead<'a> {
    pub method: Method,
    pub target: &'a [u8],
    pub version: (u8, u8),
    pub fields: Fields<'a>,
    pub decision: Decision,
}

/// Parses the head at the front of `input` if there is a whole one and all of it is as usual, and
/// gives it to `found`. Returns its length and what `found` returned.
pub(crate) fn request<R>(
    input: &[u8],
    limit: usize,
    rules: &mut Rules,
    found: impl FnOnce(FastHead<'_>) -> R,
) -> Option<(usize, R)> {
    let length = memmem::find(input, b"\r\n\r\n")? + 4;
    let head = &input[..length];
    // The bytes that count are fewer than all of them: within the limit, none need be counted.
    if length >= limit || has_bare_lf(head) {
        return None;
    }
    let mut headers = [const { MaybeUninit::uninit() }; MAX_FIELDS];
    let mut request = httparse::Request::new(&mut []);
    match request.parse_with_uninit_headers(head, &mut headers) {
        Ok(httparse::Status::Complete(parsed)) if parsed == length => {}
        _ => return None,
    }
    let method = Method::from_bytes(request.method?.as_bytes())?;
    let target = request.path?.as_bytes();
    if !Target::accepts(target, method == Method::CONNECT) {
        return None;
    }
    let version = (1, request.version?);
    for header in request.headers.iter() {
        rules.begin_field(header.name.as_bytes()).ok()?;
        if rules.is_watching() {
            if !ends_its_line(head, header.value) {
                return None;
            }
            for &byte in header.value {
                rules.value_byte(byte).ok()?;
            }
            rules.end_value().ok()?;
        }
    }
    if rules.refuses_coding() {
        return None;
    }
    let decision = rules.decide_request(version, method);
    let fields = Fields::parsed(request.headers);
    Some((
        length,
        found(FastHead {
            method,
            target,
            version,
            fields,
            decision,
        }),
    ))
}

/// httparse takes a bare LF for a line end; Node refuses it.
fn has_bare_lf(head: &[u8]) -> bool {
    memchr_iter(b'\n', head).any(|at| at == 0 || head[at - 1] != b'\r')
}

/// httparse takes the white space off a value; where the value matters, it does, too.
fn ends_its_line(head: &[u8], value: &[u8]) -> bool {
    let end = (value.as_ptr() as usize + value.len()).wrapping_sub(head.as_ptr() as usize);
    head.get(end) == Some(&b'\r')
}
