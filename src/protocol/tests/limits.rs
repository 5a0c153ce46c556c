//! What is too large, counted as Node counts.

use super::cases;
use crate::protocol::trace::{Event, Setup, assert_agreement, trace};
use crate::protocol::{ErrorKind, Leniency, Role};

#[test]
fn fields_are_counted_without_white_space_before_values() {
    let mut setup = Setup::new(Role::Server);
    setup.limits.max_header_size = 20;
    cases! { setup;
        b"GET /2345678 HTTP/1.1\r\nX:          1234567890\r\n\r\n"
            => "GET /2345678 1.1 (none, keep) X=1234567890 | end";
        b"GET /2345678 HTTP/1.1\r\nX: 12345678901\r\n\r\n"
            => "HPE_HEADER_OVERFLOW: Header overflow @38";
        b"GET /2345678 HTTP/1.1\r\nX: 1234567890 \r\n\r\n"
            => "HPE_HEADER_OVERFLOW: Header overflow @38";
        b"GET /2345678 HTTP/1.1\r\nX1234567890: \r\n\r\n"
            => "GET /2345678 1.1 (none, keep) X1234567890= | end";
        b"GET /2345678901234567890 HTTP/1.1\r\n\r\n" => "HPE_HEADER_OVERFLOW: Header overflow @24";
        b"GET /234567890123456789 HTTP/1.1\r\n\r\n"
            => "GET /234567890123456789 1.1 (none, keep) | end";
        b"GET /2345678901234567890" => "HPE_HEADER_OVERFLOW: Header overflow @24";
    }
}

#[test]
fn reasons_are_counted() {
    let mut setup = Setup::new(Role::Client);
    setup.limits.max_header_size = 20;
    cases! { setup;
        b"HTTP/1.1 200 1234567890123456789\r\nContent-Length: 0\r\n\r\n"
            => "HPE_HEADER_OVERFLOW: Header overflow @49";
        b"HTTP/1.1 200 12345678901234567890\r\n" => "HPE_HEADER_OVERFLOW: Header overflow @34";
        b"HTTP/1.1 200 1234\r\nContent-Length: 0\r\n\r\n"
            => "200 1234 1.1 (none, keep) Content-Length=0 | end";
    }
}

#[test]
fn trailers_have_a_budget_of_their_own() {
    let mut setup = Setup::new(Role::Server);
    setup.limits.max_header_size = 30;
    cases! { setup;
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: 123456789012345678\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | end X=123456789012345678";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: 1234567890123456789012345678901234567890\r\n\r\n"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_HEADER_OVERFLOW: Header overflow @94";
    }
}

#[test]
#[cfg_attr(miri, ignore = "it is slow with so many bytes")]
fn the_default_is_16_kib_to_the_byte() {
    let server = Setup::new(Role::Server);
    let client = Setup::new(Role::Client);
    // The target or the reason, the name and the value: all but the value make 3 bytes.
    for (length, is_refused) in [(16_380, false), (16_381, true)] {
        let value = "v".repeat(length);
        let messages = [
            (&server, format!("GET /a HTTP/1.1\r\nX: {value}\r\n\r\n")),
            (&client, format!("HTTP/1.1 204 OK\r\nX: {value}\r\n\r\n")),
        ];
        for (setup, message) in messages {
            let end = trace(setup, [message.as_bytes()]).pop();
            let is_overflow = matches!(end, Some(Event::Error(ErrorKind::HeaderOverflow, _)));
            assert_eq!(is_overflow, is_refused, "{length}");
            assert_agreement(setup, message.as_bytes(), &[3, 20, 9000]);
        }
    }
}

#[test]
fn extensions_without_names_are_counted_where_they_are_let_through() {
    let mut setup = Setup::new(Role::Server);
    setup.leniency = Leniency::Insecure;
    for flood in [";=", ";"] {
        let input = format!(
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5{}",
            flood.repeat(20_000)
        );
        assert!(matches!(
            trace(&setup, [input.as_bytes()]).last(),
            Some(Event::Error(ErrorKind::ChunkExtensionsOverflow, _))
        ));
    }
}

#[test]
fn fields_are_counted_in_heads_and_anew_in_trailers() {
    let mut setup = Setup::new(Role::Server);
    setup.limits.max_fields = 2;
    cases! { setup;
        b"GET / HTTP/1.1\r\na: 1\r\nb: 2\r\n\r\n" => "GET / 1.1 (none, keep) a=1 b=2 | end";
        b"GET / HTTP/1.1\r\na: 1\r\nb: 2\r\nccc: 3\r\n\r\n"
            => "HPE_HEADER_OVERFLOW: Header overflow @32";
        b"GET / HTTP/1.1\r\na: 1\r\nb: 2\r\nc c: 3\r\n\r\n"
            => "HPE_HEADER_OVERFLOW: Header overflow @30";
        b"GET / HTTP/1.1\r\nb: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na:\r\nb:\r\n\r\n"
            => "GET / 1.1 (chunked, keep) b=2 Transfer-Encoding=chunked | end a= b=";
        b"GET / HTTP/1.1\r\nb: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na:\r\nb:\r\nc:\r\n\r\n"
            => "GET / 1.1 (chunked, keep) b=2 Transfer-Encoding=chunked | HPE_HEADER_OVERFLOW: Header overflow @65";
    }
    for count in [95, 96, 97, 200] {
        setup.limits.max_fields = count;
        if cfg!(miri) && count > 96 {
            break;
        }
        let fields = "a:\r\n".repeat(count);
        for (more, is_refused) in [("", false), ("b:\r\n", true)] {
            let input = format!("GET / HTTP/1.1\r\n{fields}{more}\r\n");
            let end = trace(&setup, [input.as_bytes()]).pop();
            let is_overflow = matches!(end, Some(Event::Error(ErrorKind::HeaderOverflow, _)));
            assert_eq!(is_overflow, is_refused, "{count}");
            assert_agreement(&setup, input.as_bytes(), &[100, 101]);
        }
    }
}
