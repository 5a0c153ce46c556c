//! Connections of either role; the first bytes decide on the setup and on the cuts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rust_http::protocol::trace::assert_agreement_of_connection;

fuzz_target!(|data: &[u8]| {
    let (choices, input) = data.split_at(data.len().min(8));
    assert_agreement_of_connection(choices, input);
});
