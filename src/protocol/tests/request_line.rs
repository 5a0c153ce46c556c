//! Request lines (RFC 9112, section 3).

use super::cases;
use crate::protocol::Role;
use crate::protocol::trace::Setup;

#[test]
fn rfc9112_2_2_empty_lines_before_a_message_are_skipped() {
    cases! { Setup::new(Role::Server);
        b"\r\n\r\nGET / HTTP/1.1\r\n\r\n" => "GET / 1.1 (none, keep) | end";
        b"\n\n\r\rGET / HTTP/1.1\r\n\r\n" => "GET / 1.1 (none, keep) | end";
        b"\r\n" => "";
        b"GET / HTTP/1.1\r\n\r\n\r\n\nGET /b HTTP/1.1\r\n\r\n"
            => "GET / 1.1 (none, keep) | end | GET /b 1.1 (none, keep) | end";
    }
}

#[test]
fn rfc9110_9_methods_are_a_fixed_list() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\n\r\n" => "GET / 1.1 (none, keep) | end";
        b"M-SEARCH * HTTP/1.1\r\n\r\n" => "M-SEARCH * 1.1 (none, keep) | end";
        b"QUERY / HTTP/1.1\r\n\r\n" => "QUERY / 1.1 (none, keep) | end";
        b"SOURCE / HTTP/1.1\r\n\r\n" => "SOURCE / 1.1 (none, keep) | end";
        b"get / HTTP/1.1\r\n\r\n" => "HPE_INVALID_METHOD: Invalid method encountered @0";
        b"GEt / HTTP/1.1" => "HPE_INVALID_METHOD: Invalid method encountered @2";
        b"FOO / HTTP/1.1" => "HPE_INVALID_METHOD: Invalid method encountered @1";
        b"G" => "";
        b"GETX / HTTP/1.1" => "HPE_INVALID_METHOD: Expected space after method @3";
        b"BAD /" => "HPE_INVALID_METHOD: Invalid method encountered @1";
        b"G\0T" => "HPE_INVALID_METHOD: Invalid method encountered @1";
        b"GET\t/ HTTP/1.1" => "HPE_INVALID_METHOD: Expected space after method @3";
        b"GET\r\n" => "HPE_INVALID_METHOD: Expected space after method @3";
        b"\x16\x03\x01\x02\0" => "HPE_INVALID_METHOD: Invalid method encountered @0";
        b"{" => "HPE_INVALID_METHOD: Invalid method encountered @0";
        b"\x80" => "HPE_INVALID_METHOD: Invalid method encountered @0";
    }
}

#[test]
fn rfc2326_methods_of_rtsp_are_refused() {
    cases! { Setup::new(Role::Server);
        b"DESCRIBE / HTTP/1.1\r\n\r\n"
            => "HPE_INVALID_CONSTANT: Invalid method for HTTP/x.x request @15";
        b"GET_PARAMETER / HTTP/1.1\r\n\r\n"
            => "HPE_INVALID_CONSTANT: Invalid method for HTTP/x.x request @20";
        b"PLAY / HTTP/1.1" => "HPE_INVALID_CONSTANT: Invalid method for HTTP/x.x request @11";
        b"PAUSE /" => "";
        b"SETUP /x HTTP" => "HPE_INVALID_CONSTANT: Invalid method for HTTP/x.x request @13";
        b"FLUSH / HTTP/1.1" => "HPE_INVALID_CONSTANT: Invalid method for HTTP/x.x request @12";
        b"GET_X" => "HPE_INVALID_METHOD: Invalid method encountered @4";
    }
}

#[test]
fn rfc9113_3_4_the_preface_of_http2_is_recognized() {
    cases! { Setup::new(Role::Server);
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" => "HPE_PAUSED_H2_UPGRADE: Pause on PRI/Upgrade @24";
        b"PRI * HTTP/2.0\r\n\r\nXM\r\n\r\n"
            => "HPE_INVALID_VERSION: Expected HTTP/2 Connection Preface @18";
        b"PRI * HTTP/1.1\r\n\r\n" => "";
    }
}

#[test]
fn rfc9112_3_2_1_origin_form() {
    cases! { Setup::new(Role::Server);
        b"GET /a/b?c=d&e HTTP/1.1\r\n\r\n" => "GET /a/b?c=d&e 1.1 (none, keep) | end";
        b"GET /?a?b#c#d?e HTTP/1.1\r\n\r\n" => "GET /?a?b#c#d?e 1.1 (none, keep) | end";
        b"GET //a HTTP/1.1\r\n\r\n" => "GET //a 1.1 (none, keep) | end";
        b"GET /\"<>\\^`{|} HTTP/1.1\r\n\r\n" => "GET /\\\"<>\\\\^`{|} 1.1 (none, keep) | end";
        b"GET /a\x7fb HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Invalid char in url path @6";
        b"GET /\x80 HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Invalid char in url path @5";
        b"GET /\xc3\xa9 HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Invalid char in url path @5";
        b"GET /a\tb HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Invalid characters in url @7";
        b"GET /a?\x01 HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Invalid char in url query @7";
        b"GET /a#\x01 HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Invalid char in url fragment start @7";
        b"GET ?a HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Unexpected start char in url @4";
        b"GET 1 HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Unexpected start char in url @4";
        b"GET \0 HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Unexpected start char in url @4";
    }
}

#[test]
fn rfc9112_3_2_2_absolute_form() {
    cases! { Setup::new(Role::Server);
        b"GET http://h/ HTTP/1.1\r\n\r\n" => "GET http://h/ 1.1 (none, keep) | end";
        b"GET http://u:p@h:80/x HTTP/1.1\r\n\r\n" => "GET http://u:p@h:80/x 1.1 (none, keep) | end";
        b"GET http://h?x HTTP/1.1\r\n\r\n" => "GET http://h?x 1.1 (none, keep) | end";
        b"GET http://h HTTP/1.1\r\n\r\n" => "GET http://h 1.1 (none, keep) | end";
        b"GET HTTPS://[::1]:1/ HTTP/1.1\r\n\r\n" => "GET HTTPS://[::1]:1/ 1.1 (none, keep) | end";
        b"GET http://a@@b/ HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Double @ in url @14";
        b"GET http://a\"b/ HTTP/1.1\r\n\r\n"
            => "HPE_INVALID_URL: Unexpected char in url server @12";
        b"GET http:/h HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Unexpected char in url schema @10";
        b"GET http:h HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Unexpected char in url schema @9";
        b"GET http HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Invalid characters in url @9";
        b"GET h2c://h HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Unexpected char in url schema @5";
    }
}

#[test]
fn rfc9112_3_2_3_authority_form() {
    cases! { Setup::new(Role::Server);
        b"CONNECT h:443 HTTP/1.1\r\n\r\n"
            => "CONNECT h:443 1.1 (none, keep, upgrade) | end | upgraded @26";
        b"CONNECT [::1]:443 HTTP/1.1\r\nHost: x\r\n\r\nrest"
            => "CONNECT [::1]:443 1.1 (none, keep, upgrade) Host=x | end | upgraded @39";
        b"CONNECT *:1 HTTP/1.1\r\n\r\n"
            => "CONNECT *:1 1.1 (none, keep, upgrade) | end | upgraded @24";
        b"CONNECT \"h\" HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Unexpected char in url server @8";
        b"GET h:443 HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Unexpected char in url schema @6";
    }
}

#[test]
fn rfc9112_3_2_4_asterisk_form() {
    cases! { Setup::new(Role::Server);
        b"OPTIONS * HTTP/1.1\r\n\r\n" => "OPTIONS * 1.1 (none, keep) | end";
        b"GET *a HTTP/1.1\r\n\r\n" => "GET *a 1.1 (none, keep) | end";
    }
}

#[test]
fn rfc9112_3_spaces_in_the_line() {
    cases! { Setup::new(Role::Server);
        b"GET  / HTTP/1.1\r\n\r\n" => "GET / 1.1 (none, keep) | end";
        b"GET /   HTTP/1.1\r\n\r\n" => "GET / 1.1 (none, keep) | end";
        b"GET /\t HTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Invalid characters in url @6";
        b"GET / \tHTTP/1.1\r\n\r\n" => "HPE_INVALID_URL: Invalid characters in url @7";
        b"GET / HTTP/1.1 \r\n\r\n" => "HPE_INVALID_VERSION: Expected CRLF after version @14";
        b" GET / HTTP/1.1\r\n\r\n" => "HPE_INVALID_METHOD: Invalid method encountered @0";
        b"GET / HTTP /1.1\r\n\r\n" => "HPE_INVALID_CONSTANT: Expected HTTP/, RTSP/ or ICE/ @10";
    }
}

#[test]
fn rfc9112_2_3_versions() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.0\r\n\r\n" => "GET / 1.0 (none, close) | end";
        b"GET / HTTP/1.1\r\n\r\n" => "GET / 1.1 (none, keep) | end";
        b"GET / HTTP/1.2\r\n\r\n" => "HPE_INVALID_VERSION: Invalid HTTP version @14";
        b"GET / HTTP/3.0\r\n\r\n" => "HPE_INVALID_VERSION: Invalid HTTP version @14";
        b"GET / HTTP/11\r\n\r\n" => "HPE_INVALID_VERSION: Expected dot @12";
        b"GET / HTTP/x.1\r\n\r\n" => "HPE_INVALID_VERSION: Invalid major version @11";
        b"GET / HTTP/1.x\r\n\r\n" => "HPE_INVALID_VERSION: Invalid minor version @13";
        b"GET / HTTP/1.10\r\n\r\n" => "HPE_INVALID_VERSION: Expected CRLF after version @14";
        b"GET / http/1.1\r\n\r\n" => "HPE_INVALID_CONSTANT: Expected HTTP/, RTSP/ or ICE/ @6";
        b"GET / HTTQ/1.1\r\n\r\n" => "HPE_INVALID_CONSTANT: Expected HTTP/, RTSP/ or ICE/ @9";
        b"GET / XTTP/1.1\r\n\r\n" => "HPE_INVALID_CONSTANT: Expected HTTP/, RTSP/ or ICE/ @6";
        b"GET / HTTP\r\n\r\n" => "HPE_INVALID_CONSTANT: Expected HTTP/, RTSP/ or ICE/ @10";
    }
}

#[test]
fn rfc9112_2_3_versions_stricter_than_node() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/0.9\r\n\r\n" => "HPE_INVALID_VERSION: Invalid HTTP version @14";
        b"GET / HTTP/2.0\r\n\r\n" => "HPE_INVALID_VERSION: Invalid HTTP version @14";
        b"GET /\r\n\r\n" => "HPE_INVALID_VERSION: Invalid HTTP version @7";
        b"GET /\n" => "HPE_INVALID_VERSION: Invalid HTTP version @6";
        b"GET http://h\r\n\r\n" => "HPE_INVALID_VERSION: Invalid HTTP version @14";
    }
}

#[test]
fn rfc9112_2_2_line_ends() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\nHost: a\n\n" => "HPE_INVALID_VERSION: Expected CRLF after version @15";
        b"GET / HTTP/1.1\rHost: a\r\n\r\n" => "HPE_STRICT: Expected CRLF after version @15";
        b"GET /\rX" => "HPE_INVALID_URL: Expected CRLF @6";
        b"GET / HTTP/1.1\r\r\n" => "HPE_STRICT: Expected CRLF after version @15";
    }
}
