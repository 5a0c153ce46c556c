//! Heads of requests, whole and byte by byte.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rust_http::protocol::Role;
use rust_http::protocol::trace::{Setup, assert_agreement};

fuzz_target!(|input: &[u8]| assert_agreement(&Setup::new(Role::Server), input, &[]));
