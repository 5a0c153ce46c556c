//! The layout of records, each constant once. `lib/wire/layout.js` is printed from here
//! (`RUST_HTTP_WRITE_LAYOUT=1 cargo test --no-default-features layout`), and a test fails when
//! that file is stale.
//!
//! A record is a sequence of 32-bit words in host order, then text or bytes, padded to a word. The
//! first three words are the same in all records (`RECORD_HEAD`, `RECORD_SIZE`, `RECORD_ID`); those
//! behind them depend on the [`Kind`].

use crate::ring::id::SLOT_MASK;

/// Defines the kinds of records, and the list of them.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)*) => {
        /// What a record tells.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        #[repr(u32)]
        pub enum Kind {
            $($(#[$doc])* $name = $number,)*
        }

        impl Kind {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
        }
    };
}

kinds! {
    /// A connection was accepted.
    Open = 1,
    /// A message's head. Behind its words stand two words a field: the name (its length, or its index
    /// in the common names with [`COMMON_NAME`] set) and the length of the value. Then comes the text:
    /// target or reason, and for each field its name, unless it is common, and its value.
    Head = 2,
    /// Bytes of content, which stand behind the words unless they are [`ATTACHED`].
    Content = 3,
    /// The message is complete. Its trailer fields stand behind the words as in `Head`.
    Complete = 4,
    /// Malformed input. The chunk that held the error stands behind the words.
    Malformed = 5,
    /// The peer sends no more.
    End = 6,
    /// The connection is gone.
    Close = 7,
    /// All that was written has been taken by the kernel.
    Drain = 8,
    /// The connection's timeout without traffic will be over in a moment.
    Timeout = 9,
    /// The request did not arrive within `headersTimeout` or `requestTimeout`.
    Expired = 10,
    /// Bytes of a connection that does not speak HTTP (any more). As in `Content`.
    Raw = 11,
    /// A connection was refused because of `maxConnections`. Its ends travel beside the records.
    Drop = 12,
    /// The writing side has been shut down.
    Shutdown = 13,
    /// What is to be sent next is in memory that only JavaScript's thread reads: it has to go on.
    Starved = 14,
    /// The handshake of TLS is over.
    Secured = 15,
    /// A client speaks no TLS that is spoken here. What it has sent stands behind the words as in `Content`.
    Foreign = 16,
    /// TLS has failed. The reason stands behind the words as in `Content`: the number of the alert that
    /// has come, or 0, a blank, and words.
    Failed = 17,
}

impl Kind {
    /// That of the first record of `records`.
    pub fn of(records: &[u8]) -> Option<Self> {
        let kind = u32::from_ne_bytes(*records.first_chunk()?) & KIND_MASK;
        Self::ALL
            .iter()
            .find(|known| **known as u32 == kind)
            .copied()
    }
}

/// Defines constants, and in tests the list of them that is printed.
macro_rules! constants {
    ($list:ident: $($(#[$doc:meta])* $name:ident = $value:expr;)*) => {
        $($(#[$doc])* pub const $name: u32 = $value;)*

        #[cfg(test)]
        const $list: &[(&str, u32)] = &[$((stringify!($name), $name)),*];
    };
}

constants! { FLAGS:
    /// The peer keeps the connection open after this message.
    KEEP_ALIVE = 1;
    /// The head asks for another protocol (or is CONNECT); parsing waits for JavaScript's verdict.
    UPGRADE = 1 << 1;
    /// The message has no content: it is complete with its head.
    NO_CONTENT = 1 << 2;
    /// Last record of what one read of one connection brought: ticks run after it.
    GROUP_END = 1 << 3;
    /// The request cannot be trusted: nothing behind it is read (see `RequestVerdict`).
    UNTRUSTED = 1 << 4;
    /// The request has no Host field, which the server requires.
    LACKS_HOST = 1 << 5;
    /// The request expects `100 Continue`.
    EXPECT_CONTINUE = 1 << 6;
    /// The bytes of the content travel beside the records, or are in the chunk that JavaScript fed.
    ATTACHED = 1 << 7;
    /// With `Open` and `Secured`: nothing is read, or parsed, before JavaScript says so.
    READ_DEFERRED = 1 << 8;
    /// The request expects something else than `100 Continue`.
    EXPECT_OTHER = 1 << 9;
    /// With `UPGRADE`: content comes before what may be another protocol.
    CONTENT_FIRST = 1 << 10;
    /// With `ATTACHED`: the content is in memory of JavaScript's already.
    DIRECT = 1 << 11;
    /// Added to the size that a drain returns (which is a multiple of a word) when these records begin
    /// a batch: what one look at the queue brought. A batch that does not fit into the arena comes in
    /// parts.
    NEW_BATCH = 1;
    /// Added to the same where the event loop had no turn since the batch before.
    SAME_TURN = 2;
}

constants! { WORDS:
    /// Kind and flags.
    RECORD_HEAD = 0;
    /// Bytes of the record, padding included.
    RECORD_SIZE = 1;
    /// Id of the connection; with `DROP`, of the listener.
    RECORD_ID = 2;
    /// Words of a record that says nothing more.
    RECORD_WORDS = 3;

    /// Id of the listener.
    OPEN_LISTENER = 3;
    OPEN_WORDS = 4;

    /// Index of the method, or the status.
    HEAD_CODE = 3;
    /// Major version shifted by `VERSION_SHIFT`, and minor version.
    HEAD_VERSION = 4;
    /// Number of fields.
    HEAD_FIELDS = 5;
    /// Length of target or reason.
    HEAD_LINE_LENGTH = 6;
    HEAD_TEXT_LENGTH = 7;
    /// Seconds of an answer's `Keep-Alive: timeout=`, -1 if there are none.
    HEAD_KEEP_ALIVE = 8;
    HEAD_WORDS = 9;

    /// Number of bytes; also with `RAW`.
    CONTENT_LENGTH = 3;
    CONTENT_WORDS = 4;
    /// Where in its chunk content begins that is `ATTACHED`.
    ATTACHED_AT = 4;
    ATTACHED_WORDS = 5;

    /// Number of trailer fields.
    COMPLETE_FIELDS = 3;
    COMPLETE_TEXT_LENGTH = 4;
    COMPLETE_WORDS = 5;

    /// Index in `ERRORS`.
    MALFORMED_ERROR = 3;
    /// Bytes of the chunk that were parsed.
    MALFORMED_PARSED = 4;
    /// Length of the chunk.
    MALFORMED_LENGTH = 5;
    MALFORMED_WORDS = 6;

    /// Error number, 0 if there was no error.
    CLOSE_ERRNO = 3;
    /// The system call that failed: `CALL_READ` or `CALL_WRITE`.
    CLOSE_CALL = 4;
    /// Bytes read, in two words.
    CLOSE_READ_LOW = 5;
    CLOSE_READ_HIGH = 6;
    /// Bytes written, in two words.
    CLOSE_WRITTEN_LOW = 7;
    CLOSE_WRITTEN_HIGH = 8;
    CLOSE_WORDS = 9;
}

constants! { PARTS:
    /// The kind in the first word of a record.
    KIND_MASK = 0xff;
    /// Where the flags begin in that word.
    FLAG_SHIFT = 8;
    /// The slot in a connection's id.
    ID_SLOT_MASK = SLOT_MASK;
    /// In the word of a field's name: the name is common. It is the sign of the word.
    COMMON_NAME = 1 << 31;
    /// In that word: the index of the common name.
    COMMON_NAME_INDEX_MASK = COMMON_NAME - 1;
    /// Where the major version begins in its word.
    VERSION_SHIFT = 8;
    /// The minor version in that word.
    VERSION_MINOR_MASK = 0xff;
    CALL_READ = 0;
    CALL_WRITE = 1;
}

/// Flags of a write command.
pub mod write {
    constants! { FLAGS:
        /// Text is latin1; otherwise UTF-8.
        LATIN1 = 1;
        /// More follows at once: keep it back.
        MORE = 1 << 1;
        /// Last piece of a response.
        END = 1 << 2;
        /// More records wait for JavaScript: let the I/O thread send this meanwhile.
        DEFER = 1 << 3;
        /// First piece of a request: a response is to come.
        EXPECT = 1 << 4;
        /// With `EXPECT`: the request's method is HEAD.
        EXPECT_HEAD = 1 << 5;
        /// With `EXPECT`: the request's method is CONNECT.
        EXPECT_CONNECT = 1 << 6;
        /// With `END`, from this bit on: how many more responses end with the piece.
        MORE_ENDS = 1 << 7;
    }

    /// The result of a send for a connection that is not there (any more); other negative results are
    /// error numbers.
    pub const CLOSED: i32 = i32::MIN;

    #[cfg(test)]
    pub(super) fn constants() -> impl Iterator<Item = (String, i64)> {
        let flags = FLAGS.iter().map(|(name, flag)| (*name, i64::from(*flag)));
        flags
            .chain([("CLOSED", i64::from(CLOSED))])
            .map(|(name, value)| (format!("WRITE_{name}"), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::{ANSWERS, Numbers};
    use crate::protocol::{ErrorKind, METHODS};
    use crate::ring::fields::NAMES;
    use std::fmt::Write;

    /// The member `name`: items between brackets, as many in a line as fit.
    fn list(name: &str, brackets: [char; 2], items: impl Iterator<Item = String>) -> String {
        let [open, close] = brackets;
        let mut out = format!("  {name}: {open}");
        let mut room = 0;
        for item in items {
            if item.len() + 2 > room {
                room = 96;
                out.push_str("\n   ");
            }
            room = room.saturating_sub(item.len() + 2);
            let _ = write!(out, " {item},");
        }
        let _ = writeln!(out, "\n  {close},");
        out
    }

    fn javascript() -> String {
        let kinds = Kind::ALL.iter().map(|kind| {
            let name = format!("{kind:?}").to_ascii_uppercase();
            (name, i64::from(*kind as u32))
        });
        let named = [FLAGS, WORDS, PARTS]
            .concat()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), i64::from(value)));
        let constants = kinds.chain(named).chain(write::constants());
        // The places of numbers in the array that the pool's decisions use, and their answers.
        let places = Numbers::NAMES.iter().chain(&["count"]).enumerate();
        let places = places.map(|(place, name)| format!("{}: {place}", name.to_ascii_uppercase()));
        let answers = ANSWERS
            .iter()
            .map(|(name, value)| format!("{name}: {value}"));
        let pool = places.chain(answers);
        let quote = |text: &str| format!("'{}'", text.replace('\'', "\\'"));
        let errors = ErrorKind::ALL
            .iter()
            .map(|e| format!("[{}, {}]", quote(e.code()), quote(e.reason())));
        let mut out = String::from(
            "// Generated from src/ring/layout.rs: do not edit. See that file for what each means.\n'use strict';\n\nmodule.exports = {\n",
        );
        for (name, value) in constants {
            let _ = writeln!(out, "  {name}: {value},");
        }
        let names = NAMES.iter().map(|name| quote(name));
        let methods = METHODS.iter().map(|name| quote(name));
        out += &list("POOL", ['{', '}'], pool);
        out += &list("COMMON_NAMES", ['[', ']'], names);
        out += &list("METHODS", ['[', ']'], methods);
        out += &list("ERRORS", ['[', ']'], errors);
        out + "};\n"
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
