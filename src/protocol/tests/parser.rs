//! The parser's own promises: what it says of itself, how it goes on behind a pause, what it holds.

use crate::protocol::trace::{Event, Setup, assert_agreement, trace};
use crate::protocol::{
    ErrorKind, Fields, Head, Leniency, Limits, Parser, Role, Sink, State, Verdict,
};

/// Answers each head alike and counts.
struct Answer {
    verdict: Verdict,
    heads: usize,
    content: Vec<u8>,
    completed: usize,
}

impl Answer {
    fn new(verdict: Verdict) -> Self {
        Self {
            verdict,
            heads: 0,
            content: Vec::new(),
            completed: 0,
        }
    }
}

impl Sink for Answer {
    fn head(&mut self, _: &Head<'_>) -> Verdict {
        self.heads += 1;
        self.verdict
    }

    fn content(&mut self, bytes: &[u8]) {
        self.content.extend_from_slice(bytes);
    }

    fn complete(&mut self, _: &Fields<'_>) {
        self.completed += 1;
    }
}

fn server() -> Parser {
    Parser::new(Role::Server, Limits::default(), Leniency::default())
}

#[test]
fn the_state_of_a_message_is_told() {
    let mut parser = server();
    let mut sink = Answer::new(Verdict::Content);
    let mut step = |input: &[u8]| {
        parser.parse(input, &mut sink).expect("well-formed");
        (parser.in_message(), parser.buffered())
    };
    assert_eq!(step(b"\r\n\r\n"), (false, 0));
    assert_eq!(step(b"P"), (true, 0));
    assert_eq!(step(b"OST /a HTTP/1.1\r\n\r"), (true, 2));
    assert_eq!(step(b""), (true, 2));
    assert_eq!(
        step(b"\nPOST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n"),
        (true, 0)
    );
    assert_eq!(step(b"h"), (true, 0));
    assert_eq!(step(b"i"), (false, 0));
}

#[test]
fn a_head_may_pause_and_its_content_be_read_later() {
    let mut parser = server();
    let mut sink = Answer::new(Verdict::Pause);
    let input = b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi";
    let progress = parser.parse(input, &mut sink).expect("well-formed");
    assert_eq!((progress.state, progress.consumed), (State::Paused, 38));
    let again = parser
        .parse(&input[38..], &mut sink)
        .expect("still waiting");
    assert_eq!((again.state, again.consumed), (State::Paused, 0));
    parser.resume(Verdict::Content);
    parser.parse(&input[38..], &mut sink).expect("well-formed");
    assert_eq!((&sink.content[..], sink.completed), (&b"hi"[..], 1));
}

#[test]
fn another_protocol_may_follow_the_content() {
    let requests = [
        "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\na: b\r\n\r\n",
    ];
    for request in requests {
        let head = request.find("\r\n\r\n").expect("a head") + 4;
        for piece in [1, 7, request.len()] {
            let mut parser = server();
            let mut sink = Answer::new(Verdict::Pause);
            parser
                .parse(&request.as_bytes()[..head], &mut sink)
                .expect("well-formed");
            parser.resume(Verdict::ContentThenUpgrade);
            assert!(parser.switches_behind());
            let rest = [&request.as_bytes()[head..], b"GET \0"].concat();
            let mut consumed = 0;
            for chunk in rest.chunks(piece) {
                let progress = parser.parse(chunk, &mut sink).expect("well-formed");
                consumed += progress.consumed;
            }
            assert_eq!(consumed, request.len() - head);
            assert_eq!((&sink.content[..], sink.completed), (&b"hi"[..], 1));
            assert!(!parser.takes_input() && !parser.in_message());
        }
    }
}

#[test]
fn a_head_without_content_is_complete_when_it_pauses() {
    let mut parser = server();
    let mut sink = Answer::new(Verdict::Pause);
    parser
        .parse(b"GET / HTTP/1.1\r\n\r\n", &mut sink)
        .expect("well-formed");
    assert_eq!((sink.heads, sink.completed), (1, 1));
    parser.resume(Verdict::Upgrade);
    let progress = parser.parse(b"\0\xff", &mut sink).expect("not HTTP");
    assert_eq!((progress.state, progress.consumed), (State::Upgraded, 0));
    assert!(parser.finish(&mut sink).is_ok());
}

#[test]
fn an_error_is_final() {
    let mut parser = server();
    let mut sink = Answer::new(Verdict::Content);
    let first = parser.parse(b"BAD /", &mut sink).expect_err("no method");
    let again = parser
        .parse(b"GET / HTTP/1.1\r\n\r\n", &mut sink)
        .expect_err("dead");
    assert_eq!((first.kind, first.bytes_parsed), (ErrorKind::Method, 1));
    assert_eq!((again.kind, again.bytes_parsed), (ErrorKind::Method, 0));
    assert_eq!(
        parser.parse(b"", &mut sink).map_err(|e| e.kind),
        Err(ErrorKind::Method)
    );
    assert!(parser.finish(&mut sink).is_ok(), "told once");
    assert_eq!(sink.heads, 0);
}

#[test]
fn skipped_bytes_are_not_held() {
    let mut parser = server();
    let mut sink = Answer::new(Verdict::Content);
    let floods: [(&[u8], &[u8]); 4] = [
        (b"", b"\r\n"),
        (b"GET", b" "),
        (b"/", b" "),
        (b"HTTP/1.1\r\nX:", b" \t"),
    ];
    for (before, flood) in floods {
        parser.parse(before, &mut sink).expect("well-formed");
        let flood = flood.repeat(if cfg!(miri) { 50 } else { 50_000 });
        for _ in 0..10 {
            parser.parse(&flood, &mut sink).expect("skipped");
        }
        assert!(parser.buffered() <= 2, "{}", before.escape_ascii());
    }
    parser.parse(b"y\r\n\r\n", &mut sink).expect("well-formed");
    assert_eq!(sink.completed, 1);
}

#[test]
fn a_head_without_end_is_refused_before_it_is_held() {
    for front in ["GET /", "GET / HTTP/1.1\r\nX: ", "GET / HTTP/1.1\r\n"] {
        let mut parser = server();
        let mut sink = Answer::new(Verdict::Content);
        parser
            .parse(front.as_bytes(), &mut sink)
            .expect("well-formed");
        let piece = vec![b'a'; if cfg!(miri) { 20_000 } else { 1_000_000 }];
        let error = parser.parse(&piece, &mut sink).expect_err("too large");
        assert_eq!(
            (error.kind, error.bytes_parsed),
            (ErrorKind::HeaderOverflow, piece.len())
        );
        assert_eq!(parser.buffered(), 0);
    }
}

#[test]
fn rfc9110_5_4_any_number_of_fields_is_kept_unless_limited() {
    for count in [95, 96, 97, if cfg!(miri) { 98 } else { 2000 }] {
        let fields: String = (0..count).map(|_| "a: b\r\n").collect();
        let input =
            format!("GET / HTTP/1.1\r\n{fields}Content-Length: 1\r\n\r\nxGET /b HTTP/1.1\r\n\r\n");
        let setup = Setup::new(Role::Server);
        let events = trace(&setup, [input.as_bytes()]);
        assert_eq!(events.len(), 7, "{count}");
        assert_eq!(events[2], Event::Content(b"x".to_vec()), "{count}");
        assert_agreement(&setup, input.as_bytes(), &[input.len() / 2]);
    }
}

#[test]
#[cfg_attr(miri, ignore = "it is slow with so many bytes")]
fn rfc9112_7_1_1_extensions_are_limited_for_each_chunk() {
    let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    let start = head.len();
    let long = "x".repeat(16_385);
    let half = "x".repeat(10_000);
    let overflow = |at| Some(Event::Error(ErrorKind::ChunkExtensionsOverflow, start + at));
    let cases = [
        (format!("1;{}\r\n", "x".repeat(16_384)), None),
        (format!("1;{long}\r\n"), overflow(16_388)),
        (format!("1;{long}"), overflow(16_387)),
        (format!("1;a={long};"), overflow(16_390)),
        (format!("1;a=\"{long}\""), overflow(16_391)),
        (format!("1;{half};{half}\r\n"), overflow(20_004)),
        (format!("1;{half}\r\na\r\n1;{half}\r\na\r\n"), None),
    ];
    for (content, expected) in cases {
        let input = head.to_owned() + &content;
        let setup = Setup::new(Role::Server);
        let events = trace(&setup, [input.as_bytes()]);
        let error = events
            .into_iter()
            .find(|event| matches!(event, Event::Error(..)));
        assert_eq!(error, expected);
        assert_agreement(&setup, input.as_bytes(), &[start + 9, 7000]);
    }
}
