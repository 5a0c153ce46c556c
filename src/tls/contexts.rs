//! What a server speaks TLS with: its certificates by name, protocols, versions, ciphers, tickets.

use std::sync::Arc;

use rustls::crypto::ring::sign::any_supported_type;
use rustls::crypto::ring::{Ticketer, default_provider, kx_group};
use rustls::crypto::{CryptoProvider, SupportedKxGroup};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SignatureScheme, SupportedProtocolVersion};

use crate::tls::hybrid::X25519MlKem768;
use crate::tls::pattern;
use crate::tls::suites::suite;
use crate::tls::{Error, Identity, Options};

/// In the order of a client's preference; see `hybrid`.
const GROUPS: [&dyn SupportedKxGroup; 4] = [
    &X25519MlKem768,
    kx_group::X25519,
    kx_group::SECP256R1,
    kx_group::SECP384R1,
];

/// The configurations of a server.
#[derive(Debug)]
pub struct Contexts {
    /// By pattern; those that were added last first.
    named: Vec<(String, Arc<ServerConfig>)>,
    others: Arc<ServerConfig>,
    handshake_timeout: u32,
}

impl Contexts {
    /// # Errors
    /// Fails if rustls cannot serve what is wanted. Then Node has to.
    pub fn new(mut options: Options) -> Result<Self, Error> {
        let provider = provider(&options.ciphers)?;
        let mut named = Vec::new();
        let mut others = None;
        for context in std::mem::take(&mut options.contexts) {
            let config = Arc::new(configure(&options, &provider, context.identities)?);
            match context.name {
                Some(name) => named.insert(0, (name, config)),
                None => others = Some(config),
            }
        }
        Ok(Self {
            named,
            others: others.ok_or(Error::NoCertificate)?,
            handshake_timeout: options.handshake_timeout,
        })
    }

    /// Milliseconds that a handshake may take; 0: any time.
    pub fn handshake_timeout(&self) -> u32 {
        self.handshake_timeout
    }

    /// The configuration for a client that asks for this name.
    pub(super) fn select(&self, name: Option<&str>) -> Arc<ServerConfig> {
        let named = name.and_then(|name| {
            let fits = |(wanted, _): &&(String, _)| pattern::fits(wanted, name);
            self.named.iter().find(fits)
        });
        named.map_or(&self.others, |(_, config)| config).clone()
    }
}

/// The means of encryption, with these ciphers.
pub(super) fn provider(ciphers: &[String]) -> Result<Arc<CryptoProvider>, Error> {
    Ok(Arc::new(CryptoProvider {
        cipher_suites: ciphers
            .iter()
            .map(|name| suite(name))
            .collect::<Result<_, _>>()?,
        kx_groups: GROUPS.to_vec(),
        ..default_provider()
    }))
}

pub(super) fn versions(
    tls12: bool,
    tls13: bool,
) -> Result<Vec<&'static SupportedProtocolVersion>, Error> {
    let versions: Vec<_> = [(tls13, &TLS13), (tls12, &TLS12)]
        .into_iter()
        .filter_map(|(is_wanted, version)| is_wanted.then_some(version))
        .collect();
    if versions.is_empty() {
        return Err(Error::Version);
    }
    Ok(versions)
}

fn configure(
    options: &Options,
    provider: &Arc<CryptoProvider>,
    identities: Vec<Identity>,
) -> Result<ServerConfig, Error> {
    let failed = |error: rustls::Error| Error::Configuration(error.to_string());
    let versions = versions(options.tls12, options.tls13)?;
    let mut config = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&versions)
        .map_err(failed)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Certificates::new(identities)?));
    config.alpn_protocols = options.protocols.clone();
    config.ignore_client_order = options.honors_own_order;
    // As Node's: sessions are in the clients' tickets, under keys that this configuration alone has.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.ticketer = Ticketer::new().map_err(failed)?;
    Ok(config)
}

/// The certificates of one context, for keys of different kinds.
#[derive(Debug)]
struct Certificates(Vec<Arc<CertifiedKey>>);

impl Certificates {
    fn new(identities: Vec<Identity>) -> Result<Self, Error> {
        if identities.is_empty() {
            return Err(Error::NoCertificate);
        }
        identities
            .into_iter()
            .map(certified_key)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// That key and certificate belong together, OpenSSL has looked at before.
fn certified_key(mut identity: Identity) -> Result<Arc<CertifiedKey>, Error> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(&identity.key[..]));
    let key = any_supported_type(&key).map_err(|_| Error::Key)?;
    let chain = std::mem::take(&mut identity.chain);
    let chain = chain.into_iter().map(CertificateDer::from).collect();
    Ok(Arc::new(CertifiedKey::new(chain, key)))
}

impl ResolvesServerCert for Certificates {
    /// The certificate for what the client prefers to verify.
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let signs = |scheme: &SignatureScheme| {
            let can = |key: &&Arc<CertifiedKey>| key.key.choose_scheme(&[*scheme]).is_some();
            self.0.iter().find(can).cloned()
        };
        hello.signature_schemes().iter().find_map(signs)
    }
}
