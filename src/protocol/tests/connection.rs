//! Whether the connection persists or is upgraded (RFC 9112, section 9; RFC 9110, section 7.8).

use super::cases;
use crate::protocol::trace::Setup;
use crate::protocol::{RequestKind, Role, Verdict};

#[test]
fn rfc9112_9_3_persistence() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\n\r\n" => "GET / 1.1 (none, keep) | end";
        b"GET / HTTP/1.0\r\n\r\n" => "GET / 1.0 (none, close) | end";
        b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n"
            => "GET / 1.0 (none, keep) Connection=keep-alive | end | GET /b 1.0 (none, close) | end";
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
            => "GET / 1.1 (none, close) Connection=close | end";
        b"GET / HTTP/1.1\r\nConnection: CLOSE\r\n\r\n"
            => "GET / 1.1 (none, close) Connection=CLOSE | end";
        b"GET / HTTP/1.1\r\nConnection:close \r\n\r\n"
            => "GET / 1.1 (none, close) Connection=close | end";
        b"GET / HTTP/1.1\r\nConnection: close\t\r\n\r\n"
            => "GET / 1.1 (none, close) Connection=close | end";
        b"GET / HTTP/1.1\r\nConnection: \tclose\r\n\r\n"
            => "GET / 1.1 (none, close) Connection=close | end";
        b"GET / HTTP/1.1\r\nConnection: x, close\r\n\r\n"
            => "GET / 1.1 (none, close) Connection=x, close | end";
        b"GET / HTTP/1.1\r\nConnection: close, x\r\n\r\n"
            => "GET / 1.1 (none, close) Connection=close, x | end";
        b"GET / HTTP/1.1\r\nConnection: x,\tclose ,y\r\n\r\n"
            => "GET / 1.1 (none, close) Connection=x,\\tclose ,y | end";
        b"GET / HTTP/1.1\r\nProxy-Connection: close\r\n\r\n"
            => "GET / 1.1 (none, close) Proxy-Connection=close | end";
        b"GET / HTTP/1.1\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n"
            => "GET / 1.1 (none, close) Connection=keep-alive Connection=close | end";
        b"GET / HTTP/1.1\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n"
            => "GET / 1.1 (none, close) Connection=close Connection=keep-alive | end";
    }
}

#[test]
fn rfc9110_7_6_1_tokens_that_only_look_alike() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\nConnection: closed\r\n\r\n"
            => "GET / 1.1 (none, keep) Connection=closed | end";
        b"GET / HTTP/1.1\r\nConnection: clos\r\n\r\n"
            => "GET / 1.1 (none, keep) Connection=clos | end";
        b"GET / HTTP/1.1\r\nConnection: close x\r\n\r\n"
            => "GET / 1.1 (none, keep) Connection=close x | end";
        b"GET / HTTP/1.1\r\nConnection: x close\r\n\r\n"
            => "GET / 1.1 (none, keep) Connection=x close | end";
        b"GET / HTTP/1.1\r\nConnection: \"close\"\r\n\r\n"
            => "GET / 1.1 (none, keep) Connection=\\\"close\\\" | end";
        b"GET / HTTP/1.1\r\nConnection: close;q=1\r\n\r\n"
            => "GET / 1.1 (none, keep) Connection=close;q=1 | end";
        b"GET / HTTP/1.1\r\nConnection:\r\n\r\n" => "GET / 1.1 (none, keep) Connection= | end";
        b"GET / HTTP/1.1\r\nConnection: ,\r\n\r\n" => "GET / 1.1 (none, keep) Connection=, | end";
        b"GET / HTTP/1.1\r\nConnections: close\r\n\r\n"
            => "GET / 1.1 (none, keep) Connections=close | end";
        b"GET / HTTP/1.1\r\nX-Connection: close\r\n\r\n"
            => "GET / 1.1 (none, keep) X-Connection=close | end";
    }
}

#[test]
fn rfc9112_9_6_bytes_behind_a_closing_message_are_refused() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\nG"
            => "GET / 1.1 (none, close) Connection=close | end | HPE_CLOSED_CONNECTION: Data after `Connection: close` @38";
        b"GET / HTTP/1.0\r\n\r\n\r\n\nG"
            => "GET / 1.0 (none, close) | end | HPE_CLOSED_CONNECTION: Data after `Connection: close` @22";
        b"GET / HTTP/1.0\r\n\r\n\r\n\r\n" => "GET / 1.0 (none, close) | end";
        b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\n\r\n"
            => "POST / 1.1 (5, close) Connection=close Content-Length=5 | 'hello' | end | HPE_CLOSED_CONNECTION: Data after `Connection: close` @63";
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nConnection: close\r\n\r\nG"
            => "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | end Connection=close | HPE_CLOSED_CONNECTION: Data after `Connection: close` @72";
    }
}

#[test]
fn rfc9112_9_6_bytes_behind_a_closing_response_are_refused() {
    cases! { Setup::new(Role::Client);
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\nH"
            => "200 OK 1.1 (none, close) Connection=close Content-Length=0 | end | HPE_CLOSED_CONNECTION: Data after `Connection: close` @58";
        b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\nH"
            => "200 OK 1.0 (none, close) Content-Length=0 | end | HPE_CLOSED_CONNECTION: Data after `Connection: close` @39";
        b"HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\nH"
            => "100 Continue 1.1 (none, close) Connection=close | end | HPE_CLOSED_CONNECTION: Data after `Connection: close` @45";
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\nH"
            => "200 OK 1.0 (none, keep) Connection=keep-alive Content-Length=0 | end";
    }
}

#[test]
fn rfc9112_6_1_codings_in_1_0_close_stricter_than_node() {
    cases! { Setup::new(Role::Server);
        b"POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG"
            => "POST / 1.0 (chunked, close) Connection=keep-alive Transfer-Encoding=chunked | end | HPE_CLOSED_CONNECTION: Data after `Connection: close` @77";
    }
}

#[test]
fn rfc9112_6_1_codings_in_responses_in_1_0_close_stricter_than_node() {
    cases! { Setup::new(Role::Client);
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nH"
            => "200 OK 1.0 (chunked, close) Connection=keep-alive Transfer-Encoding=chunked | end | HPE_CLOSED_CONNECTION: Data after `Connection: close` @77";
    }
}

#[test]
fn rfc9110_7_8_upgrades() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nrest"
            => "GET / 1.1 (none, keep, upgrade) Connection=upgrade Upgrade=websocket | end | upgraded @59";
        b"GET / HTTP/1.1\r\nUpgrade: h2c, x\r\nConnection: keep-alive, Upgrade\r\n\r\nrest"
            => "GET / 1.1 (none, keep, upgrade) Upgrade=h2c, x Connection=keep-alive, Upgrade | end | upgraded @68";
        b"GET / HTTP/1.1\r\nUpgrade: x\r\n\r\nrest"
            => "GET / 1.1 (none, keep) Upgrade=x | end | HPE_INVALID_METHOD: Invalid method encountered @30";
        b"GET / HTTP/1.1\r\nConnection: upgrade\r\n\r\nrest"
            => "GET / 1.1 (none, keep) Connection=upgrade | end | HPE_INVALID_METHOD: Invalid method encountered @39";
        b"GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade:\r\n\r\nrest"
            => "GET / 1.1 (none, keep) Connection=upgrade Upgrade= | end | HPE_INVALID_METHOD: Invalid method encountered @49";
        b"CONNECT h:1 HTTP/1.1\r\n\r\nrest"
            => "CONNECT h:1 1.1 (none, keep, upgrade) | end | upgraded @24";
        b"CONNECT h:1 HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\nrest"
            => "CONNECT h:1 1.1 (until close, keep, upgrade) Transfer-Encoding=gzip | end | upgraded @49";
        b"POST / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 5\r\n\r\nhello"
            => "POST / 1.1 (5, keep, upgrade) Connection=upgrade Upgrade=x Content-Length=5 | end | upgraded @71";
    }
}

#[test]
fn rfc9110_7_8_upgrades_in_1_0_are_ignored_stricter_than_node() {
    cases! { Setup::new(Role::Server);
        b"GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
            => "GET / 1.0 (none, close) Connection=upgrade Upgrade=x | end";
        b"GET / HTTP/1.0\r\nConnection: keep-alive, upgrade\r\nUpgrade: x\r\n\r\nGET /b HTTP/1.0\r\n\r\n"
            => "GET / 1.0 (none, keep) Connection=keep-alive, upgrade Upgrade=x | end | GET /b 1.0 (none, close) | end";
        b"CONNECT h:1 HTTP/1.0\r\n\r\nrest"
            => "CONNECT h:1 1.0 (none, close, upgrade) | end | upgraded @24";
    }
}

#[test]
fn rfc9110_7_8_what_follows_a_declined_upgrade_is_parsed_stricter_than_node() {
    let mut setup = Setup::new(Role::Server);
    setup.upgrade = Verdict::Pause;
    cases! { setup;
        b"GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nGET /b HTTP/1.1\r\n\r\n"
            => "GET / 1.1 (none, keep, upgrade) Connection=upgrade Upgrade=websocket | end | GET /b 1.1 (none, keep) | end";
        b"POST / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\n\r\n"
            => "POST / 1.1 (5, keep, upgrade) Connection=upgrade Upgrade=x Content-Length=5 | 'hello' | end | GET /b 1.1 (none, keep) | end";
        b"CONNECT h:1 HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n"
            => "CONNECT h:1 1.1 (none, keep, upgrade) | end | GET /b 1.1 (none, keep) | end";
        b"CONNECT h:1 HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\nrest"
            => "CONNECT h:1 1.1 (until close, keep, upgrade) Transfer-Encoding=gzip | HPE_INVALID_TRANSFER_ENCODING: Request has invalid `Transfer-Encoding` @49";
    }
}

#[test]
fn rfc9110_15_2_2_switching_protocols() {
    cases! { Setup::new(Role::Client);
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nrest"
            => "101 Switching Protocols 1.1 (none, keep, upgrade) Connection=upgrade Upgrade=x | end | upgraded @69";
        b"HTTP/1.1 101 Switching Protocols\r\n\r\nrest"
            => "101 Switching Protocols 1.1 (none, close) | end | upgraded @36";
        b"HTTP/1.1 200 OK\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 0\r\n\r\n"
            => "200 OK 1.1 (none, keep) Connection=upgrade Upgrade=x Content-Length=0 | end";
    }
}

#[test]
fn rfc9110_9_3_6_answers_to_connect_hand_over_refused_or_not_as_in_node() {
    let mut setup = Setup::new(Role::Client);
    setup.request = RequestKind::Connect;
    cases! { setup;
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nrest"
            => "200 OK 1.1 (5, keep, upgrade) Content-Length=5 | end | upgraded @38";
        b"HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nhello"
            => "403 Forbidden 1.1 (5, keep, upgrade) Content-Length=5 | end | upgraded @45";
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nrest"
            => "200 OK 1.1 (chunked, keep, upgrade) Transfer-Encoding=chunked | end | upgraded @47";
    }
}
