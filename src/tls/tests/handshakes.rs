use std::io::{self, IoSlice, Write};

use rustls::version::{TLS12, TLS13};
use rustls::{CipherSuite, HandshakeKind};

use super::*;
use crate::tls::{Error, Failure};

#[test]
fn a_client_of_either_version_is_served_however_its_bytes_are_cut() {
    for version in [&TLS12, &TLS13] {
        for size in [1, 7, 1000, 100_000] {
            let mut server = Server::new(options());
            let mut config = client_config(&[version]);
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
            let mut client = client(config, "a.test");
            write(&mut client, b"a request");
            server.talk(&mut client, size);
            assert_eq!(server.secured, 1);
            assert_eq!(&server.plain[..], b"a request");
            assert!(server.session.is_secured() && server.end.is_none());
            let agreement = server.session.agreement().unwrap();
            assert_eq!(agreement.server_name.as_deref(), Some("a.test"));
            assert_eq!(agreement.alpn.as_deref(), Some(&b"http/1.1"[..]));
            assert!(!agreement.is_resumed);
            let wanted = if version.version == TLS13.version {
                ("TLSv1.3", "TLS_AES_256_GCM_SHA384")
            } else {
                ("TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256")
            };
            assert_eq!((agreement.protocol, agreement.cipher.0), wanted);
        }
    }
}

#[test]
fn answers_leave_in_their_order_through_a_narrow_way() {
    /// Takes a few bytes, then none, and so on.
    struct Narrow(Vec<u8>, bool);
    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let length = bytes.len().min(1000);
            self.0.extend_from_slice(&bytes[..length]);
            Ok(length)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut server = Server::new(options());
    let mut client = client(client_config(&[&TLS13]), "a.test");
    server.talk(&mut client, 100_000);
    let content: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    let mut out = Narrow(Vec::new(), false);
    let mut at = 0;
    let mut taken = 0;
    while at < content.len() || server.session.unsent() > 0 {
        let (one, two) = content[at..].split_at((content.len() - at) / 2);
        at += server.session.seal(&[IoSlice::new(one), IoSlice::new(two)]);
        taken = taken.max(at - out.0.len().min(at));
        if let Err(error) = server.session.send(&mut out) {
            assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        }
    }
    assert!(taken <= 70 * 1024, "what waits is bounded: {taken}");
    let mut read = Vec::new();
    let mut rest = &out.0[..];
    while !rest.is_empty() {
        client.read_tls(&mut rest).unwrap();
        client.process_new_packets().unwrap();
        let _ = client.reader().read_to_end(&mut read);
    }
    assert!(read == content);
}

#[test]
fn sessions_are_resumed_with_tickets_of_the_same_configuration_alone() {
    for version in [&TLS12, &TLS13] {
        let contexts = Arc::new(Contexts::new(options()).unwrap());
        let config = client_config(&[version]);
        for (turn, kind) in [HandshakeKind::Full, HandshakeKind::Resumed]
            .into_iter()
            .enumerate()
        {
            let mut server = Server::of(&contexts);
            let mut client = client(config.clone(), "a.test");
            server.talk(&mut client, 100_000);
            assert_eq!(client.handshake_kind(), Some(kind));
            assert_eq!(server.session.agreement().unwrap().is_resumed, turn == 1);
        }
        let mut other = Server::new(options());
        let mut client = client(config, "a.test");
        other.talk(&mut client, 100_000);
        assert_eq!(client.handshake_kind(), Some(HandshakeKind::Full));
    }
}

#[test]
fn names_have_certificates_of_their_own() {
    let mut two = options();
    let mut other = identity();
    let certificate = other.chain[0].clone();
    other.chain.push(certificate);
    two.contexts.push(Context {
        name: Some("*.test".into()),
        identities: vec![other],
    });
    let contexts = Arc::new(Contexts::new(two).unwrap());
    for (name, length) in [("a.test", 2), ("A.TEST", 2), ("a.b.test", 1), ("other", 1)] {
        let mut server = Server::of(&contexts);
        let mut client = client(client_config(&[&TLS13]), name);
        server.talk(&mut client, 100_000);
        assert_eq!(client.peer_certificates().unwrap().len(), length, "{name}");
    }
}

#[test]
fn a_client_with_nothing_in_common_is_left_to_node_with_all_it_has_said() {
    let mut only13 = options();
    only13.tls12 = false;
    let mut server = Server::new(only13);
    let mut client12 = client(client_config(&[&TLS12]), "a.test");
    let mut hello = Vec::new();
    client12.write_tls(&mut hello).unwrap();
    server.take(&hello, 10);
    assert!(matches!(&server.end, Some(End::Foreign(bytes)) if *bytes == hello));
    assert!(server.sent().is_empty() && !server.session.has_begun());

    let mut config = client_config(&[&TLS13]);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let mut server = Server::new(options());
    let mut client = client(config, "a.test");
    let mut hello = Vec::new();
    client.write_tls(&mut hello).unwrap();
    server.take(&hello, hello.len());
    assert!(matches!(&server.end, Some(End::Foreign(bytes)) if *bytes == hello));
}

#[test]
fn what_is_no_tls_is_left_to_node() {
    for bytes in [
        &b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"[..],
        &[0; 5],
        &[0x80, 0x2e, 1, 3, 1],
    ] {
        let mut server = Server::new(options());
        server.take(bytes, bytes.len());
        assert!(matches!(&server.end, Some(End::Foreign(all)) if all == bytes));
    }
}

#[test]
fn the_end_is_told_both_ways() {
    let mut server = Server::new(options());
    let mut client = client(client_config(&[&TLS13]), "a.test");
    server.talk(&mut client, 100_000);
    write(&mut client, b"last words");
    client.send_close_notify();
    server.talk(&mut client, 100_000);
    assert_eq!(&server.plain[..], b"last words");
    assert!(matches!(server.end, Some(End::Closed)));
    assert!(matches!(
        server.session.open(&[], &mut BytesMut::new()).end,
        Some(End::Closed)
    ));
    server.session.seal(&[IoSlice::new(b"bye")]);
    server.session.say_end();
    server.session.say_end();
    assert_eq!(server.talk(&mut client, 100_000), b"bye");
    assert_eq!(server.session.unsent(), 0);
}

#[test]
fn a_client_that_takes_its_leave_amid_the_handshake_has_ended() {
    let hello_of = |version| {
        let mut cipher = Vec::new();
        client(client_config(&[version]), "a.test")
            .write_tls(&mut cipher)
            .unwrap();
        cipher
    };
    let alert = |level, description| [21, 3, 3, 0, 2, level, description];
    for size in [1, 3, 100_000] {
        for (version, warning, ends) in [
            (&TLS12, 0, true),
            (&TLS13, 0, true),
            (&TLS12, 90, false), // user_canceled, behind which the end comes
            (&TLS13, 90, false),
            (&TLS12, 112, false), // unrecognized_name
        ] {
            let mut server = Server::new(options());
            let mut cipher = hello_of(version);
            cipher.extend(alert(1, 90));
            cipher.extend(alert(1, warning));
            server.take(&cipher, size);
            let has_ended = matches!(server.end, Some(End::Closed));
            assert_eq!(has_ended, ends, "{version:?}, {warning}");
            assert!(has_ended || server.end.is_none());
        }
        let mut server = Server::new(options());
        let mut cipher = hello_of(&TLS12);
        cipher.extend(alert(1, 100));
        server.take(&cipher, size);
        let failure = Failure {
            alert: None,
            reason: "no renegotiation",
        };
        assert!(matches!(server.end, Some(End::Failed(found)) if found == failure));
    }
}

#[test]
fn a_changed_record_ends_the_connection_behind_what_came_before() {
    let mut server = Server::new(options());
    let mut client = client(client_config(&[&TLS13]), "a.test");
    server.talk(&mut client, 100_000);
    write(&mut client, b"before");
    let mut cipher = Vec::new();
    client.write_tls(&mut cipher).unwrap();
    write(&mut client, b"changed");
    client.write_tls(&mut cipher).unwrap();
    *cipher.last_mut().unwrap() ^= 1;
    server.take(&cipher, cipher.len());
    assert_eq!(&server.plain[..], b"before");
    let failure = Failure {
        alert: None,
        reason: "decryption failed or bad record mac",
    };
    assert!(matches!(server.end, Some(End::Failed(found)) if found == failure));
    assert!(!server.sent().is_empty(), "an alert");
}

#[test]
fn a_client_that_refuses_the_certificate_says_so() {
    let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(
        Arc::new({
            let mut roots = rustls::RootCertStore::empty();
            roots
                .add(CertificateDer::from(identity().chain[0].clone()))
                .unwrap();
            roots
        }),
        Arc::new(default_provider()),
    )
    .build()
    .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    let mut server = Server::new(options());
    let mut client = client(config, "another.name");
    let mut hello = Vec::new();
    client.write_tls(&mut hello).unwrap();
    server.take(&hello, hello.len());
    let answer = server.sent();
    client.read_tls(&mut &answer[..]).unwrap();
    client.process_new_packets().unwrap_err();
    let mut alert = Vec::new();
    while client.wants_write() {
        client.write_tls(&mut alert).unwrap();
    }
    server.take(&alert, alert.len());
    assert!(matches!(
        server.end,
        Some(End::Failed(Failure { alert: Some(_), .. }))
    ));
    assert_eq!(server.secured, 0);
}

#[test]
fn what_cannot_be_configured_is_an_error() {
    let mut empty = options();
    empty.contexts.clear();
    assert!(matches!(Contexts::new(empty), Err(Error::NoCertificate)));
    let mut no_key = options();
    no_key.contexts[0].identities[0].key = b"no key".to_vec();
    assert!(matches!(Contexts::new(no_key), Err(Error::Key)));
    let mut cipher = options();
    cipher.ciphers.push("AES128-SHA".into());
    assert!(matches!(Contexts::new(cipher), Err(Error::Cipher(_))));
    let mut version = options();
    (version.tls12, version.tls13) = (false, false);
    assert!(matches!(Contexts::new(version), Err(Error::Version)));
    assert!(!format!("{:?}", options()).contains("key"));
}

#[test]
fn the_server_chooses_the_cipher_if_it_is_told_to() {
    for (honors_own_order, suite) in [
        (true, CipherSuite::TLS13_AES_128_GCM_SHA256),
        (false, CipherSuite::TLS13_AES_256_GCM_SHA384),
    ] {
        let mut wanted = options();
        wanted.ciphers.swap(0, 1);
        wanted.honors_own_order = honors_own_order;
        let mut server = Server::new(wanted);
        let mut client = client(client_config(&[&TLS13]), "a.test");
        server.talk(&mut client, 100_000);
        assert_eq!(client.negotiated_cipher_suite().unwrap().suite(), suite);
    }
}
