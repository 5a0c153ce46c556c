//! The chunked coding and trailer sections (RFC 9112, section 7.1).

use super::cases;
use crate::protocol::Role;
use crate::protocol::trace::Setup;

#[test]
fn rfc9112_7_1_chunks() {
    cases! { Setup::new(Role::Server);
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello' | end";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | '01234567890123456789' | end";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0005\r\nhello\r\n000\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello' | end";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | end | GET / 1.1 (none, keep) | end";
    }
}

#[test]
fn rfc9112_7_1_malformed_sizes() {
    cases! { Setup::new(Role::Server);
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size @47";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\ng\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size @47";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size @47";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size @47";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size @48";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n 5\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size @47";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5 \r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size @49";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\t\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size @49";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5 ;a\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size @49";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_CR_EXPECTED: Missing expected CR after chunk size @49";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r5"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Expected LF after chunk size @49";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5g\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size @48";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n;a\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size @47";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5,5\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size @48";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff0\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Chunk size overflow @64";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Chunk size overflow @64";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n00000000000000000000005\r\nhello\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello'";
    }
}

#[test]
fn rfc9112_7_1_data_ends_in_crlf() {
    cases! { Setup::new(Role::Server);
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello5"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello' | HPE_STRICT: Expected LF after chunk data @55";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello' | HPE_CR_EXPECTED: Missing expected CR after chunk data @56";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\rX"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello' | HPE_STRICT: Expected LF after chunk data @56";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhellox\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello' | HPE_STRICT: Expected LF after chunk data @55";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello' | HPE_STRICT: Expected LF after chunk data @56";
    }
}

#[test]
fn rfc9112_7_1_1_extensions() {
    cases! { Setup::new(Role::Server);
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a\r\nhello\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello'";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello'";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b;c;d=e\r\nhello\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello'";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b c;\\\"d\\\\\"\r\nhello\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello'";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"\";b\r\nhello\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello'";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\r\nhello\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello'";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\"c\"\r\nhello\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello'";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0;a=b\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | end";
    }
}

#[test]
fn rfc9112_7_1_1_malformed_extensions() {
    cases! { Setup::new(Role::Server);
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5; a\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Invalid character in chunk extensions @50";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Invalid character in chunk extensions @50";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a b\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Invalid character in chunk extensions name @51";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b c\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Invalid character in chunk extensions value @53";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_CR_EXPECTED: Missing expected CR after chunk extension name @50";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_CR_EXPECTED: Missing expected CR after chunk extension value @52";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_CR_EXPECTED: Missing expected CR after chunk extension value @54";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"c\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Invalid character in chunk extensions quote value @54";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Invalid character in chunk extensions quoted value @54";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"\\\x01\"\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Invalid quoted-pair in chunk extensions quoted value @54";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"\x7f\"\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Invalid character in chunk extensions quoted value @53";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a(\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Invalid character in chunk extensions name @51";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=(\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Invalid character in chunk extensions value @52";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;\x01\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Invalid character in chunk extensions name @50";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a\rX"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Expected LF after chunk size @51";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_CR_EXPECTED: Missing expected CR after chunk extension name @49";
    }
}

#[test]
fn rfc9112_7_1_1_extensions_have_names_stricter_than_node() {
    cases! { Setup::new(Role::Server);
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;=b\r\nhello\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Invalid character in chunk extensions name @50";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;;a\r\nhello\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Invalid character in chunk extensions name @50";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a;=b\r\nhello\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Invalid character in chunk extensions name @52";
    }
}

#[test]
fn rfc9112_7_1_chunks_in_responses() {
    cases! { Setup::new(Role::Client);
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n0\r\nX: y\r\n\r\n"
            => "200 OK 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello' | end X=y";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n"
            => "200 OK 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Invalid character in chunk size @47";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n"
            => "200 OK 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_CR_EXPECTED: Missing expected CR after chunk size @49";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n"
            => "200 OK 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CHUNK_SIZE: Chunk size overflow @64";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello5"
            => "200 OK 1.1 (chunked, keep) Transfer-Encoding=chunked | 'hello' | HPE_STRICT: Expected LF after chunk data @55";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n b\r\n\r\n"
            => "200 OK 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_HEADER_TOKEN: Unexpected whitespace after header value @56";
    }
}

#[test]
fn rfc9112_7_1_2_trailers() {
    cases! { Setup::new(Role::Server);
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\nZ:\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | end X=y Z=";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX : y\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_HEADER_TOKEN: Invalid header token @51";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n b\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_HEADER_TOKEN: Unexpected whitespace after header value @56";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n X: y\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_HEADER_TOKEN: Invalid header token @50";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_CR_EXPECTED: Missing expected CR after header value @54";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_HEADER_TOKEN: Invalid header field char @51";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\rX"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_STRICT: Expected LF after headers @51";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_CONTENT_LENGTH: Content-Length can't be present with Transfer-Encoding @65";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_TRANSFER_ENCODING: Invalid `Transfer-Encoding` header value @70";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTransfer-Encoding: gzip\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_TRANSFER_ENCODING: Invalid `Transfer-Encoding` header value @70";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nGET / HTTP/1.1\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | end Upgrade=x Connection=upgrade | GET / 1.1 (none, keep) | end";
    }
}

#[test]
fn rfc9110_6_5_1_codings_in_trailers_of_responses_stricter_than_node() {
    cases! { Setup::new(Role::Client);
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"
            => "200 OK 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_TRANSFER_ENCODING: Invalid `Transfer-Encoding` header value @70";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nTransfer-Encoding: gzip\r\n\r\n"
            => "200 OK 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_INVALID_TRANSFER_ENCODING: Invalid `Transfer-Encoding` header value @70";
    }
}
