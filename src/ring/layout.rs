//! The layout of records, each constant once. `lib/wire/layout.js` is printed from here
//! (`RUST_HTTP_WRITE_LAYOUT=1 cargo test --no-default-features layout`), and a test fails when
//! that file is stale.
//!
//! A record is a sequence of 32-bit words in host order, then text or bytes, padded to a word:
//!
//! | word | meaning |
//! |---|---|
//! | 0 | kind, and flags from bit 8 on |
//! | 1 | size of the whole record in bytes, padding included |
//! | 2 | connection id (listener id for `DROP`) |
//! | 3… | by kind, see [`Kind`] |

/// What a record tells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum Kind {
    /// A connection was accepted. 3: listener id.
    Open = 1,
    /// A message's head. 3: method or status, 4: version (major << 8 | minor), 5: number of fields,
    /// 6: length of target or reason, 7: length of the text, 8: the seconds of an answer's
    /// `Keep-Alive: timeout=`, -1 if there are none, then two words a field (name index with [`COMMON_NAME`] set, or length of the name; length of the value), then the text:
    /// target, then for each field its name unless it is common, and its value.
    Head = 2,
    /// Bytes of content. 3: their number, then the bytes, unless they are [`ATTACHED`].
    Content = 3,
    /// The message is complete. 3: number of trailer fields, 4: length of the text; then as in
    /// `Head`.
    Complete = 4,
    /// Malformed input. 3: index of the error kind, 4: bytes parsed, 5: length of the chunk that
    /// held the error, then the chunk.
    Malformed = 5,
    /// The peer sends no more.
    End = 6,
    /// The connection is gone. 3: errno or 0, 4: which system call failed (0 read, 1 write), then
    /// the bytes read and the bytes written in two words each, the low one first.
    Close = 7,
    /// All that was written has been taken by the kernel.
    Drain = 8,
    /// No traffic for as long as the connection's timeout says.
    Timeout = 9,
    /// The request did not arrive within `headersTimeout` or `requestTimeout`.
    Expired = 10,
    /// Bytes of a connection that does not speak HTTP (any more). 3: their number, then the bytes.
    Raw = 11,
    /// A connection was refused because of `maxConnections`. Its ends travel beside the records.
    Drop = 12,
    /// The writing side has been shut down.
    Shutdown = 13,
    /// What is to be sent next is in memory that only JavaScript's thread reads: it has to go on.
    Starved = 14,
}

/// The peer keeps the connection open after this message.
pub const KEEP_ALIVE: u32 = 1;
/// The head asks for another protocol (or is CONNECT); parsing waits for JavaScript's verdict.
pub const UPGRADE: u32 = 1 << 1;
/// The message has no content: it is complete with its head.
pub const NO_CONTENT: u32 = 1 << 2;
/// Last record of what one read of one connection brought: ticks run after it.
pub const GROUP_END: u32 = 1 << 3;
/// The request cannot be trusted: nothing behind it is read (see `RequestVerdict`).
pub const UNTRUSTED: u32 = 1 << 4;
/// The request has no Host field, which the server requires.
pub const LACKS_HOST: u32 = 1 << 5;
/// The request expects `100 Continue`.
pub const EXPECT_CONTINUE: u32 = 1 << 6;
/// The bytes of the content travel beside the records.
pub const ATTACHED: u32 = 1 << 7;
/// With `Open`: nothing is read before JavaScript says so.
pub const READ_DEFERRED: u32 = 1 << 8;
/// The request expects something else than `100 Continue`.
pub const EXPECT_OTHER: u32 = 1 << 9;
/// Field name word: the low bits are an index into the common names.
pub const COMMON_NAME: u32 = 1 << 31;

/// Added to the size that a drain returns (which is a multiple of a word) when these records begin a
/// batch: what one look at the queue brought. A batch that does not fit into the arena comes in parts.
pub const NEW_BATCH: u32 = 1;

/// Words of a `Head` record before its fields.
pub const HEAD_WORDS: usize = 9;
/// Words of a `Complete` record before its fields.
pub const COMPLETE_WORDS: usize = 5;
/// Words before the bytes of a `Content` or `Raw` record.
pub const CONTENT_WORDS: usize = 4;
/// Words before the bytes of a `Malformed` record.
pub const MALFORMED_WORDS: usize = 6;

/// Flags of a write command.
pub mod write {
    /// Text is latin1; otherwise UTF-8.
    pub const LATIN1: u32 = 1;
    /// More follows at once: keep it back.
    pub const MORE: u32 = 1 << 1;
    /// Last of the connection: close it when all has left.
    pub const CLOSE: u32 = 1 << 2;
    /// Last piece of a response.
    pub const END: u32 = 1 << 3;
    /// More records wait for JavaScript: let the I/O thread send this meanwhile.
    pub const DEFER: u32 = 1 << 4;
    /// First piece of a request: a response is to come.
    pub const EXPECT: u32 = 1 << 5;
    /// With `EXPECT`: the request's method is HEAD.
    pub const EXPECT_HEAD: u32 = 1 << 6;
    /// With `EXPECT`: the request's method is CONNECT.
    pub const EXPECT_CONNECT: u32 = 1 << 7;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::numbers as pool;
    use crate::protocol::{ErrorKind, METHODS};
    use crate::ring::fields::NAMES;
    use std::fmt::Write;

    /// The places of numbers in the array that the pool's decisions use, and their answers.
    const POOL: &[(&str, i32)] = &[
        ("IDLE", pool::IDLE as i32),
        ("BUSY", pool::BUSY as i32),
        ("TOTAL", pool::TOTAL as i32),
        ("WAITING", pool::WAITING as i32),
        ("MAX_SOCKETS", pool::MAX_SOCKETS as i32),
        ("MAX_TOTAL", pool::MAX_TOTAL as i32),
        ("MAX_IDLE", pool::MAX_IDLE as i32),
        ("FIFO", pool::FIFO as i32),
        ("PERSISTS", pool::PERSISTS as i32),
        ("TIMEOUT", pool::TIMEOUT as i32),
        ("ANNOUNCED", pool::ANNOUNCED as i32),
        ("BUFFER", pool::BUFFER as i32),
        ("ELSEWHERE_WAITING", pool::ELSEWHERE_WAITING as i32),
        ("ELSEWHERE_BUSY", pool::ELSEWHERE_BUSY as i32),
        ("ANSWER", pool::ANSWER as i32),
        ("COUNT", pool::COUNT as i32),
        ("DIAL", pool::DIAL),
        ("WAIT", pool::WAIT),
        ("STALE", pool::STALE),
        ("SERVE", pool::SERVE),
        ("CLOSE", pool::CLOSE),
        ("NOTHING", pool::NOTHING),
        ("DIAL_HERE", pool::DIAL_HERE),
        ("DIAL_ELSEWHERE", pool::DIAL_ELSEWHERE),
    ];

    fn list(out: &mut String, name: &str, items: impl Iterator<Item = String>) {
        let _ = writeln!(out, "const {name} = [");
        for item in items {
            let _ = writeln!(out, "  {item},");
        }
        let _ = writeln!(out, "];\n");
    }

    fn object(out: &mut String, name: &str, values: &[(&str, i32)]) {
        let _ = writeln!(out, "const {name} = {{");
        for (key, value) in values {
            let _ = writeln!(out, "  {key}: {value},");
        }
        let _ = writeln!(out, "}};\n");
    }

    fn javascript() -> String {
        let mut out = String::from(
            "// Generated from src/ring/layout.rs: do not edit. See that file for what each means.\n'use strict';\n\n",
        );
        let constants: &[(&str, u32)] = &[
            ("OPEN", Kind::Open as u32),
            ("HEAD", Kind::Head as u32),
            ("CONTENT", Kind::Content as u32),
            ("COMPLETE", Kind::Complete as u32),
            ("MALFORMED", Kind::Malformed as u32),
            ("END", Kind::End as u32),
            ("CLOSE", Kind::Close as u32),
            ("DRAIN", Kind::Drain as u32),
            ("TIMEOUT", Kind::Timeout as u32),
            ("EXPIRED", Kind::Expired as u32),
            ("RAW", Kind::Raw as u32),
            ("DROP", Kind::Drop as u32),
            ("SHUTDOWN", Kind::Shutdown as u32),
            ("STARVED", Kind::Starved as u32),
            ("KEEP_ALIVE", KEEP_ALIVE),
            ("UPGRADE", UPGRADE),
            ("NO_CONTENT", NO_CONTENT),
            ("GROUP_END", GROUP_END),
            ("UNTRUSTED", UNTRUSTED),
            ("LACKS_HOST", LACKS_HOST),
            ("EXPECT_CONTINUE", EXPECT_CONTINUE),
            ("EXPECT_OTHER", EXPECT_OTHER),
            ("ATTACHED", ATTACHED),
            ("READ_DEFERRED", READ_DEFERRED),
            ("NEW_BATCH", NEW_BATCH),
            ("HEAD_WORDS", HEAD_WORDS as u32),
            ("COMPLETE_WORDS", COMPLETE_WORDS as u32),
            ("CONTENT_WORDS", CONTENT_WORDS as u32),
            ("MALFORMED_WORDS", MALFORMED_WORDS as u32),
            ("WRITE_LATIN1", write::LATIN1),
            ("WRITE_MORE", write::MORE),
            ("WRITE_CLOSE", write::CLOSE),
            ("WRITE_END", write::END),
            ("WRITE_DEFER", write::DEFER),
            ("WRITE_EXPECT", write::EXPECT),
            ("WRITE_EXPECT_HEAD", write::EXPECT_HEAD),
            ("WRITE_EXPECT_CONNECT", write::EXPECT_CONNECT),
        ];
        for (name, value) in constants {
            let _ = writeln!(out, "const {name} = {value};");
        }
        out.push('\n');
        object(&mut out, "POOL", POOL);
        let quote = |text: &str| format!("'{}'", text.replace('\'', "\\'"));
        list(
            &mut out,
            "COMMON_NAMES",
            NAMES.iter().map(|name| quote(name)),
        );
        list(&mut out, "METHODS", METHODS.iter().map(|name| quote(name)));
        list(
            &mut out,
            "ERRORS",
            ErrorKind::ALL
                .iter()
                .map(|e| format!("[{}, {}]", quote(e.code()), quote(e.reason()))),
        );
        out.push_str("module.exports = {\n");
        for (name, _) in constants {
            let _ = writeln!(out, "  {name},");
        }
        out.push_str("  POOL,\n  COMMON_NAMES,\n  METHODS,\n  ERRORS,\n};\n");
        out
    }

    #[test]
    fn layout_file_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/lib/wire/layout.js");
        let wanted = javascript();
        if std::env::var_os("RUST_HTTP_WRITE_LAYOUT").is_some() {
            std::fs::write(path, &wanted).unwrap();
        }
        let found = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            found == wanted,
            "{path} is stale: see the top of src/ring/layout.rs"
        );
    }
}
