//! Chunked content behind a head that is always the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rust_http::protocol::trace::assert_agreement_of_chunks;

fuzz_target!(|data: &[u8]| assert_agreement_of_chunks(data));
