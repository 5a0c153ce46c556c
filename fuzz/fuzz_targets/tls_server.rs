//! A server's TLS, and whatever a client sends; the first bytes decide on what came before and on the cuts.
#![no_main]

mod identity;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rust_http::tls::trace::{Peers, Role};

static PEERS: LazyLock<Peers> = LazyLock::new(|| Peers::new(identity::identity()));

fuzz_target!(|data: &[u8]| PEERS.assert_agreement(Role::Server, data));
