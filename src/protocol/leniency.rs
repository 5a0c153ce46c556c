//! Named tolerances. Strict by default; `insecureHTTPParser` switches all of them on.

/// What is let through although the RFCs forbid it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Leniency {
    /// Field values may hold any byte but CR, LF and NUL (`httpValidation: 'relaxed'`).
    pub relaxed_values: bool,
    /// Field values may hold any byte but CR and LF, and continue on the next line (obs-fold).
    pub any_values: bool,
    /// Content-Length beside Transfer-Encoding.
    pub both_lengths: bool,
    /// Codings other than a last `chunked` in requests; empty ones.
    pub any_coding: bool,
    /// Versions other than 1.0 and 1.1, HTTP/0.9 included.
    pub any_version: bool,
    /// Bytes behind a message that closes the connection are another message.
    pub data_after_close: bool,
    /// LF alone ends a line.
    pub bare_lf: bool,
    /// Spaces behind a chunk's size.
    pub spaces_after_chunk_size: bool,
    /// No CRLF behind a chunk's data.
    pub no_crlf_after_chunk: bool,
    /// A request in HTTP/1.0 with Transfer-Encoding may keep its connection (RFC 9112, 6.1).
    pub chunked_1_0_persists: bool,
}

impl Leniency {
    /// What `insecureHTTPParser` means.
    pub fn insecure() -> Self {
        Self {
            relaxed_values: true,
            any_values: true,
            both_lengths: true,
            any_coding: true,
            any_version: true,
            data_after_close: true,
            bare_lf: true,
            spaces_after_chunk_size: true,
            no_crlf_after_chunk: true,
            chunked_1_0_persists: true,
        }
    }

    /// What `httpValidation: 'relaxed'` means.
    pub fn relaxed() -> Self {
        Self {
            relaxed_values: true,
            ..Self::default()
        }
    }
}
