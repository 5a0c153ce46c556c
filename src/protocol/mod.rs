//! HTTP/1 without I/O: bytes in, events out.
//!
//! [`Parser`] reads one direction of one connection, from message to message, and tells a [`Sink`]
//! what it finds. It gives the verdicts of Node's parser (llhttp), with its codes, words and
//! positions, as soon as a byte decides them; where the RFCs demand more, it is stricter (see
//! [`Leniency`] for how to switch that off). What comes out never depends on how the
//! bytes were cut, and what is held never exceeds [`Limits`].

mod chunked;
mod control;
mod error;
mod fast_path;
mod fields;
mod framing;
mod host;
mod leniency;
mod limits;
mod method;
mod parser;
mod progress;
mod request_verdict;
mod section;
mod sink;
mod start_line;
mod target;
mod text;

#[cfg(any(test, fuzzing))]
#[path = "tests/trace.rs"]
pub mod trace;

#[cfg(test)]
pub(crate) mod tests;

pub use error::{ErrorKind, ParseError};
pub use fields::Fields;
pub use framing::Framing;
pub use leniency::Leniency;
pub use limits::Limits;
pub use method::{METHODS, Method};
pub use parser::{Parser, RequestKind, Role};
pub use progress::{Progress, State};
pub use request_verdict::{Expectation, RequestRules, RequestVerdict};
pub use sink::{Head, Sink, Verdict};
