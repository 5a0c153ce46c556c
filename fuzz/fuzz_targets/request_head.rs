//! Heads of requests, whole and byte by byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rust_http::protocol::trace::assert_agreement_of_requests;

fuzz_target!(|data: &[u8]| assert_agreement_of_requests(data));
