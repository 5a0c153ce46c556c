//! What the parser makes of hand-picked input, by topic, and what holds for any input.
//!
//! A table's line is an input and the events that come of it, as `trace` writes them; the numbers
//! behind `@` are offsets. Each line also has to hold wherever the input is cut. What is expected
//! is what Node 24 does with the same bytes, unless the test's name says otherwise.

mod chunked;
mod connection;
pub(crate) mod corpus;
mod fields;
mod framing;
mod incomplete;
mod lenient;
mod limits;
mod other_protocols;
mod parser;
mod properties;
mod request_line;
mod status_line;

use crate::protocol::trace::{Event, Setup, assert_agreement_at_each_cut, trace};

/// The events of `input`, in one line.
fn events(setup: &Setup, input: &[u8]) -> String {
    let events: Vec<String> = trace(setup, [input])
        .iter()
        .filter(|&event| *event != Event::Begin)
        .map(ToString::to_string)
        .collect();
    events.join(" | ")
}

fn check(setup: &Setup, input: &[u8], expected: &str) {
    assert_eq!(events(setup, input), expected, "{}", input.escape_ascii());
    assert_agreement_at_each_cut(setup, input);
}

/// A table: inputs of a setup, and the events that come of each.
macro_rules! cases {
    ($setup:expr; $($input:literal => $expected:literal;)*) => {{
        let setup = &$setup;
        $($crate::protocol::tests::check(setup, $input, $expected);)*
    }};
}
use cases;
