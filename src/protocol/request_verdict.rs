//! What a server has to know of a request beyond its grammar: whether it can be trusted, and what it
//! expects.

use crate::protocol::host::host_is_valid;
use crate::protocol::method::Method;
use crate::protocol::sink::Head;

/// What a server asks of its requests.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct RequestRules {
    /// HTTP/1.1 requests have a Host field, and no request has several (`requireHostHeader`).
    pub requires_host: bool,
    /// Where a Host field is required, its value is a host with an optional port (`strictHost`).
    pub strict_host: bool,
    /// Requests that cannot be trusted are served (`insecureHTTPParser`).
    pub serves_untrusted: bool,
}

/// What the Expect fields of an HTTP/1.1 request ask for (RFC 9110, section 10.1.1).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Expectation {
    #[default]
    None,
    Continue,
    /// Something that HTTP does not define.
    Other,
}

/// The verdict on a request.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct RequestVerdict {
    /// The request has several Host fields or a refused one (RFC 9112, section 3.2), or it is a
    /// CONNECT without a port (RFC 9110, section 9.3.6). Nothing behind it may be read.
    pub is_untrusted: bool,
    /// It is an HTTP/1.1 request without a Host field (RFC 9112, section 3.2).
    pub lacks_host: bool,
    pub expectation: Expectation,
}

impl RequestVerdict {
    /// The verdict on the request with this head.
    pub fn of(head: &Head<'_>, rules: RequestRules) -> Self {
        let is_1_1 = head.version == (1, 1);
        let (mut hosts, mut has_invalid_host) = (0, false);
        let mut expectation = Expectation::None;
        for (name, value) in head.fields.iter() {
            if name.len() == 4 && name.eq_ignore_ascii_case(b"host") {
                hosts += 1;
                has_invalid_host |= rules.strict_host && !host_is_valid(value);
            } else if name.len() == 6 && is_1_1 && name.eq_ignore_ascii_case(b"expect") {
                expectation = expectation.and(value);
            }
        }
        let has_bad_host = rules.requires_host && (hosts > 1 || has_invalid_host);
        Self {
            is_untrusted: !rules.serves_untrusted && (has_bad_host || lacks_port(head)),
            lacks_host: rules.requires_host && is_1_1 && hosts == 0,
            expectation,
        }
    }
}

impl Expectation {
    /// What is expected with one more field of this value.
    fn and(self, value: &[u8]) -> Self {
        if self == Self::Continue || names_continue(value) {
            Self::Continue
        } else {
            Self::Other
        }
    }
}

/// Whether `100-continue` stands in the value as a word of its own, as Node looks for it.
fn names_continue(value: &[u8]) -> bool {
    const WORD: &[u8] = b"100-continue";
    let is_word_byte = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    value.windows(WORD.len()).enumerate().any(|(at, found)| {
        found.eq_ignore_ascii_case(WORD)
            && !value[..at].last().is_some_and(is_word_byte)
            && !value.get(at + WORD.len()).is_some_and(is_word_byte)
    })
}

/// Whether a CONNECT names no port from 1 to 65535 behind its last colon. A path is not an authority:
/// Node's client sends one when it is given no target, and means the server itself.
fn lacks_port(head: &Head<'_>) -> bool {
    if head.method != Some(Method::CONNECT) || head.target.starts_with(b"/") {
        return false;
    }
    let Some(colon) = head.target.iter().rposition(|&byte| byte == b':') else {
        return true;
    };
    let digits = &head.target[colon + 1..];
    let port = digits.iter().try_fold(0_u32, |port, byte| {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte - b'0'))?;
        Some(port.saturating_mul(10).saturating_add(digit))
    });
    !matches!(port, Some(1..=65535))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Fields, Leniency, Limits, Parser, Role, Sink, Verdict};

    const STRICT: RequestRules = RequestRules {
        requires_host: true,
        strict_host: true,
        serves_untrusted: false,
    };

    struct Judge(RequestRules, Option<RequestVerdict>);

    impl Sink for Judge {
        fn head(&mut self, head: &Head<'_>) -> Verdict {
            self.1 = Some(RequestVerdict::of(head, self.0));
            Verdict::Content
        }
        fn content(&mut self, _: &[u8]) {}
        fn complete(&mut self, _: &Fields<'_>) {}
    }

    /// The verdict on a request; the same from the fast path and byte by byte.
    fn verdict(request: &str, rules: RequestRules) -> RequestVerdict {
        let request = format!("{request}\r\n\r\n");
        let judged = [request.len(), 1].map(|piece| {
            let mut judge = Judge(rules, None);
            let mut parser = Parser::new(Role::Server, Limits::default(), Leniency::default());
            for bytes in request.as_bytes().chunks(piece) {
                parser.parse(bytes, &mut judge).unwrap();
            }
            judge.1.expect("a head")
        });
        assert_eq!(judged[0], judged[1], "{request}");
        judged[0]
    }

    #[test]
    fn rfc9112_3_2_a_request_has_one_valid_host() {
        let one = verdict("GET / HTTP/1.1\r\nHost: a", STRICT);
        assert_eq!(one, RequestVerdict::default());
        assert!(verdict("GET / HTTP/1.1", STRICT).lacks_host);
        assert!(!verdict("GET / HTTP/1.0", STRICT).lacks_host);
        for bad in ["Host: a\r\nhost: a", "Host: a/b"] {
            for version in ["1.0", "1.1"] {
                let request = format!("GET / HTTP/{version}\r\n{bad}");
                assert!(verdict(&request, STRICT).is_untrusted, "{request}");
                let trusting = RequestRules {
                    serves_untrusted: true,
                    ..STRICT
                };
                assert!(!verdict(&request, trusting).is_untrusted);
                let rules = RequestRules::default();
                assert_eq!(verdict(&request, rules), RequestVerdict::default());
            }
        }
        assert!(!verdict("GET / HTTP/1.1", RequestRules::default()).lacks_host);
        let usual = RequestRules {
            strict_host: false,
            ..STRICT
        };
        assert!(!verdict("GET / HTTP/1.1\r\nHost: a/b", usual).is_untrusted);
        assert!(verdict("GET / HTTP/1.1\r\nHost: a\r\nHost: a", usual).is_untrusted);
    }

    #[test]
    fn rfc9110_9_3_6_connect_names_a_port() {
        let connect = |target: &str| {
            let request = format!("CONNECT {target} HTTP/1.1\r\nHost: a");
            verdict(&request, RequestRules::default()).is_untrusted
        };
        for target in ["a:1", "a:65535", "a:00080", "[::1]:443", "/", "/a", "/:0"] {
            assert!(!connect(target), "{target}");
        }
        for target in [
            "a",
            "a:",
            "a:0",
            "a:65536",
            "a:99999999999999999999999",
            "a:80x",
            "a:80:",
        ] {
            assert!(connect(target), "{target}");
        }
    }

    #[test]
    fn rfc9110_10_1_1_expectations() {
        let expects = |fields: &str| {
            let request = format!("PUT / HTTP/1.1\r\nHost: a\r\n{fields}");
            verdict(&request, STRICT).expectation
        };
        for fields in [
            "Expect: 100-continue",
            "expect: 100-CONTINUE",
            "Expect: a, 100-continue;q",
            "Expect: a\r\nExpect: 100-continue",
            "Expect: 100-continue\r\nExpect: a",
            "Expect: 200-100-continue",
        ] {
            assert_eq!(expects(fields), Expectation::Continue, "{fields}");
        }
        for fields in [
            "Expect:",
            "Expect: a",
            "Expect: 100-continued",
            "Expect: x100-continue",
            "Expect: 100-\r\nExpect: continue",
        ] {
            assert_eq!(expects(fields), Expectation::Other, "{fields}");
        }
        assert_eq!(expects("Expects: 100-continue"), Expectation::None);
        let old = verdict("PUT / HTTP/1.0\r\nExpect: 100-continue", STRICT);
        assert_eq!(old.expectation, Expectation::None);
    }
}
