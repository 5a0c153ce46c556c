//! Names of common header fields, so that they cross to JavaScript as an index instead of as text.
//!
//! Each name has two indexes: `2 * n` for its customary case (`Content-Type`) and `2 * n + 1` for
//! lower case. Any other spelling crosses as text, because `rawHeaders` must show it.

/// The customary spelling of the names, in the order of their indexes.
pub const NAMES: &[&str] = &[
    "TE",
    "Age",
    "DNT",
    "Via",
    "Date",
    "ETag",
    "From",
    "Host",
    "Link",
    "Vary",
    "Allow",
    "Range",
    "Accept",
    "Cookie",
    "Expect",
    "Origin",
    "Pragma",
    "Server",
    "Alt-Svc",
    "Expires",
    "Referer",
    "Trailer",
    "Upgrade",
    "If-Match",
    "If-Range",
    "Location",
    "Priority",
    "Sec-GPC",
    "Connection",
    "Keep-Alive",
    "Set-Cookie",
    "User-Agent",
    "X-Real-IP",
    "traceparent",
    "Retry-After",
    "Content-Type",
    "Max-Forwards",
    "Accept-Ranges",
    "Authorization",
    "Cache-Control",
    "Content-Range",
    "If-None-Match",
    "Last-Modified",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Site",
    "Sec-Fetch-User",
    "Accept-Charset",
    "Content-Length",
    "X-Powered-By",
    "Accept-Encoding",
    "Accept-Language",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Request-Id",
    "Content-Encoding",
    "Content-Language",
    "Content-Location",
    "Proxy-Connection",
    "Sec-CH-UA",
    "Sec-CH-UA-Mobile",
    "WWW-Authenticate",
    "X-Forwarded-Proto",
    "X-Requested-With",
    "Transfer-Encoding",
    "If-Modified-Since",
    "Sec-WebSocket-Key",
    "Sec-CH-UA-Platform",
    "Content-Disposition",
    "If-Unmodified-Since",
    "Proxy-Authorization",
    "Sec-WebSocket-Version",
    "Sec-WebSocket-Protocol",
    "Sec-WebSocket-Extensions",
    "Upgrade-Insecure-Requests",
    "Access-Control-Request-Method",
    "Access-Control-Request-Headers",
    "Strict-Transport-Security",
];

const MAX_LENGTH: usize = 32;

struct Index {
    /// For each length, the positions in `NAMES` that have it.
    by_length: [[u8; 12]; MAX_LENGTH],
    counts: [u8; MAX_LENGTH],
}

static INDEX: Index = build_index();

const fn build_index() -> Index {
    let mut index = Index {
        by_length: [[0; 12]; MAX_LENGTH],
        counts: [0; MAX_LENGTH],
    };
    let mut i = 0;
    while i < NAMES.len() {
        let length = NAMES[i].len();
        let count = index.counts[length] as usize;
        index.by_length[length][count] = i as u8;
        index.counts[length] += 1;
        i += 1;
    }
    index
}

/// The index of `name` in exactly this spelling, if it is a common one.
pub fn lookup(name: &[u8]) -> Option<u32> {
    let length = name.len();
    if length >= MAX_LENGTH {
        return None;
    }
    let candidates = &INDEX.by_length[length][..INDEX.counts[length] as usize];
    candidates.iter().find_map(|&position| {
        let known = NAMES[position as usize].as_bytes();
        if !known.eq_ignore_ascii_case(name) {
            return None;
        }
        let index = 2 * u32::from(position);
        if known == name {
            Some(index)
        } else if !name.iter().any(u8::is_ascii_uppercase) {
            Some(index + 1)
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_found_in_both_spellings() {
        for (i, name) in NAMES.iter().enumerate() {
            assert_eq!(lookup(name.as_bytes()), Some(2 * i as u32));
            let lower = name.to_ascii_lowercase();
            if lower != *name {
                assert_eq!(lookup(lower.as_bytes()), Some(2 * i as u32 + 1));
            }
        }
    }

    #[test]
    fn another_spelling_or_name_is_not_common() {
        for name in [
            "HOST",
            "hOst",
            "Hosts",
            "",
            "x",
            "A-Header-Of-More-Than-Thirty-One-Octets",
        ] {
            assert_eq!(lookup(name.as_bytes()), None, "{name}");
        }
    }
}
