//! Which of a server's certificates a client is shown: the one that OpenSSL would choose.

use std::sync::Arc;

use rustls::server::ClientHello;
use rustls::{CipherSuite, SignatureScheme, SupportedCipherSuite};

use crate::tls::Options;
use crate::tls::contexts::Offer;

/// Signatures in the order in which OpenSSL prefers them, as far as there are keys for them.
const SCHEMES: [SignatureScheme; 9] = [
    SignatureScheme::ECDSA_NISTP256_SHA256,
    SignatureScheme::ECDSA_NISTP384_SHA384,
    SignatureScheme::ED25519,
    SignatureScheme::RSA_PSS_SHA256,
    SignatureScheme::RSA_PSS_SHA384,
    SignatureScheme::RSA_PSS_SHA512,
    SignatureScheme::RSA_PKCS1_SHA256,
    SignatureScheme::RSA_PKCS1_SHA384,
    SignatureScheme::RSA_PKCS1_SHA512,
];

/// The offer for this client of a server with these options and suites; `None` if it can verify none of them.
pub(super) fn choose<'a>(
    offers: &'a [Arc<Offer>],
    hello: &ClientHello<'_>,
    options: &Options,
    suites: &[SupportedCipherSuite],
) -> Option<&'a Arc<Offer>> {
    if let [only] = offers {
        return Some(only);
    }
    let suites = common_suites(options, suites, hello.cipher_suites());
    let schemes = common_schemes(options, hello.signature_schemes());
    let fits = |scheme: &SignatureScheme| {
        let can = |offer: &&Arc<Offer>| offer.certified.key.choose_scheme(&[*scheme]).is_some();
        offers.iter().find(can)
    };
    // Suites of TLS 1.3 go with every key; a client has them only if it has that version.
    if suites.iter().any(|suite| suite.tls13().is_some()) {
        return schemes.iter().find_map(fits);
    }
    suites.iter().find_map(|suite| {
        let signs = |scheme: &&SignatureScheme| match suite {
            SupportedCipherSuite::Tls12(suite) => suite.sign.contains(scheme),
            SupportedCipherSuite::Tls13(_) => false,
        };
        schemes.iter().filter(signs).find_map(fits)
    })
}

/// Suites that both sides have, the preferred ones first.
fn common_suites(
    options: &Options,
    suites: &[SupportedCipherSuite],
    offered: &[CipherSuite],
) -> Vec<SupportedCipherSuite> {
    let mut common: Vec<_> = suites
        .iter()
        .filter(|suite| options.tls13 || suite.tls13().is_none())
        .filter(|suite| offered.contains(&suite.suite()))
        .copied()
        .collect();
    if !options.honors_own_order {
        common.sort_by_key(|suite| offered.iter().position(|one| *one == suite.suite()));
    }
    common
}

fn common_schemes(options: &Options, offered: &[SignatureScheme]) -> Vec<SignatureScheme> {
    let (order, others) = if options.honors_own_order {
        (&SCHEMES[..], offered)
    } else {
        (offered, &SCHEMES[..])
    };
    let is_common = |scheme: &&SignatureScheme| others.contains(scheme);
    order.iter().filter(is_common).copied().collect()
}
