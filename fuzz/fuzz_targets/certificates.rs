//! What servers show as certificates, and what programs give as roots.
#![no_main]

mod identity;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rust_http::tls::Identity;
use rust_http::tls::trace::assert_no_trust;

static IDENTITY: LazyLock<Identity> = LazyLock::new(identity::identity);

fuzz_target!(|data: &[u8]| assert_no_trust(&IDENTITY, data));
