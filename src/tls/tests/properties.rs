use proptest::prelude::*;
use rustls::version::{TLS12, TLS13};

use super::*;
use crate::protocol::tests::corpus;
use crate::tls::trace::{Peers, Role, assert_no_trust};

/// One that has been secured, and its client.
fn secured(is_13: bool) -> (Server, ClientConnection) {
    let mut server = Server::new(options());
    let version = if is_13 { &TLS13 } else { &TLS12 };
    let mut client = client(client_config(&[version]), "a.test");
    server.talk(&mut client, 100_000);
    (server, client)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 64 }))]

    /// Nothing panics, and nothing is kept beyond a client's first message.
    #[test]
    fn any_bytes_at_the_beginning(bytes in prop::collection::vec(any::<u8>(), 0..3000), size in 1_usize..700) {
        let mut server = Server::new(options());
        server.take(&bytes, size);
        prop_assert_eq!(server.secured, 0);
        prop_assert!(server.plain.is_empty());
    }

    /// A first message with changed bytes is answered, left to Node, or incomplete.
    #[test]
    fn a_changed_hello(at in 0_usize..240, byte in any::<u8>(), size in 1_usize..300) {
        let mut client = client(client_config(&[&TLS13, &TLS12]), "a.test");
        let mut hello = Vec::new();
        client.write_tls(&mut hello).unwrap();
        let at = at % hello.len();
        hello[at] = byte;
        let mut server = Server::new(options());
        server.take(&hello, size);
        prop_assert_eq!(server.secured, 0);
        let is_foreign = matches!(server.end, Some(End::Foreign(_)));
        prop_assert!(!(is_foreign && server.session.has_begun()));
    }

    /// Behind the handshake, whatever is no record of the client's ends the connection.
    #[test]
    fn any_bytes_behind_the_handshake(is_13 in any::<bool>(), bytes in prop::collection::vec(any::<u8>(), 5..3000), size in 1_usize..700) {
        let (mut server, _) = secured(is_13);
        let before = server.plain.len();
        server.take(&bytes, size);
        prop_assert_eq!(server.plain.len(), before);
        prop_assert!(!matches!(server.end, Some(End::Foreign(_) | End::Closed)));
    }

    /// Whatever comes of a peer amid an honest dialogue, cuts change nothing.
    #[test]
    fn cuts_change_nothing(is_server in any::<bool>(), data in prop::collection::vec(any::<u8>(), 0..400)) {
        let role = if is_server { Role::Server } else { Role::Client };
        Peers::new(identity()).assert_agreement(role, &data);
    }

    /// However records are cut and changed, only a front of what was sent arrives.
    #[test]
    fn a_changed_stream(is_13 in any::<bool>(), at in 0_usize..5000, flip in 1_u8.., size in 1_usize..5000) {
        let (mut server, mut client) = secured(is_13);
        let content: Vec<u8> = (0..4000_u32).map(|n| n as u8).collect();
        let mut cipher = Vec::new();
        for piece in content.chunks(700) {
            write(&mut client, piece);
            client.write_tls(&mut cipher).unwrap();
        }
        let at = at % cipher.len();
        let may_differ = is_record_version(&cipher, at);
        cipher[at] ^= flip;
        server.take(&cipher, size);
        prop_assert!(content.starts_with(&server.plain));
        prop_assert!(may_differ || server.plain.len() < content.len());
    }
}

/// Is this byte a record's version? Receivers ignore it (RFC 8446, section 5.1).
fn is_record_version(records: &[u8], at: usize) -> bool {
    const HEAD: usize = 5;
    let mut start = 0;
    while start + HEAD <= at {
        let length = usize::from(u16::from_be_bytes([records[start + 3], records[start + 4]]));
        if start + HEAD + length > at {
            return false;
        }
        start += HEAD + length;
    }
    matches!(at - start, 1 | 2)
}

/// A client that never ends its first message is given up.
#[test]
fn an_endless_hello_is_not_kept() {
    let mut server = Server::new(options());
    // Records of a handshake message that is as long as can be, byte by byte.
    let mut bytes = vec![22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff];
    for _ in 0..100_000 {
        bytes.extend_from_slice(&[22, 3, 1, 0, 1, 0]);
    }
    server.take(&bytes, 16_384);
    assert!(matches!(&server.end, Some(End::Foreign(kept)) if kept.len() < 100_000));
}

/// The fuzz targets' seeds, run without a fuzzer.
#[test]
fn seeds() {
    let peers = Peers::new(identity());
    corpus::run("tls_client", |seed| {
        peers.assert_agreement(Role::Client, seed)
    });
    corpus::run("tls_server", |seed| {
        peers.assert_agreement(Role::Server, seed)
    });
    corpus::run("certificates", |seed| assert_no_trust(&identity(), seed));
}
