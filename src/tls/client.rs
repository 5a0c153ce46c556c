//! What a client speaks TLS with.

use std::net::Ipv4Addr;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, DnsName, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme};

use crate::tls::contexts::{provider, versions};
use crate::tls::{ClientOptions, Error, Roots};

/// Tickets that are kept for one server.
const TICKETS: usize = 8;

/// How a client speaks TLS with one server. Sessions are kept with it.
#[derive(Debug)]
pub struct ClientContext {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    roots: Arc<Roots>,
}

impl ClientContext {
    /// # Errors
    /// Fails if rustls cannot serve what is wanted. Then Node has to.
    pub fn new(options: ClientOptions, roots: Arc<Roots>) -> Result<Self, Error> {
        let provider = provider(&options.ciphers)?;
        let versions = versions(options.tls12, options.tls13)?;
        let verifier = Signatures(provider.clone());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.alpn_protocols = options.protocols;
        config.enable_sni = options.server_name.is_some();
        config.resumption = if options.resumes {
            Resumption::in_memory_sessions(TICKETS)
        } else {
            Resumption::disabled()
        };
        let name = match options.server_name {
            Some(name) => match DnsName::try_from(name.as_str()) {
                Ok(dns) => ServerName::DnsName(dns.to_owned()),
                Err(_) => return Err(Error::Name(name)),
            },
            // It is only the key of the sessions.
            None => ServerName::IpAddress(Ipv4Addr::UNSPECIFIED.into()),
        };
        Ok(Self {
            config: Arc::new(config),
            name,
            roots,
        })
    }

    /// A connection that has begun: its first message waits to be sent.
    pub(super) fn connect(&self) -> Result<ClientConnection, Error> {
        Ok(ClientConnection::new(
            self.config.clone(),
            self.name.clone(),
        )?)
    }

    pub(super) fn server_name(&self) -> Option<&str> {
        match &self.name {
            ServerName::DnsName(name) => Some(name.as_ref()),
            _ => None,
        }
    }

    /// Whether a server may be trusted that has shown `chain`.
    pub(super) fn verify(&self, chain: &[CertificateDer<'_>]) -> Result<(), String> {
        self.roots.verify(chain, UnixTime::now())
    }
}

/// Checks in a handshake only the proof that the server has the key of its certificate. Whether the certificate is
/// trusted is checked when the handshake is over, as with Node, also on a resumed connection: a kept session does
/// not say that its server is trusted.
#[derive(Debug)]
pub(super) struct Signatures(pub Arc<CryptoProvider>);

impl ServerCertVerifier for Signatures {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
