//! The cipher suites that rustls has, by OpenSSL's names.

use rustls::crypto::ring::cipher_suite as ring;
use rustls::{CipherSuite, ProtocolVersion, SupportedCipherSuite};

use crate::tls::Error;

/// OpenSSL's name, and the suite, in the order of Node's default.
pub const SUITES: [(&str, SupportedCipherSuite); 9] = [
    ("TLS_AES_256_GCM_SHA384", ring::TLS13_AES_256_GCM_SHA384),
    (
        "TLS_CHACHA20_POLY1305_SHA256",
        ring::TLS13_CHACHA20_POLY1305_SHA256,
    ),
    ("TLS_AES_128_GCM_SHA256", ring::TLS13_AES_128_GCM_SHA256),
    (
        "ECDHE-RSA-AES128-GCM-SHA256",
        ring::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ),
    (
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        ring::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    ),
    (
        "ECDHE-RSA-AES256-GCM-SHA384",
        ring::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    ),
    (
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        ring::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    ),
    (
        "ECDHE-RSA-CHACHA20-POLY1305",
        ring::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
    (
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        ring::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
];

/// The suite of OpenSSL's name.
pub fn suite(name: &str) -> Result<SupportedCipherSuite, Error> {
    let found = SUITES.iter().find(|(openssl, _)| *openssl == name);
    found
        .map(|(_, suite)| *suite)
        .ok_or_else(|| Error::Cipher(name.to_owned()))
}

/// OpenSSL's and the RFC's name of a suite, which are the same in TLS 1.3.
pub fn names(suite: CipherSuite) -> (&'static str, &'static str) {
    let found = SUITES.iter().find(|(_, known)| known.suite() == suite);
    match found {
        Some((name, SupportedCipherSuite::Tls13(_))) => (name, name),
        Some((name, _)) => (name, suite.as_str().unwrap_or_default()),
        None => ("", ""),
    }
}

/// Node's name of a version.
pub fn version(version: ProtocolVersion) -> &'static str {
    match version {
        ProtocolVersion::TLSv1_3 => "TLSv1.3",
        _ => "TLSv1.2",
    }
}
