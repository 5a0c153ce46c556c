use rust_http::tls::Identity;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// The key and the certificate of the tests in JavaScript.
const FIXTURE: &str = include_str!("../../__test__/agent/tls-fixture.js");

pub fn identity() -> Identity {
    let text = FIXTURE.replace('`', "\n");
    let key = PrivateKeyDer::from_pem_slice(text.as_bytes()).expect("a key");
    let certificate = CertificateDer::from_pem_slice(text.as_bytes()).expect("a certificate");
    Identity {
        key: key.secret_der().to_vec(),
        chain: vec![certificate.to_vec()],
    }
}
