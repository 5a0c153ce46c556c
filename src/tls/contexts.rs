//! What a server speaks TLS with: its certificates by name, protocols, versions, ciphers, tickets.

use std::sync::Arc;

use rustls::crypto::ring::sign::any_supported_type;
use rustls::crypto::ring::{Ticketer, default_provider, kx_group};
use rustls::crypto::{CryptoProvider, SupportedKxGroup};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, NoServerSessionStorage, ProducesTickets};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};

use crate::tls::choice::choose;
use crate::tls::hybrid::X25519MlKem768;
use crate::tls::pattern;
use crate::tls::suites::{SUITES, suite};
use crate::tls::{Context, Error, Identity, Options};

/// In the order of a client's preference; see `hybrid`.
const GROUPS: [&dyn SupportedKxGroup; 4] = [
    &X25519MlKem768,
    kx_group::X25519,
    kx_group::SECP256R1,
    kx_group::SECP384R1,
];

/// One for each certificate.
type Offers = Arc<[Arc<Offer>]>;

/// The configurations of a server. A copy shares them.
#[derive(Clone, Debug)]
pub struct Contexts {
    /// By pattern; those that were added last come last.
    named: Vec<(Arc<str>, Offers)>,
    others: Offers,
    /// Those of all, without contexts.
    options: Arc<Options>,
    provider: Arc<CryptoProvider>,
}

/// What a client is offered: one certificate, and all else that a handshake needs.
#[derive(Debug)]
pub(super) struct Offer {
    pub certified: Arc<CertifiedKey>,
    pub config: Arc<ServerConfig>,
}

impl Contexts {
    /// # Errors
    /// Fails if rustls cannot serve what is wanted. Then Node has to.
    pub fn new(mut options: Options) -> Result<Self, Error> {
        let provider = provider(&options.ciphers)?;
        let contexts = std::mem::take(&mut options.contexts);
        let mut made = Self {
            named: Vec::new(),
            others: Arc::new([]),
            options: Arc::new(options),
            provider,
        };
        for context in contexts {
            made.add(context)?;
        }
        if made.others.is_empty() {
            return Err(Error::NoCertificate);
        }
        Ok(made)
    }

    /// The same and one more, which goes before those that are there. Their tickets stay good.
    ///
    /// # Errors
    /// As `new`.
    pub fn with(&self, context: Context) -> Result<Self, Error> {
        let mut made = self.clone();
        made.add(context)?;
        Ok(made)
    }

    fn add(&mut self, context: Context) -> Result<(), Error> {
        let offers = offers(&self.options, &self.provider, context.identities)?;
        match context.name {
            Some(name) => self.named.push((name.into(), offers)),
            None => self.others = offers,
        }
        Ok(())
    }

    /// OpenSSL's names of the suites there are, in the order of Node's default.
    pub fn ciphers() -> impl Iterator<Item = &'static str> {
        SUITES.iter().map(|(openssl, _)| *openssl)
    }

    /// Milliseconds that a handshake may take; 0: any time.
    pub fn handshake_timeout(&self) -> u32 {
        self.options.handshake_timeout
    }

    /// What a client is offered, by the name that it asks for and by what it can verify.
    pub(super) fn select(&self, hello: &ClientHello<'_>) -> Option<Arc<Offer>> {
        let named = hello.server_name().and_then(|name| {
            let fits = |(wanted, _): &&(Arc<str>, Offers)| pattern::fits(wanted, name);
            self.named.iter().rev().find(fits)
        });
        let offers = named.map_or(&self.others, |(_, offers)| offers);
        choose(offers, hello, &self.options, &self.provider.cipher_suites).cloned()
    }
}

/// The means of encryption, with these ciphers.
pub(super) fn provider(ciphers: &[String]) -> Result<Arc<CryptoProvider>, Error> {
    let suites = ciphers.iter().map(|name| suite(name));
    Ok(Arc::new(CryptoProvider {
        cipher_suites: suites.collect::<Result<_, _>>()?,
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

/// They share their tickets: a session is resumed whatever certificate would be shown now.
fn offers(
    options: &Options,
    provider: &Arc<CryptoProvider>,
    identities: Vec<Identity>,
) -> Result<Offers, Error> {
    if identities.is_empty() {
        return Err(Error::NoCertificate);
    }
    let ticketer = Ticketer::new()?;
    let offer = |identity| {
        let certified = certified_key(identity)?;
        let config = configure(options, provider, certified.clone(), ticketer.clone())?;
        let config = Arc::new(config);
        Ok(Arc::new(Offer { certified, config }))
    };
    identities.into_iter().map(offer).collect()
}

fn configure(
    options: &Options,
    provider: &Arc<CryptoProvider>,
    certified: Arc<CertifiedKey>,
    ticketer: Arc<dyn ProducesTickets>,
) -> Result<ServerConfig, Error> {
    let versions = versions(options.tls12, options.tls13)?;
    let mut config = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&versions)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    config.alpn_protocols = options.protocols.clone();
    config.ignore_client_order = options.honors_own_order;
    // As Node's: sessions are in the clients' tickets, under keys that this configuration alone has.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.ticketer = ticketer;
    Ok(config)
}

/// That key and certificate belong together, OpenSSL has looked at before.
fn certified_key(mut identity: Identity) -> Result<Arc<CertifiedKey>, Error> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(&identity.key[..]));
    let key = any_supported_type(&key).map_err(|_| Error::Key)?;
    let chain = std::mem::take(&mut identity.chain);
    let chain = chain.into_iter().map(CertificateDer::from).collect();
    Ok(Arc::new(CertifiedKey::new(chain, key)))
}
