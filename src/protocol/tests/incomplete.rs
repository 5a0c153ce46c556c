//! Messages whose input ends too early (RFC 9112, section 8).

use super::cases;
use crate::protocol::Role;
use crate::protocol::trace::Setup;

#[test]
fn rfc9112_8_incomplete_messages() {
    let mut setup = Setup::new(Role::Server);
    setup.ends = true;
    cases! { setup;
        b"G" => "HPE_INVALID_EOF_STATE: Invalid EOF state @1";
        b"GET / HTTP/1.1\r\n" => "HPE_INVALID_EOF_STATE: Invalid EOF state @16";
        b"GET / HTTP/1.1\r\nHost: a\r\n\r" => "HPE_INVALID_EOF_STATE: Invalid EOF state @26";
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhell"
            => "POST / 1.1 (5, keep) Content-Length=5 | 'hell' | HPE_INVALID_EOF_STATE: Invalid EOF state @42";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_EOF_STATE: Invalid EOF state @47";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello' | HPE_INVALID_EOF_STATE: Invalid EOF state @57";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_EOF_STATE: Invalid EOF state @50";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | end";
        b"GET / HTTP/1.1\r\n\r\n" => "GET / 1.1 (none, keep) | end";
        b"" => "";
        b"\r\n" => "";
    }
}

#[test]
fn rfc9112_8_incomplete_responses() {
    let mut setup = Setup::new(Role::Client);
    setup.ends = true;
    cases! { setup;
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"
            => "200 OK 1.1 (5, keep) Content-Length=5 | 'hell' | HPE_INVALID_EOF_STATE: Invalid EOF state @42";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello"
            => "200 OK 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello' | HPE_INVALID_EOF_STATE: Invalid EOF state @55";
        b"HTTP/1.1 200 OK\r\n\r\nhello" => "200 OK 1.1 (until close, close) | 'hello' | end";
        b"HTTP/1.1 200 OK\r\n\r\n" => "200 OK 1.1 (until close, close) | end";
    }
}
