//! The Host field (RFC 9112, section 3.2; RFC 3986, section 3.2).

/// Whether `value` is a host with an optional port. An empty value is one: it stands for a target
/// without authority.
pub fn host_is_valid(value: &[u8]) -> bool {
    let (host, port) = match value {
        [b'[', rest @ ..] => {
            let Some(end) = rest.iter().position(|&byte| byte == b']') else {
                return false;
            };
            let (address, tail) = rest.split_at(end);
            let literal = !address.is_empty()
                && address
                    .iter()
                    .all(|&b| b.is_ascii_alphanumeric() || b":.-_~%!$&'()*+,;=".contains(&b));
            if !literal {
                return false;
            }
            (&b""[..], &tail[1..])
        }
        _ => {
            let end = value
                .iter()
                .position(|&byte| byte == b':')
                .unwrap_or(value.len());
            value.split_at(end)
        }
    };
    let is_name = host
        .iter()
        .all(|&b| b.is_ascii_alphanumeric() || b"-._~%!$&'()*+;=".contains(&b) || b >= 0x80);
    is_name && matches!(port, [] | [b':', ..]) && port.iter().skip(1).all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9112_3_2_hosts() {
        for host in [
            "",
            "a",
            "a.b:80",
            "a:",
            "127.0.0.1:1",
            "[::1]",
            "[::1]:8080",
            "xn--a_b",
            "a%20b",
        ] {
            assert!(host_is_valid(host.as_bytes()), "{host}");
        }
    }

    #[test]
    fn rfc9112_3_2_what_is_no_host() {
        for host in [
            "a, b", "a@b", "a/b", "a:80:80", "a:x", "[::1", "[]", "[::1]x", "http://a", "a b",
            "a\tb",
        ] {
            assert!(!host_is_valid(host.as_bytes()), "{host}");
        }
    }
}
