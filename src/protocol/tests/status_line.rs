//! Status lines (RFC 9112, section 4).

use super::cases;
use crate::protocol::Role;
use crate::protocol::trace::Setup;

#[test]
fn rfc9112_4_status_lines() {
    cases! { Setup::new(Role::Client);
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            => "200 OK 1.1 (none, keep) Content-Length=0 | end";
        b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"
            => "200 OK 1.0 (none, close) Content-Length=0 | end";
        b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"
            => "200  1.1 (none, keep) Content-Length=0 | end";
        b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"
            => "200  1.1 (none, keep) Content-Length=0 | end";
        b"HTTP/1.1 200  two  spaces \r\nContent-Length: 0\r\n\r\n"
            => "200  two  spaces  1.1 (none, keep) Content-Length=0 | end";
        b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n"
            => "999 X 1.1 (none, keep) Content-Length=0 | end";
        b"HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n"
            => "0 X 1.1 (none, keep) Content-Length=0 | end";
    }
}

#[test]
fn rfc9112_4_reasons_are_latin1_and_nearly_anything() {
    cases! { Setup::new(Role::Client);
        b"HTTP/1.1 200 \xe9\xff\r\nContent-Length: 0\r\n\r\n"
            => "200 \\xe9\\xff 1.1 (none, keep) Content-Length=0 | end";
        b"HTTP/1.1 200 a\0b\tc\x7f\r\nContent-Length: 0\r\n\r\n"
            => "200 a\\x00b\\tc\\x7f 1.1 (none, keep) Content-Length=0 | end";
    }
}

#[test]
fn rfc9112_4_malformed_status_lines() {
    cases! { Setup::new(Role::Client);
        b"HTTP/1.1 20 OK\r\n" => "HPE_INVALID_STATUS: Invalid status code @11";
        b"HTTP/1.1 2000 OK\r\n" => "HPE_INVALID_STATUS: Invalid response status @12";
        b"HTTP/1.1 2x0 OK\r\n" => "HPE_INVALID_STATUS: Invalid status code @10";
        b"HTTP/1.1  200 OK\r\n" => "HPE_INVALID_STATUS: Invalid status code @9";
        b"HTTP/1.1\t200 OK\r\n" => "HPE_INVALID_VERSION: Expected space after version @8";
        b"HTTP/1.1 200\tOK\r\n" => "HPE_INVALID_STATUS: Invalid response status @12";
        b"HTTP/1.1 200\n" => "HPE_INVALID_STATUS: Invalid response status @13";
        b"HTTP/1.1 200 OK\n" => "HPE_CR_EXPECTED: Missing expected CR after response line @16";
        b"HTTP/1.1 200 OK\rX" => "HPE_STRICT: Expected LF after CR @16";
        b"HTTP/1.1\r\n" => "HPE_INVALID_VERSION: Expected space after version @8";
        b"HTTP/1.1 -20" => "HPE_INVALID_STATUS: Invalid status code @9";
    }
}

#[test]
fn rfc9112_2_3_versions() {
    cases! { Setup::new(Role::Client);
        b"HTTP/1.2 200 OK\r\n" => "HPE_INVALID_VERSION: Invalid HTTP version @8";
        b"HTTP/3.0 200 OK\r\n" => "HPE_INVALID_VERSION: Invalid HTTP version @8";
        b"HTTP/11 200 OK\r\n" => "HPE_INVALID_VERSION: Expected dot @6";
        b"HTTP/.1 200 OK\r\n" => "HPE_INVALID_VERSION: Invalid major version @5";
        b"HTTP/1. 200" => "HPE_INVALID_VERSION: Invalid minor version @7";
        b"HTTX/1.1 200 OK\r\n" => "HPE_INVALID_CONSTANT: Expected HTTP/, RTSP/ or ICE/ @3";
        b"http/1.1 200 OK\r\n" => "HPE_INVALID_CONSTANT: Expected HTTP/, RTSP/ or ICE/ @0";
        b"HTTP 200 OK\r\n" => "HPE_INVALID_CONSTANT: Expected HTTP/, RTSP/ or ICE/ @4";
        b"<html>" => "HPE_INVALID_CONSTANT: Expected HTTP/, RTSP/ or ICE/ @0";
        b"GET / HTTP/1.1\r\n" => "HPE_INVALID_CONSTANT: Expected HTTP/, RTSP/ or ICE/ @0";
    }
}

#[test]
fn rfc9112_2_3_versions_stricter_than_node() {
    cases! { Setup::new(Role::Client);
        b"HTTP/2.0 200 OK\r\n" => "HPE_INVALID_VERSION: Invalid HTTP version @8";
    }
}

#[test]
fn an_old_server_may_answer() {
    cases! { Setup::new(Role::Client);
        b"HTTP/0.9 200 OK\r\n\r\n" => "200 OK 0.9 (until close, close)";
    }
}

#[test]
fn icecast_and_rtsp_answer_alike() {
    cases! { Setup::new(Role::Client);
        b"ICE/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"
            => "200 OK 1.0 (none, close) Content-Length=0 | end";
        b"RTSP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"
            => "200 OK 1.0 (none, close) Content-Length=0 | end";
    }
}
