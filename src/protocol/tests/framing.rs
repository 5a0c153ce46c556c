//! Where messages end (RFC 9112, section 6).

use super::cases;
use crate::protocol::trace::Setup;
use crate::protocol::{RequestKind, Role};

#[test]
fn rfc9112_6_2_content_length() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\n\r\n"
            => "GET / 1.1 (5, keep) Content-Length=5 | 'hello' | end | GET /b 1.1 (none, keep) | end";
        b"GET / HTTP/1.1\r\nContent-Length: 5 \r\n\r\nhelloGET /b HTTP/1.1\r\n\r\n"
            => "GET / 1.1 (5, keep) Content-Length=5 | 'hello' | end | GET /b 1.1 (none, keep) | end";
        b"GET / HTTP/1.1\r\nContent-Length: 5\t \r\n\r\nhelloGET /b HTTP/1.1\r\n\r\n"
            => "GET / 1.1 (5, keep) Content-Length=5 | 'hello' | end | GET /b 1.1 (none, keep) | end";
        b"GET / HTTP/1.1\r\nContent-Length:5\r\n\r\nhelloGET /b HTTP/1.1\r\n\r\n"
            => "GET / 1.1 (5, keep) Content-Length=5 | 'hello' | end | GET /b 1.1 (none, keep) | end";
        b"GET / HTTP/1.1\r\ncontent-LENGTH: 00005\r\n\r\nhelloGET /b HTTP/1.1\r\n\r\n"
            => "GET / 1.1 (5, keep) content-LENGTH=00005 | 'hello' | end | GET /b 1.1 (none, keep) | end";
        b"GET / HTTP/1.1\r\nContent-Length: \t 00000000000000000000000000005\r\n\r\nhello"
            => "GET / 1.1 (5, keep) Content-Length=00000000000000000000000000005 | 'hello' | end";
        b"GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\nGET"
            => "GET / 1.1 (none, keep) Content-Length=0 | end";
        b"GET / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\nGET"
            => "GET / 1.1 (18446744073709551615, keep) Content-Length=18446744073709551615 | 'GET'";
    }
}

#[test]
fn rfc9112_6_2_malformed_content_length() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\nContent-Length: +5\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length @32";
        b"GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length @32";
        b"GET / HTTP/1.1\r\nContent-Length: 5,5\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length @33";
        b"GET / HTTP/1.1\r\nContent-Length: 5, 5\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length @33";
        b"GET / HTTP/1.1\r\nContent-Length: 5 5\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length @34";
        b"GET / HTTP/1.1\r\nContent-Length: 0x5\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length @33";
        b"GET / HTTP/1.1\r\nContent-Length: 5a\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length @33";
        b"GET / HTTP/1.1\r\nContent-Length: a\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length @32";
        b"GET / HTTP/1.1\r\nContent-Length:\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Empty Content-Length @33";
        b"GET / HTTP/1.1\r\nContent-Length: \t\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Empty Content-Length @35";
        b"GET / HTTP/1.1\r\nContent-Length: \"5\"\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length @32";
        b"GET / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length @32";
        b"GET / HTTP/1.1\r\nContent-Length: 5\x01\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length @33";
        b"GET / HTTP/1.1\r\nContent-Length: 5\n\r\n"
            => "HPE_CR_EXPECTED: Missing expected CR after header value @33";
        b"GET / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Content-Length overflow @52";
        b"GET / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Content-Length overflow @52";
    }
}

#[test]
fn rfc9112_6_3_one_content_length() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n"
            => "HPE_UNEXPECTED_CONTENT_LENGTH: Duplicate Content-Length @51";
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"
            => "HPE_UNEXPECTED_CONTENT_LENGTH: Duplicate Content-Length @51";
        b"GET / HTTP/1.1\r\nContent-Length: 0\r\nX: y\r\ncontent-length: 0\r\n\r\n"
            => "HPE_UNEXPECTED_CONTENT_LENGTH: Duplicate Content-Length @57";
    }
}

#[test]
fn rfc9112_6_3_not_both_lengths() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            => "HPE_INVALID_TRANSFER_ENCODING: Transfer-Encoding can't be present with Content-Length @53";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Content-Length can't be present with Transfer-Encoding @59";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Content-Length can't be present with Transfer-Encoding @56";
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding:\r\n\r\n"
            => "HPE_INVALID_TRANSFER_ENCODING: Transfer-Encoding can't be present with Content-Length @53";
    }
}

#[test]
fn rfc9112_6_1_chunked_is_last_and_once() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (chunked, keep) Transfer-Encoding=chunked | end";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: CHUNKED \r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (chunked, keep) Transfer-Encoding=CHUNKED | end";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (chunked, keep) Transfer-Encoding=gzip, chunked | end";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip,chunked\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (chunked, keep) Transfer-Encoding=gzip,chunked | end";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip,\t chunked\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (chunked, keep) Transfer-Encoding=gzip,\\t chunked | end";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (chunked, keep) Transfer-Encoding=gzip Transfer-Encoding=chunked | end";
    }
}

#[test]
fn rfc9112_6_1_other_codings_in_requests() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (until close, keep) Transfer-Encoding=gzip | HPE_INVALID_TRANSFER_ENCODING: Request has invalid `Transfer-Encoding` @43";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (until close, keep) Transfer-Encoding=identity | HPE_INVALID_TRANSFER_ENCODING: Request has invalid `Transfer-Encoding` @47";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"
            => "HPE_INVALID_TRANSFER_ENCODING: Invalid `Transfer-Encoding` header value @43";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked,chunked\r\n\r\n0\r\n\r\n"
            => "HPE_INVALID_TRANSFER_ENCODING: Invalid `Transfer-Encoding` header value @43";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            => "HPE_INVALID_TRANSFER_ENCODING: Invalid `Transfer-Encoding` header value @64";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n"
            => "HPE_INVALID_TRANSFER_ENCODING: Invalid `Transfer-Encoding` header value @64";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (until close, keep) Transfer-Encoding=xchunked | HPE_INVALID_TRANSFER_ENCODING: Request has invalid `Transfer-Encoding` @47";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunkedx\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (until close, keep) Transfer-Encoding=chunkedx | HPE_INVALID_TRANSFER_ENCODING: Request has invalid `Transfer-Encoding` @47";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (until close, keep) Transfer-Encoding=chunked;q=1 | HPE_INVALID_TRANSFER_ENCODING: Request has invalid `Transfer-Encoding` @50";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (until close, keep) Transfer-Encoding=chunked | HPE_INVALID_TRANSFER_ENCODING: Request has invalid `Transfer-Encoding` @47";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked \t\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (until close, keep) Transfer-Encoding=chunked | HPE_INVALID_TRANSFER_ENCODING: Request has invalid `Transfer-Encoding` @48";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header value char @35";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (until close, keep) Transfer-Encoding=\\\"chunked\\\" | HPE_INVALID_TRANSFER_ENCODING: Request has invalid `Transfer-Encoding` @48";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: ,\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (until close, keep) Transfer-Encoding=, | HPE_INVALID_TRANSFER_ENCODING: Request has invalid `Transfer-Encoding` @40";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked,\r\n\r\n0\r\n\r\n"
            => "HPE_INVALID_TRANSFER_ENCODING: Invalid `Transfer-Encoding` header value @43";
        b"GET / HTTP/1.1\r\nTransfer-Encoding:\r\n\r\n0\r\n\r\n"
            => "HPE_INVALID_TRANSFER_ENCODING: Empty Transfer-Encoding @36";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: \t\r\nX: y\r\n\r\n0\r\n\r\n"
            => "HPE_INVALID_TRANSFER_ENCODING: Empty Transfer-Encoding @38";
    }
}

#[test]
fn rfc9112_6_3_requests_without_length_have_no_content() {
    cases! { Setup::new(Role::Server);
        b"POST / HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n"
            => "POST / 1.1 (none, keep) | end | GET /b 1.1 (none, keep) | end";
    }
}

#[test]
fn rfc9112_6_3_responses() {
    let mut setup = Setup::new(Role::Client);
    setup.ends = true;
    cases! { setup;
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"
            => "200 OK 1.1 (5, keep) Content-Length=5 | '0\\r\\n\\r\\n' | end";
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n0\r\n\r\n"
            => "200 OK 1.1 (none, keep) Content-Length=0 | end | HPE_INVALID_CONSTANT: Expected HTTP/, RTSP/ or ICE/ @38";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            => "200 OK 1.1 (chunked, keep) Transfer-Encoding=chunked | end";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n"
            => "200 OK 1.1 (until close, close) Transfer-Encoding=gzip | '0\\r\\n\\r\\n' | end";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"
            => "200 OK 1.1 (until close, close) Transfer-Encoding=chunked, gzip | '0\\r\\n\\r\\n' | end";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            => "200 OK 1.1 (chunked, keep) Transfer-Encoding=chunked Transfer-Encoding=chunked | end";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked,chunked\r\n\r\n0\r\n\r\n"
            => "200 OK 1.1 (chunked, keep) Transfer-Encoding=chunked,chunked | end";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: ,\r\n\r\n0\r\n\r\n"
            => "200 OK 1.1 (until close, close) Transfer-Encoding=, | '0\\r\\n\\r\\n' | end";
        b"HTTP/1.1 200 OK\r\n\r\n0\r\n\r\n"
            => "200 OK 1.1 (until close, close) | '0\\r\\n\\r\\n' | end";
    }
}

#[test]
fn rfc9112_6_3_malformed_responses() {
    cases! { Setup::new(Role::Client);
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n"
            => "HPE_UNEXPECTED_CONTENT_LENGTH: Duplicate Content-Length @52";
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            => "HPE_INVALID_TRANSFER_ENCODING: Transfer-Encoding can't be present with Content-Length @54";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Content-Length can't be present with Transfer-Encoding @60";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\n"
            => "HPE_INVALID_TRANSFER_ENCODING: Empty Transfer-Encoding @37";
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length @33";
    }
}

#[test]
fn rfc9112_5_1_a_tab_behind_chunked_in_responses_stricter_than_node() {
    cases! { Setup::new(Role::Client);
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n"
            => "200 OK 1.1 (chunked, keep) Transfer-Encoding=chunked | end";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\t \r\n\r\n0\r\n\r\n"
            => "200 OK 1.1 (chunked, keep) Transfer-Encoding=gzip, chunked | end";
    }
}

#[test]
fn rfc9110_6_4_1_responses_that_never_have_content() {
    cases! { Setup::new(Role::Client);
        b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nHTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            => "204 No Content 1.1 (none, keep) Content-Length=5 | end | 304 Not Modified 1.1 (none, keep) Transfer-Encoding=chunked | end | 100 Continue 1.1 (none, keep) | end | 103 Early Hints 1.1 (none, keep) Link=a | end | 200 OK 1.1 (none, keep) Content-Length=0 | end";
    }
}

#[test]
fn rfc9112_6_3_answers_to_head_have_no_content() {
    let mut setup = Setup::new(Role::Client);
    setup.request = RequestKind::Head;
    cases! { setup;
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
            => "200 OK 1.1 (none, keep) Content-Length=5 | end";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            => "200 OK 1.1 (none, keep) Transfer-Encoding=chunked | end";
        b"HTTP/1.1 200 OK\r\n\r\n" => "200 OK 1.1 (none, close) | end";
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            => "103 Early Hints 1.1 (none, keep) | end | 200 OK 1.1 (none, keep) Content-Length=5 | end | 200 OK 1.1 (none, keep) Content-Length=0 | end";
    }
}
