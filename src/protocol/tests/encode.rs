//! What is encoded is what the parser decodes.

use crate::protocol::encode::{CHUNK_END, EarlyAnswer, chunk_head, last_chunk};
use crate::protocol::trace::{Setup, trace};
use crate::protocol::{ErrorKind, Role};

#[test]
fn rfc9112_7_1_sizes_are_hexadecimal() {
    let cases: &[(usize, &str)] = &[
        (1, "1\r\n"),
        (15, "f\r\n"),
        (16, "10\r\n"),
        (255, "ff\r\n"),
        (65_536, "10000\r\n"),
        (usize::MAX, "ffffffffffffffff\r\n"),
    ];
    for &(size, expected) in cases {
        let mut out = Vec::new();
        chunk_head(&mut out, size);
        assert_eq!(out, expected.as_bytes(), "{size}");
    }
}

#[test]
fn rfc9112_7_1_chunks_are_read_back() {
    let mut out = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for size in [1, 15, 16, 17, 300] {
        chunk_head(&mut out, size);
        out.resize(out.len() + size, b'x');
        out.extend_from_slice(CHUNK_END);
    }
    last_chunk(&mut out, [(&b"X"[..], &b"y"[..]), (b"Z", b"")]);
    let events = trace(&Setup::new(Role::Client), [&out[..]]);
    let events: Vec<String> = events.iter().map(ToString::to_string).collect();
    assert_eq!(events[2], format!("'{}'", "x".repeat(349)));
    assert_eq!(events[3], "end X=y Z=");
}

#[test]
fn early_answers_close_the_connection_and_have_no_content() {
    let cases = [
        (EarlyAnswer::to(ErrorKind::Method), "400 Bad Request"),
        (EarlyAnswer::RequestTimeout, "408 Request Timeout"),
        (
            EarlyAnswer::to(ErrorKind::ChunkExtensionsOverflow),
            "413 Payload Too Large",
        ),
        (
            EarlyAnswer::to(ErrorKind::HeaderOverflow),
            "431 Request Header Fields Too Large",
        ),
    ];
    for (answer, line) in cases {
        let mut setup = Setup::new(Role::Client);
        setup.ends = true;
        let events = trace(&setup, [answer.as_bytes()]);
        assert_eq!(
            events[1].to_string(),
            format!("{line} 1.1 (until close, close) Connection=close")
        );
        assert_eq!(events[2].to_string(), "end");
    }
}
