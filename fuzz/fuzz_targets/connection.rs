//! Connections of either role; the first bytes decide on the setup and on the cuts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rust_http::protocol::trace::assert_agreement_of_chosen_connection;

fuzz_target!(|data: &[u8]| assert_agreement_of_chosen_connection(data));
