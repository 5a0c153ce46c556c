//! Every limit of the parser, with the attack it answers.

/// What one message may cost before it is refused.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of target (or reason), field names and values of a head, and again of a trailer
    /// section; refused when reached. Node's `maxHeaderSize`, 16 KiB. Answers heads without end.
    pub max_header_size: usize,
    /// Fields of a head, and again of a trailer section; refused beyond, as Node refuses them from
    /// 22.23 and 24.21 on. Answers heads of very many very short fields.
    pub max_fields: usize,
    /// Bytes of the extensions of one chunk; refused beyond. Answers floods of extensions
    /// (CVE-2024-22019).
    pub max_chunk_extension: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_header_size: 16 * 1024,
            max_fields: usize::MAX,
            max_chunk_extension: 16 * 1024,
        }
    }
}
