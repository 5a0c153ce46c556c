//! What holds for any input: no panic, no more memory than the limit, and the same events however
//! it is cut.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::protocol::trace::assert_agreement_of_connection;

const START_LINES: &[&str] = &[
    "GET / HTTP/1.1\r\n",
    "GET / HTTP/1.1\r\n",
    "POST /a?b#c HTTP/1.1\r\n",
    "CONNECT h:443 HTTP/1.1\r\n",
    "GET http://u@h/ HTTP/1.0\r\n",
    "GET  /  HTTP/1.1\r\n",
    "GET /\r\n",
    "DELETE /\n",
    "SOURCE / ICE/1.0\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\r\n\n\rGET * HTTP/1.1\r\n",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 200\r\n",
    "HTTP/1.0 200 \u{e9}\r\n",
    "HTTP/1.1 100 \r\n",
    "HTTP/1.1 101 Switching\r\n",
    "HTTP/1.1 204 a\0b\r\n",
    "HTTP/2.0 200 OK\r\n",
];

const FIELDS: &[&str] = &[
    "Host: a\r\n",
    "X: a  b \t\r\n",
    "X:\r\n",
    "X: \t\r\n",
    "X: a\r\n b\r\n",
    "X: a\u{1}b\r\n",
    "X: \u{e9}\r\n",
    "X: a\n",
    "X : a\r\n",
    " X: a\r\n",
    "Upgrade: x\r\n",
    "Connection: upgrade\r\n",
    "Connection: close\t, keep-alive\r\n",
    "Connection: keep-alive\r\n",
    "Connection : close\r\n",
    "Proxy-Connection: close\r\n",
    "Content-Length: 5\r\n",
    "Content-Length: 0\r\n",
    "Content-Length: 5 \r\n",
    "Content-Length: 18446744073709551616\r\n",
    "Content-Length:\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: gzip, chunked \r\n",
    "Transfer-Encoding: chunked\t\r\n",
    "Transfer-Encoding: chunked, gzip\r\n",
    "Transfer-Encoding: gzip\r\n",
    "Transfer-Encoding:\r\n",
];

const CONTENT: &[&str] = &[
    "",
    "hello",
    "0\r\n\r\n",
    "5\r\nhello\r\n0\r\n\r\n",
    "5;a=b;c=\"d\\\"\"\r\nhello\r\n0;e\r\nX: y\r\nConnection: close\r\n\r\n",
    "5 \r\nhello0\r\n\r\n",
    "5\nhello\n0\n\n",
    "ffffffffffffffff\r\nhello",
    "0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "5;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nhello\r\n",
];

/// Bytes at which some rule looks.
const BYTES: &[u8] = b"\0\x01\t\n\x0b\x0c\r \"#%,/05:;=?@AZ[\\afz{\x7f\x80\xff";

fn message() -> impl Strategy<Value = Vec<u8>> {
    let fields = vec(select(FIELDS), 0..5).prop_map(|fields| fields.concat());
    (select(START_LINES), fields, select(CONTENT))
        .prop_map(|(line, fields, content)| [line, &fields, "\r\n", content].concat().into_bytes())
}

/// Messages, often with one byte replaced, added or taken away.
fn input() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<Index>(), select(BYTES), 0..3_u8);
    (vec(message(), 1..4), option::of(change)).prop_map(|(messages, change)| {
        let mut input = messages.concat();
        if let Some((index, byte, how)) = change {
            let at = index.index(input.len());
            match how {
                0 => input[at] = byte,
                1 => input.insert(at, byte),
                _ => {
                    input.remove(at);
                }
            }
        }
        input
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 10 } else { 3000 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn cuts_change_nothing(choices in vec(any::<u8>(), 0..12), input in input()) {
        assert_agreement_of_connection(&choices, &input);
    }

    #[test]
    fn any_bytes_are_survived(choices in vec(any::<u8>(), 0..12), input in vec(any::<u8>(), 0..200)) {
        assert_agreement_of_connection(&choices, &input);
    }
}
