//! What goes on natively, in words, to find a fault (`NODE_DEBUG=rust-http`): one line
//! each on stderr, in the form of Node's `util.debuglog`. Switched off, a note costs one look at a flag
//! that hardly ever changes: none is made for each byte, field or record.

use std::fmt;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::ring::id::ConnId;
use crate::ring::layout::Kind;
use crate::ring::record;

static IS_ON: AtomicBool = AtomicBool::new(false);

/// Writes notes from now on, in the whole process.
pub fn switch_on() {
    IS_ON.store(true, Ordering::Relaxed);
}

pub fn is_on() -> bool {
    IS_ON.load(Ordering::Relaxed)
}

/// Writes a line. Use `note!`, which first looks whether the log is switched on.
#[cold]
pub fn write(what: fmt::Arguments<'_>) {
    let line = format!("RUST-HTTP {}: {what}\n", std::process::id());
    // One write, so that the lines of several threads do not mix. Fails where there is no stderr.
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// Notes what goes on, in the form of `format!`, if the log is switched on.
// The pure rooms alone have nothing to note.
#[allow(unused_macros)]
macro_rules! note {
    ($($what:tt)*) => {
        if $crate::ring::debug_log::is_on() {
            $crate::ring::debug_log::write(format_args!($($what)*));
        }
    };
}
#[allow(unused_imports)]
pub(crate) use note;

/// A connection as notes name it: the slot, and how often that was used before.
impl fmt::Display for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connection {}.{}", self.slot(), self.generation())
    }
}

/// The kinds of records, in their order.
#[derive(Debug)]
pub struct Kinds<'a>(pub &'a [u8]);

impl fmt::Display for Kinds<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for kind in record::each(self.0).filter_map(Kind::of) {
            write!(f, "{separator}{kind:?}")?;
            separator = ", ";
        }
        match separator {
            "" => f.write_str("nothing whole yet"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_named_in_their_order() {
        let mut records = Vec::new();
        assert_eq!(Kinds(&records).to_string(), "nothing whole yet");
        let id = ConnId::new(7, 2);
        record::bytes(&mut records, Kind::Raw, 0, id, b"abc");
        record::plain(&mut records, Kind::End, 0, id);
        record::close(&mut records, id, (0, 0), (0, 0));
        assert_eq!(Kinds(&records).to_string(), "Raw, End, Close");
        assert_eq!(id.to_string(), "connection 7.2");
    }
}
