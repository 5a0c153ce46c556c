//! What is too large, counted as Node counts.

use super::check;
use crate::protocol::Role;
use crate::protocol::trace::Setup;

#[test]
fn fields_are_counted_without_white_space_before_values() {
    let mut setup = Setup::new(Role::Server);
    setup.limits.max_header_size = 20;
    check(
        &setup,
        &[
            (
                b"GET /2345678 HTTP/1.1\r\nX:          1234567890\r\n\r\n",
                "GET /2345678 1.1 (none, keep) X=1234567890 | end",
            ),
            (
                b"GET /2345678 HTTP/1.1\r\nX: 12345678901\r\n\r\n",
                "HPE_HEADER_OVERFLOW: Header overflow @38",
            ),
            (
                b"GET /2345678 HTTP/1.1\r\nX: 1234567890 \r\n\r\n",
                "HPE_HEADER_OVERFLOW: Header overflow @38",
            ),
            (
                b"GET /2345678 HTTP/1.1\r\nX1234567890: \r\n\r\n",
                "GET /2345678 1.1 (none, keep) X1234567890= | end",
            ),
            (
                b"GET /2345678901234567890 HTTP/1.1\r\n\r\n",
                "HPE_HEADER_OVERFLOW: Header overflow @24",
            ),
            (
                b"GET /234567890123456789 HTTP/1.1\r\n\r\n",
                "GET /234567890123456789 1.1 (none, keep) | end",
            ),
            (
                b"GET /2345678901234567890",
                "HPE_HEADER_OVERFLOW: Header overflow @24",
            ),
        ],
    );
}

#[test]
fn reasons_are_counted() {
    let mut setup = Setup::new(Role::Client);
    setup.limits.max_header_size = 20;
    check(
        &setup,
        &[
            (
                b"HTTP/1.1 200 1234567890123456789\r\nContent-Length: 0\r\n\r\n",
                "HPE_HEADER_OVERFLOW: Header overflow @49",
            ),
            (
                b"HTTP/1.1 200 12345678901234567890\r\n",
                "HPE_HEADER_OVERFLOW: Header overflow @34",
            ),
            (
                b"HTTP/1.1 200 1234\r\nContent-Length: 0\r\n\r\n",
                "200 1234 1.1 (none, keep) Content-Length=0 | end",
            ),
        ],
    );
}

#[test]
fn trailers_have_a_budget_of_their_own() {
    let mut setup = Setup::new(Role::Server);
    setup.limits.max_header_size = 30;
    check(
        &setup,
        &[
            (
                b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: 123456789012345678\r\n\r\n",
                "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | end X=123456789012345678",
            ),
            (
                b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: 1234567890123456789012345678901234567890\r\n\r\n",
                "POST / 1.1 (chunked, keep) Transfer-Encoding=chunked | HPE_HEADER_OVERFLOW: Header overflow @94",
            ),
        ],
    );
}
