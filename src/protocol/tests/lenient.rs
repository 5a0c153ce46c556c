//! What `insecureHTTPParser` and `httpValidation: 'relaxed'` let through.

use super::cases;
use crate::protocol::trace::Setup;
use crate::protocol::{Leniency, Role};

#[test]
fn insecure_requests() {
    let mut setup = Setup::new(Role::Server);
    setup.leniency = Leniency::Insecure;
    cases! { setup;
        b"GET / HTTP/1.1\r\nX: a\0b\x01\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (none, keep) X=a\\x00b\\x01 | end | HPE_INVALID_METHOD: Invalid method encountered @27";
        b"GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (none, keep) X=a b | end | HPE_INVALID_METHOD: Invalid method encountered @28";
        b"GET / HTTP/1.1\r\nX:\r\n b\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (none, keep) X=b | end | HPE_INVALID_METHOD: Invalid method encountered @26";
        b"GET / HTTP/1.1\r\nX: a\nY: b\n\r\n0\r\n\r\n"
            => "GET / 1.1 (none, keep) X=a Y=b | end | HPE_INVALID_METHOD: Invalid method encountered @28";
        b"GET / HTTP/1.1\r\nConnection : close\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (none, close) Connection =close | end | HPE_INVALID_METHOD: Invalid method encountered @38";
        b"GET / HTTP/1.1\r\nX : a\r\n\r\n0\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header token @17";
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (chunked, keep) Content-Length=5 Transfer-Encoding=chunked | end";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (chunked, keep) Transfer-Encoding=chunked Content-Length=5 | end";
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (chunked, keep) Transfer-Encoding=chunked Transfer-Encoding=chunked | end";
        b"GET / HTTP/1.1\r\n X: a\r\n\r\n0\r\n\r\n"
            => "GET / 1.1 (none, keep) X=a | end | HPE_INVALID_METHOD: Invalid method encountered @25";
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"
            => "HPE_UNEXPECTED_CONTENT_LENGTH: Duplicate Content-Length @51";
        b"GET / HTTP/1.1\r\nContent-Length: +5\r\n\r\n0\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length @32";
        b"GET / HTTP/1.1\r\nTransfer-Encoding:\r\n\r\n0\r\n\r\n"
            => "HPE_INVALID_TRANSFER_ENCODING: Empty Transfer-Encoding @36";
        b"GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nrest"
            => "GET / 1.0 (none, close, upgrade) Connection=upgrade Upgrade=x | end | upgraded @51";
        b"GET / HTTP/2.0\r\n\r\n" => "GET / 2.0 (none, close) | end";
        b"GET / HTTP/7.3\r\n\r\n" => "GET / 7.3 (none, keep) | end";
        b"GET /\r\n\r\n" => "GET / 0.9 (none, close) | end";
        b"get / HTTP/1.1\r\n\r\n" => "HPE_INVALID_METHOD: Invalid method encountered @0";
        b"GET / HTTP/1.1\nHost: a\n\n" => "GET / 1.1 (none, keep) Host=a | end";
        b"GET / HTTP/1.1\rHost: a\r\n\rGET /b HTTP/1.1\r\n\r\n"
            => "GET / 1.1 (none, keep) Host=a | end | GET /b 1.1 (none, keep) | end";
        b"GET / HTTP/1.0\r\n\r\nGET /b HTTP/1.0\r\n\r\n"
            => "GET / 1.0 (none, close) | end | GET /b 1.0 (none, close) | end";
        b"DESCRIBE / HTTP/1.1\r\n"
            => "HPE_INVALID_CONSTANT: Invalid method for HTTP/x.x request @15";
    }
}

#[test]
fn insecure_chunks() {
    let mut setup = Setup::new(Role::Server);
    setup.leniency = Leniency::Insecure;
    cases! { setup;
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5 \t\r\nhello\r\n0\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello' | end";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello0\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello' | end";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\n0\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello' | end";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\rhello\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello'";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a\n\nhello\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | '\\nhell' | HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size @56";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\n\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello'";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;=b;;c\r\nhello\r\n0\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello' | end";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5 g\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size @49";
    }
}

#[test]
fn insecure_responses() {
    let mut setup = Setup::new(Role::Client);
    setup.leniency = Leniency::Insecure;
    cases! { setup;
        b"HTTP/1.1 200 OK\nContent-Length: 0\n\n"
            => "200 OK 1.1 (none, keep) Content-Length=0 | end";
        b"HTTP/1.1 200\nContent-Length: 0\n\n" => "200  1.1 (none, keep) Content-Length=0 | end";
        b"HTTP/1.1 200 OK\rContent-Length: 0\r\n\r\n"
            => "200 OK 1.1 (none, keep) Content-Length=0 | end";
        b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"
            => "200 OK 2.0 (none, close) Content-Length=0 | end";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\t\r\n\r\nrest"
            => "200 OK 1.1 (until close, close) Transfer-Encoding=chunked | 'rest'";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTransfer-Encoding: gzip\r\n\r\n"
            => "200 OK 1.1 (chunked, keep) Transfer-Encoding=chunked | end Transfer-Encoding=gzip";
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            => "200 OK 1.0 (chunked, keep) Connection=keep-alive Transfer-Encoding=chunked | end | 200 OK 1.1 (none, keep) Content-Length=0 | end";
    }
}

#[test]
fn relaxed_values() {
    let mut setup = Setup::new(Role::Server);
    setup.leniency = Leniency::Relaxed;
    cases! { setup;
        b"GET / HTTP/1.1\r\nX: a\x01\x7f\x0bb\r\n\r\n"
            => "GET / 1.1 (none, keep) X=a\\x01\\x7f\\x0bb | end";
        b"GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Unexpected whitespace after header value @22";
        b"GET / HTTP/1.1\r\nX: a\nY: b\r\n\r\n"
            => "HPE_CR_EXPECTED: Missing expected CR after header value @20";
        b"GET / HTTP/1.1\r\nX : a\r\n\r\n" => "HPE_INVALID_HEADER_TOKEN: Invalid header token @17";
        b"GET / HTTP/1.1\r\nContent-Length: 5\x01\r\n\r\n"
            => "HPE_INVALID_CONTENT_LENGTH: Invalid character in Content-Length @33";
        b"GET / HTTP/1.1\r\nConnection: close\x01\r\n\r\n"
            => "GET / 1.1 (none, keep) Connection=close\\x01 | end";
    }
}

#[test]
fn relaxed_values_hold_no_nul() {
    let mut setup = Setup::new(Role::Server);
    setup.leniency = Leniency::Relaxed;
    cases! { setup;
        b"GET / HTTP/1.1\r\nX: a\0b\r\n\r\n"
            => "HPE_INVALID_HEADER_TOKEN: Invalid header value char @20";
    }
}
