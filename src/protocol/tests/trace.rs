//! Records what the parser tells, to compare it: one input cut in different ways, or an input and
//! what is expected of it. For tests and fuzz targets only.

use std::fmt;

use crate::protocol::{
    ErrorKind, Fields, Framing, Head, Leniency, Limits, Parser, RequestKind, Role, Sink, State,
    Verdict,
};

/// How a parser is set up, and what its sink answers.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub role: Role,
    pub limits: Limits,
    pub leniency: Leniency,
    pub request: RequestKind,
    /// What is answered to a head that asks for an upgrade. `Pause` is resumed with `Content`.
    pub upgrade: Verdict,
    /// The input ends behind the last byte.
    pub ends: bool,
}

impl Setup {
    pub fn new(role: Role) -> Self {
        Self {
            role,
            limits: Limits::default(),
            leniency: Leniency::default(),
            request: RequestKind::Other,
            upgrade: Verdict::Upgrade,
            ends: false,
        }
    }
}

/// One event; neighbouring pieces of content are one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Event {
    Begin,
    Head(String),
    Content(Vec<u8>),
    Complete(String),
    /// With the offset in the whole input.
    Error(ErrorKind, usize),
    Upgraded(usize),
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begin => write!(f, "begin"),
            Self::Head(head) => write!(f, "{head}"),
            Self::Content(bytes) => write!(f, "'{}'", bytes.escape_ascii()),
            Self::Complete(trailers) => write!(f, "end{trailers}"),
            Self::Error(kind, at) => write!(f, "{}: {} @{at}", kind.code(), kind.reason()),
            Self::Upgraded(at) => write!(f, "upgraded @{at}"),
        }
    }
}

struct Recorder {
    events: Vec<Event>,
    upgrade: Verdict,
}

fn describe(fields: &Fields<'_>) -> String {
    fields
        .iter()
        .map(|(name, value)| format!(" {}={}", name.escape_ascii(), value.escape_ascii()))
        .collect()
}

impl Sink for Recorder {
    fn message_begin(&mut self) {
        self.events.push(Event::Begin);
    }

    fn head(&mut self, head: &Head<'_>) -> Verdict {
        let line = match head.method {
            Some(method) => format!("{} {}", method.as_str(), head.target.escape_ascii()),
            None => format!("{} {}", head.status, head.reason.escape_ascii()),
        };
        let framing = match head.framing {
            Framing::None => "none".to_owned(),
            Framing::Length(length) => length.to_string(),
            Framing::Chunked => "chunked".to_owned(),
            Framing::UntilClose => "until close".to_owned(),
        };
        let (major, minor) = head.version;
        let persists = if head.keep_alive { "keep" } else { "close" };
        let upgrade = if head.upgrade { ", upgrade" } else { "" };
        let fields = describe(&head.fields);
        self.events.push(Event::Head(format!(
            "{line} {major}.{minor} ({framing}, {persists}{upgrade}){fields}"
        )));
        if head.upgrade {
            self.upgrade
        } else {
            Verdict::Content
        }
    }

    fn content(&mut self, bytes: &[u8]) {
        match self.events.last_mut() {
            Some(Event::Content(content)) => content.extend_from_slice(bytes),
            _ => self.events.push(Event::Content(bytes.to_vec())),
        }
    }

    fn complete(&mut self, trailers: &Fields<'_>) {
        self.events.push(Event::Complete(describe(trailers)));
    }
}

/// The events of an input that arrives in `pieces`.
pub fn trace<'a>(setup: &Setup, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Event> {
    let mut parser = Parser::new(setup.role, setup.limits, setup.leniency);
    parser.expect_response(setup.request);
    let mut recorder = Recorder {
        events: Vec::new(),
        upgrade: setup.upgrade,
    };
    let mut offset = 0;
    for piece in pieces {
        let mut rest = piece;
        loop {
            let progress = match parser.parse(rest, &mut recorder) {
                Ok(progress) => progress,
                Err(error) => {
                    let at = offset + error.bytes_parsed;
                    recorder.events.push(Event::Error(error.kind, at));
                    return recorder.events;
                }
            };
            assert!(parser.buffered() <= setup.limits.max_header_size);
            offset += progress.consumed;
            rest = &rest[progress.consumed..];
            match progress.state {
                State::NeedMore => {
                    assert!(rest.is_empty());
                    break;
                }
                State::Paused => parser.resume(Verdict::Content),
                State::Upgraded => {
                    recorder.events.push(Event::Upgraded(offset));
                    return recorder.events;
                }
            }
        }
    }
    if setup.ends
        && let Err(error) = parser.finish(&mut recorder)
    {
        recorder.events.push(Event::Error(error.kind, offset));
    }
    recorder.events
}

/// The same events come out, and the same refusal at the same byte. Only an overflow is noticed,
/// as in Node, where the piece ends that is too large.
fn assert_same(left: &[Event], right: &[Event], what: &str) {
    if let (Some(Event::Error(left_kind, _)), Some(Event::Error(right_kind, _))) =
        (left.last(), right.last())
        && left_kind == right_kind
        && matches!(
            left_kind,
            ErrorKind::HeaderOverflow | ErrorKind::ChunkExtensionsOverflow
        )
    {
        assert_eq!(left[..left.len() - 1], right[..right.len() - 1], "{what}");
        return;
    }
    assert_eq!(left, right, "{what}");
}

/// Byte by byte, where only the automaton works, and cut at `positions`, the same comes out as from
/// the whole, where the fast path does what it can.
pub fn assert_agreement(setup: &Setup, input: &[u8], positions: &[usize]) {
    let whole = trace(setup, [input]);
    assert_same(&whole, &trace(setup, input.chunks(1)), "byte by byte");
    assert_same_when_cut(setup, &whole, input, positions);
}

fn assert_same_when_cut(setup: &Setup, whole: &[Event], input: &[u8], positions: &[usize]) {
    let mut pieces = Vec::new();
    let mut rest = input;
    for &position in positions {
        let (piece, others) = rest.split_at(position.min(rest.len()));
        pieces.push(piece);
        rest = others;
    }
    pieces.push(rest);
    assert_same(whole, &trace(setup, pieces), "cut");
}

/// As above, with one cut at each position in turn. (At three of them under Miri, which is slow.)
pub fn assert_agreement_at_each_cut(setup: &Setup, input: &[u8]) {
    let whole = trace(setup, [input]);
    assert_same(&whole, &trace(setup, input.chunks(1)), "byte by byte");
    let step = if cfg!(miri) { input.len() / 3 + 1 } else { 1 };
    for position in (0..=input.len()).step_by(step) {
        assert_same_when_cut(setup, &whole, input, &[position]);
    }
}

/// Heads of requests, and what follows them.
pub fn assert_agreement_of_requests(input: &[u8]) {
    assert_agreement(&Setup::new(Role::Server), input, &[]);
}

/// Heads of responses, and what follows them.
pub fn assert_agreement_of_responses(input: &[u8]) {
    assert_agreement(&Setup::new(Role::Client), input, &[]);
}

/// Chunked content, in a request.
pub fn assert_agreement_of_chunks(content: &[u8]) {
    let mut input = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    let head = input.len();
    input.extend_from_slice(content);
    assert_agreement(
        &Setup::new(Role::Server),
        &input,
        &[head, content.len() / 2],
    );
}

/// The first bytes choose, the others are the input.
pub fn assert_agreement_of_chosen_connection(data: &[u8]) {
    let (choices, input) = data.split_at(data.len().min(8));
    assert_agreement_of_connection(choices, input);
}

/// Lets bytes that say nothing about HTTP decide on the setup and on the lengths of the pieces.
pub fn assert_agreement_of_connection(choices: &[u8], input: &[u8]) {
    let (flags, lengths) = choices.split_first().unwrap_or((&0, &[]));
    let mut setup = Setup::new(if flags & 1 == 0 {
        Role::Server
    } else {
        Role::Client
    });
    setup.leniency = match (flags >> 1) & 3 {
        1 => Leniency::Insecure,
        2 => Leniency::Relaxed,
        _ => Leniency::default(),
    };
    setup.request = match (flags >> 3) & 3 {
        1 => RequestKind::Head,
        2 => RequestKind::Connect,
        _ => RequestKind::Other,
    };
    if flags & 32 != 0 {
        setup.upgrade = Verdict::Pause;
    }
    if flags & 64 != 0 {
        setup.limits = Limits {
            max_header_size: 64,
            max_fields: 2,
            max_chunk_extension: 16,
        };
    }
    setup.ends = flags & 128 != 0;
    let lengths: Vec<usize> = lengths.iter().map(|&length| usize::from(length)).collect();
    assert_agreement(&setup, input, &lengths);
}
