//! A client's sessions, against our own servers and rustls', and whom they trust.

use std::io::IoSlice;

use proptest::prelude::*;
use rustls::ServerConnection;

use super::*;
use crate::tls::certificate::Certificate;
use crate::tls::{ClientContext, ClientOptions, Roots};

fn der() -> Vec<u8> {
    identity().chain.remove(0)
}

pub fn trusting(certificates: Vec<Vec<u8>>) -> Arc<ClientContext> {
    let options = ClientOptions {
        protocols: vec![b"http/1.1".to_vec()],
        ciphers: options().ciphers,
        tls12: true,
        tls13: true,
        server_name: Some("a.test".into()),
        resumes: true,
    };
    let roots = Arc::new(Roots::new(certificates));
    Arc::new(ClientContext::new(options, roots).unwrap())
}

fn take(
    session: &mut Session,
    plain: &mut BytesMut,
    bytes: &[u8],
    size: usize,
) -> (usize, Option<End>) {
    let mut secured = 0;
    let mut end = None;
    for piece in bytes.chunks(size) {
        let opened = session.open(piece, plain);
        secured += usize::from(opened.secured);
        end = end.or(opened.end);
    }
    (secured, end)
}

fn sent(session: &mut Session) -> Vec<u8> {
    let mut out = Vec::new();
    session.send(&mut out).unwrap();
    out
}

/// Lets both talk until they have nothing to say; returns how often the client was secured.
fn talk(client: &mut Session, server: &mut Server, plain: &mut BytesMut, size: usize) -> usize {
    let mut secured = 0;
    loop {
        let out = sent(client);
        server.take(&out, size);
        let answer = server.sent();
        secured += take(client, plain, &answer, size).0;
        if out.is_empty() && answer.is_empty() {
            return secured;
        }
    }
}

#[test]
fn nothing_is_said_to_a_server_before_it_is_known_and_wanted() {
    for size in [1, 100_000] {
        let mut client = Session::of_client(&trusting(vec![der()])).unwrap();
        let mut server = Server::new(options());
        let mut plain = BytesMut::new();
        client.release();
        assert!(client.withholds() && client.seal(&[IoSlice::new(b"early")]) == 0);
        assert_eq!(talk(&mut client, &mut server, &mut plain, size), 1);
        assert_eq!(client.seal(&[IoSlice::new(b"early")]), 0);
        assert!(server.plain.is_empty());
        let peer = client.peer().unwrap();
        assert_eq!((&peer.chain, &peer.complaint), (&vec![der()], &None));
        client.release();
        assert_eq!(client.seal(&[IoSlice::new(b"a request")]), 9);
        talk(&mut client, &mut server, &mut plain, size);
        assert_eq!(&server.plain[..], b"a request");
        let agreement = client.agreement().unwrap();
        assert_eq!(agreement.server_name.as_deref(), Some("a.test"));
        assert_eq!(agreement.alpn.as_deref(), Some(&b"http/1.1"[..]));
        assert_eq!(agreement.group, "X25519MLKEM768");
        server.session.seal(&[IoSlice::new(b"an answer")]);
        talk(&mut client, &mut server, &mut plain, size);
        assert_eq!(&plain[..], b"an answer");
    }
}

#[test]
fn the_classical_half_of_the_key_exchange_is_taken_alone_too() {
    let key = PrivateKeyDer::try_from(identity().key.clone()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![der().into()], key)
        .unwrap();
    let mut server = ServerConnection::new(Arc::new(config)).unwrap();
    let mut client = Session::of_client(&trusting(vec![der()])).unwrap();
    let mut plain = BytesMut::new();
    while !client.is_secured() {
        let out = sent(&mut client);
        server.read_tls(&mut &out[..]).unwrap();
        server.process_new_packets().unwrap();
        let mut answer = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut answer).unwrap();
        }
        let (_, end) = take(&mut client, &mut plain, &answer, 100_000);
        assert!(end.is_none());
    }
    assert_eq!(client.agreement().unwrap().group, "X25519");
}

#[test]
fn a_session_that_is_resumed_says_who_the_server_is_and_is_looked_at_again() {
    for (certificates, is_trusted) in [(vec![der()], true), (vec![], false)] {
        let context = trusting(certificates);
        let contexts = Arc::new(Contexts::new(options()).unwrap());
        for turn in 0..2 {
            let mut client = Session::of_client(&context).unwrap();
            let mut server = Server::of(&contexts);
            talk(&mut client, &mut server, &mut BytesMut::new(), 100_000);
            assert_eq!(client.agreement().unwrap().is_resumed, turn == 1);
            let peer = client.peer().unwrap();
            assert_eq!(peer.chain, vec![der()]);
            assert_eq!(peer.complaint.is_none(), is_trusted);
        }
    }
}

#[test]
fn what_answers_in_another_way_is_a_failure() {
    for bytes in [
        &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
        &[21, 3, 3, 0, 2, 2, 40],
    ] {
        let mut client = Session::of_client(&trusting(vec![])).unwrap();
        sent(&mut client);
        let (secured, end) = take(&mut client, &mut BytesMut::new(), bytes, 7);
        assert!(
            secured == 0 && matches!(end, Some(End::Failed(_))),
            "{end:?}"
        );
        assert!(client.peer().is_none());
    }
}

#[test]
fn names_that_nobody_can_ask_for() {
    for name in ["", "127.0.0.1", "a b", "."] {
        let options = ClientOptions {
            tls13: true,
            ciphers: options().ciphers,
            server_name: Some(name.into()),
            ..ClientOptions::default()
        };
        let made = ClientContext::new(options, Arc::new(Roots::new(vec![])));
        assert!(made.is_err(), "{name}");
    }
}

// ---- whom is trusted ----

const YEAR: u64 = 365 * 86_400;

fn at(years: u64) -> UnixTime {
    UnixTime::since_unix_epoch(std::time::Duration::from_secs(years * YEAR))
}

#[test]
fn a_certificate_that_is_trusted_itself_is_so_as_long_as_it_is_valid() {
    let chain = [CertificateDer::from(der())];
    let now = UnixTime::now();
    assert_eq!(Roots::new(vec![der()]).verify(&chain, now), Ok(()));
    assert!(Roots::new(vec![]).verify(&chain, now).is_err());
    assert!(Roots::new(vec![der()]).verify(&[], now).is_err());
    // It is valid from 2026 to 2126.
    for (years, is_valid) in [(50, false), (60, true), (150, true), (160, false)] {
        let verified = Roots::new(vec![der()]).verify(&chain, at(years));
        assert_eq!(verified.is_ok(), is_valid, "{years}");
    }
}

#[test]
fn what_is_no_certificate_is_trusted_by_nobody() {
    let roots = Roots::new(vec![vec![], vec![0x30, 0], b"no certificate".to_vec()]);
    let now = UnixTime::now();
    for bytes in [&b""[..], b"no certificate", &[0x30, 0]] {
        let chain = [CertificateDer::from(bytes.to_vec())];
        assert!(roots.verify(&chain, now).is_err());
    }
}

#[test]
fn the_fixture_is_read() {
    let der = der();
    let certificate = Certificate::read(&der).unwrap();
    assert!(certificate.is_self_issued() && certificate.may_issue(5));
    assert!(certificate.may_speak_tls() && certificate.is_servers_own());
    for end in 0..der.len() {
        assert!(Certificate::read(&der[..end]).is_none());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 512 }))]

    /// A certificate with a changed byte is read or not, and is never trusted in the place of the whole one.
    #[test]
    fn a_changed_certificate(at in 0_usize..500, flip in 1_u8..) {
        let mut changed = der();
        let at = at % changed.len();
        changed[at] ^= flip;
        let _ = Certificate::read(&changed);
        let roots = Roots::new(vec![der()]);
        prop_assert!(roots.verify(&[CertificateDer::from(changed)], UnixTime::now()).is_err());
    }

    #[test]
    fn any_bytes_are_no_certificate(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Certificate::read(&bytes).is_none());
    }

    /// Whatever a server answers with, nothing panics, and it is not secured.
    #[test]
    fn a_changed_answer(at in 0_usize..1500, flip in 1_u8.., size in 1_usize..2000) {
        let mut client = Session::of_client(&trusting(vec![der()])).unwrap();
        let mut server = Server::new(options());
        server.take(&sent(&mut client), 100_000);
        let mut answer = server.sent();
        let at = at % answer.len();
        answer[at] ^= flip;
        let (secured, _) = take(&mut client, &mut BytesMut::new(), &answer, size);
        // A change of the version in the head of a record is none of anything that counts.
        if secured > 0 {
            prop_assert!(client.peer().unwrap().chain == vec![der()]);
        }
    }
}
