//! Named tolerances. Strict by default; `insecureHTTPParser` switches all of them on that Node's
//! flag of that name does.

/// What is let through although the RFCs forbid it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Leniency {
    /// Field values may hold any byte but CR, LF and NUL (`httpValidation: 'relaxed'`).
    pub relaxed_values: bool,
    /// Field values may hold any byte but CR and LF, and continue on the next line (obs-fold);
    /// spaces may stand before the first name, and behind the names that matter for framing.
    pub any_values: bool,
    /// Content-Length beside Transfer-Encoding.
    pub both_lengths: bool,
    /// Codings other than a last `chunked` in requests.
    pub any_coding: bool,
    /// Transfer-Encoding in the trailer section of a response. Node lets it through.
    pub coding_in_trailers: bool,
    /// `chunked` followed by a tab is some other coding, as Node takes it in a response.
    pub tab_joins_coding: bool,
    /// Versions other than 1.0 and 1.1, HTTP/0.9 included. Node lets 0.9 and 2.0 through.
    pub any_version: bool,
    /// A connection persists although a message said that it ends.
    pub ignore_close: bool,
    /// Bytes behind a message that closes the connection are dropped instead of refused.
    pub data_after_close: bool,
    /// LF alone ends a line.
    pub bare_lf: bool,
    /// CR alone ends a line.
    pub bare_cr: bool,
    /// White space behind a chunk's size.
    pub spaces_after_chunk_size: bool,
    /// No CRLF behind a chunk's data.
    pub no_crlf_after_chunk: bool,
    /// Chunk extensions without a name. Node lets them through, and does not count them.
    pub empty_extension_names: bool,
    /// Upgrade in HTTP/1.0, where RFC 9110, section 7.8, wants it ignored.
    pub upgrade_in_1_0: bool,
    /// A message in HTTP/1.0 with Transfer-Encoding may keep its connection (RFC 9112, 6.1), as
    /// Node lets it.
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
            coding_in_trailers: true,
            tab_joins_coding: true,
            any_version: true,
            ignore_close: true,
            data_after_close: true,
            bare_lf: true,
            bare_cr: true,
            spaces_after_chunk_size: true,
            no_crlf_after_chunk: true,
            empty_extension_names: true,
            upgrade_in_1_0: true,
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
