//! Field lines (RFC 9112, section 5; RFC 9110, section 5).

use super::cases;
use crate::protocol::Role;
use crate::protocol::trace::Setup;

#[test]
fn rfc9110_5_1_names_are_tokens() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" => "GET / 1.1 (none, keep) Host=a | end";
        b"GET / HTTP/1.1\r\n!#$%&'*+-.^_`|~09azAZ: b\r\n\r\n"
            => "GET / 1.1 (none, keep) !#$%&\\'*+-.^_`|~09azAZ=b | end";
        b"GET / HTTP/1.1\r\nX(: b\r\n\r\n" => "HPE_INVALID_HEADER_TOKEN: Invalid header token @17";
        b"GET / HTTP/1.1\r\nX\": b\r\n\r\n" => "HPE_INVALID_HEADER_TOKEN: Invalid header token @17";
        b"GET / HTTP/1.1\r\nX/: b\r\n\r\n" => "HPE_INVALID_HEADER_TOKEN: Invalid header token @17";
        b"GET / HTTP/1.1\r\n: b\r\n\r\n" => "HPE_INVALID_HEADER_TOKEN: Invalid header token @16";
        b"GET / HTTP/1.1\r\nX\r\n\r\n\r\n" => "HPE_INVALID_HEADER_TOKEN: Invalid header token @17";
        b"GET / HTTP/1.1\r\n\x80: b\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header token @16";
        b"GET / HTTP/1.1\r\nX\0: b\r\n\r\n" => "HPE_INVALID_HEADER_TOKEN: Invalid header token @17";
        b"GET / HTTP/1.1\r\nX@Y: b\r\n\r\n" => "HPE_INVALID_HEADER_TOKEN: Invalid header token @17";
    }
}

#[test]
fn rfc9112_5_1_no_space_around_names() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\nX : b\r\n\r\n" => "HPE_INVALID_HEADER_TOKEN: Invalid header token @17";
        b"GET / HTTP/1.1\r\nConnection : close\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header field char @27";
        b"GET / HTTP/1.1\r\nContent-Length : 5\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header field char @31";
        b"GET / HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header field char @34";
        b"GET / HTTP/1.1\r\nX\t: b\r\n\r\n" => "HPE_INVALID_HEADER_TOKEN: Invalid header token @17";
        b"GET / HTTP/1.1\r\nConnection\t: close\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header token @26";
        b"GET / HTTP/1.1\r\n X: b\r\n\r\n"
            => "HPE_UNEXPECTED_SPACE: Unexpected space after start line @17";
        b"GET / HTTP/1.1\r\n\tX: b\r\n\r\n" => "HPE_INVALID_HEADER_TOKEN: Invalid header token @16";
        b"GET / HTTP/1.1\r\nA: b\r\n X: c\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Unexpected whitespace after header value @22";
    }
}

#[test]
fn rfc9112_5_1_white_space_around_values() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\nX:b\r\n\r\n" => "GET / 1.1 (none, keep) X=b | end";
        b"GET / HTTP/1.1\r\nX:  b \t \r\n\r\n" => "GET / 1.1 (none, keep) X=b | end";
        b"GET / HTTP/1.1\r\nX:\tb\tc\t\r\n\r\n" => "GET / 1.1 (none, keep) X=b\\tc | end";
        b"GET / HTTP/1.1\r\nX:\r\n\r\n" => "GET / 1.1 (none, keep) X= | end";
        b"GET / HTTP/1.1\r\nX: \t \r\n\r\n" => "GET / 1.1 (none, keep) X= | end";
        b"GET / HTTP/1.1\r\nX:\r\nY: c\r\n\r\n" => "GET / 1.1 (none, keep) X= Y=c | end";
        b"GET / HTTP/1.1\r\nX: b  c\r\n\r\n" => "GET / 1.1 (none, keep) X=b  c | end";
    }
}

#[test]
fn rfc9110_5_5_values() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\nX: \x80\xe9\xff\r\n\r\n"
            => "GET / 1.1 (none, keep) X=\\x80\\xe9\\xff | end";
        b"GET / HTTP/1.1\r\nX: \x01\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header value char @19";
        b"GET / HTTP/1.1\r\nX: a\x7fb\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header value char @20";
        b"GET / HTTP/1.1\r\nX: a\0b\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header value char @20";
        b"GET / HTTP/1.1\r\nX: a\x0bb\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header value char @20";
        b"GET / HTTP/1.1\r\nX: a\x1fb\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header value char @20";
        b"GET / HTTP/1.1\r\nX: \"a\\\"b\", (c); d=e\r\n\r\n"
            => "GET / 1.1 (none, keep) X=\\\"a\\\\\\\"b\\\", (c); d=e | end";
    }
}

#[test]
fn rfc9112_5_2_folding_is_refused() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Unexpected whitespace after header value @22";
        b"GET / HTTP/1.1\r\nX: a\r\n\tb\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Unexpected whitespace after header value @22";
        b"GET / HTTP/1.1\r\nX:\r\n b\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header value char @21";
        b"GET / HTTP/1.1\r\nX: \r\n\tb\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header value char @22";
        b"GET / HTTP/1.1\r\nX: a\r\n \r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Unexpected whitespace after header value @22";
    }
}

#[test]
fn rfc9112_2_2_line_ends() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\nX: a\n\r\n"
            => "HPE_CR_EXPECTED: Missing expected CR after header value @20";
        b"GET / HTTP/1.1\r\nX: a\rY: b\r\n\r\n"
            => "HPE_LF_EXPECTED: Missing expected LF after header value @21";
        b"GET / HTTP/1.1\r\nX: a\r\r\n\r\n"
            => "HPE_LF_EXPECTED: Missing expected LF after header value @21";
        b"GET / HTTP/1.1\r\nX:\n\r\n" => "HPE_INVALID_HEADER_TOKEN: Invalid header value char @19";
        b"GET / HTTP/1.1\r\nX:\rb\r\n\r\n" => "HPE_STRICT: Expected LF after CR @19";
        b"GET / HTTP/1.1\r\nX: a\r\n\nY: b\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header field char @23";
        b"GET / HTTP/1.1\r\n\rX" => "HPE_STRICT: Expected LF after headers @17";
        b"GET / HTTP/1.1\r\nX: a\r\n\rX" => "HPE_STRICT: Expected LF after headers @23";
    }
}

#[test]
fn rfc9110_5_3_order_case_and_duplicates_are_kept() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\na: 1\r\nA: 2\r\nb: 3\r\na: 1\r\n\r\n"
            => "GET / 1.1 (none, keep) a=1 A=2 b=3 a=1 | end";
    }
}

#[test]
fn rfc9112_5_fields_of_responses() {
    cases! { Setup::new(Role::Client);
        b"HTTP/1.1 204 A\r\nX: \x80\xff\t b \r\nx:\r\n\r\n"
            => "204 A 1.1 (none, keep) X=\\x80\\xff\\t b x= | end";
        b"HTTP/1.1 204 A\r\nX : b\r\n\r\n" => "HPE_INVALID_HEADER_TOKEN: Invalid header token @17";
        b"HTTP/1.1 204 A\r\nContent-Length : 5\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header field char @31";
        b"HTTP/1.1 204 A\r\n X: b\r\n\r\n"
            => "HPE_UNEXPECTED_SPACE: Unexpected space after start line @17";
        b"HTTP/1.1 204 A\r\nX: a\r\n b\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Unexpected whitespace after header value @22";
        b"HTTP/1.1 204 A\r\nX: a\0b\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header value char @20";
        b"HTTP/1.1 204 A\r\nX: a\n\r\n"
            => "HPE_CR_EXPECTED: Missing expected CR after header value @20";
        b"HTTP/1.1 204 A\r\nX: a\rY: b\r\n\r\n"
            => "HPE_LF_EXPECTED: Missing expected LF after header value @21";
        b"HTTP/1.1 204 A\r\nX: a\r\n\rX" => "HPE_STRICT: Expected LF after headers @23";
    }
}
