//! How strictly input is read.

/// What is let through although the RFCs forbid it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Leniency {
    #[default]
    Strict,
    /// Field values may hold any byte but CR, LF and NUL (`httpValidation: 'relaxed'`).
    Relaxed,
    /// What Node's flag `insecureHTTPParser` lets through:
    /// - field values that hold any byte but CR and LF, and that continue on the next line (obs-fold); spaces before
    ///   the first name, and behind the names that matter for framing;
    /// - Content-Length beside Transfer-Encoding; codings other than a last `chunked` in requests; Transfer-Encoding
    ///   in the trailer section of a response; `chunked` followed by a tab in a response, which is some other coding;
    /// - versions other than 1.0 and 1.1, HTTP/0.9 included; Upgrade in HTTP/1.0, where RFC 9110, section 7.8, wants
    ///   it ignored; a connection that persists behind a message in HTTP/1.0 with Transfer-Encoding (RFC 9112, 6.1);
    /// - a connection that persists although a message said that it ends; bytes behind such a message are dropped;
    /// - LF alone, or CR alone, as the end of a line;
    /// - white space behind a chunk's size, no CRLF behind its data, extensions without a name.
    Insecure,
}

impl Leniency {
    pub(crate) fn is_insecure(self) -> bool {
        self == Self::Insecure
    }
}
