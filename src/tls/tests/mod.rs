//! Sessions against clients and servers of rustls, and against whatever else arrives.

pub(crate) mod clients;
mod handshakes;
mod properties;

use std::io::{Read, Write};
use std::sync::Arc;

use bytes::BytesMut;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, SupportedProtocolVersion};

use crate::tls::client::Signatures;
use crate::tls::{Context, Contexts, End, Identity, Opened, Options, Session};

/// The key and the certificate of the tests in JavaScript.
const FIXTURE: &str = include_str!("../../../__test__/agent/tls-fixture.js");

pub fn identity() -> Identity {
    let text = FIXTURE.replace('`', "\n");
    let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).unwrap();
    let certificate = CertificateDer::from_pem_slice(text.as_bytes()).unwrap();
    Identity {
        key: key.secret_der().to_vec(),
        chain: vec![certificate.to_vec()],
    }
}

pub fn options() -> Options {
    Options {
        contexts: vec![Context {
            name: None,
            identities: vec![identity()],
        }],
        protocols: vec![b"http/1.1".to_vec()],
        ciphers: [
            "TLS_AES_256_GCM_SHA384",
            "TLS_AES_128_GCM_SHA256",
            "ECDHE-ECDSA-AES128-GCM-SHA256",
        ]
        .map(str::to_owned)
        .to_vec(),
        tls12: true,
        tls13: true,
        honors_own_order: true,
        handshake_timeout: 0,
    }
}

/// A client of rustls that trusts everybody who has the key of what he shows.
pub fn client_config(versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
    let provider = Arc::new(default_provider());
    ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions)
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Signatures(provider)))
        .with_no_client_auth()
}

pub fn client(config: ClientConfig, name: &'static str) -> ClientConnection {
    ClientConnection::new(Arc::new(config), ServerName::try_from(name).unwrap()).unwrap()
}

/// A server's session, and what became of all that it was given.
pub struct Server {
    pub session: Session,
    pub plain: BytesMut,
    pub secured: usize,
    pub end: Option<End>,
}

impl Server {
    pub fn new(options: Options) -> Self {
        Self::of(&Arc::new(Contexts::new(options).unwrap()))
    }

    pub fn of(contexts: &Arc<Contexts>) -> Self {
        Self {
            session: Session::new(contexts),
            plain: BytesMut::new(),
            secured: 0,
            end: None,
        }
    }

    /// Takes what has arrived, cut into pieces of this size.
    pub fn take(&mut self, cipher: &[u8], size: usize) {
        for piece in cipher.chunks(size) {
            let Opened { secured, end } = self.session.open(piece, &mut self.plain);
            self.secured += usize::from(secured);
            self.end = self.end.take().or(end);
        }
    }

    pub fn sent(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        self.session.send(&mut out).unwrap();
        out
    }

    /// Talks with `client` until neither has anything to say; returns what the client has read.
    pub fn talk(&mut self, client: &mut ClientConnection, size: usize) -> Vec<u8> {
        let mut read = Vec::new();
        loop {
            let mut cipher = Vec::new();
            while client.wants_write() {
                client.write_tls(&mut cipher).unwrap();
            }
            self.take(&cipher, size);
            let answer = self.sent();
            let mut rest = &answer[..];
            while !rest.is_empty() {
                client.read_tls(&mut rest).unwrap();
                if client.process_new_packets().is_err() {
                    return read;
                }
                // Fails when there is nothing.
                let _ = client.reader().read_to_end(&mut read);
            }
            if cipher.is_empty() && answer.is_empty() {
                return read;
            }
        }
    }
}

pub fn write(client: &mut ClientConnection, bytes: &[u8]) {
    client.writer().write_all(bytes).unwrap();
}
