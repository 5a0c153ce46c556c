//! TLS of servers and clients, as JavaScript configures it and asks for it.

use std::sync::Arc;

use napi::bindgen_prelude::Buffer;

use crate::bridge::function::to_napi;
use crate::bridge::io::Io;
use crate::io::Security;
use crate::tls::{
    Agreement, ClientContext, ClientOptions, Context, Contexts, Identity, Options, Peer, Roots,
};

/// A private key (PKCS #8) with its certificates, all in DER.
#[napi_derive::napi(object)]
pub struct TlsIdentity {
    pub key: Buffer,
    pub chain: Vec<Buffer>,
}

/// Whose certificates clients are shown that ask for `name`; without one: all others.
#[napi_derive::napi(object)]
pub struct TlsContext {
    pub name: Option<String>,
    pub identities: Vec<TlsIdentity>,
}

/// How a server speaks TLS.
#[napi_derive::napi(object)]
pub struct TlsOptions {
    pub contexts: Vec<TlsContext>,
    /// What may be chosen by ALPN.
    pub protocols: Vec<Buffer>,
    /// OpenSSL's names, the preferred ones first.
    pub ciphers: Vec<String>,
    pub tls12: bool,
    pub tls13: bool,
    pub honors_own_order: bool,
    /// In milliseconds; 0: any time.
    pub handshake_timeout: u32,
}

impl From<TlsContext> for Context {
    fn from(context: TlsContext) -> Self {
        let identity = |from: TlsIdentity| Identity {
            key: from.key.to_vec(),
            chain: copied(&from.chain),
        };
        Self {
            name: context.name,
            identities: context.identities.into_iter().map(identity).collect(),
        }
    }
}

impl From<TlsOptions> for Options {
    fn from(options: TlsOptions) -> Self {
        Self {
            contexts: options.contexts.into_iter().map(Into::into).collect(),
            protocols: copied(&options.protocols),
            ciphers: options.ciphers,
            tls12: options.tls12,
            tls13: options.tls13,
            honors_own_order: options.honors_own_order,
            handshake_timeout: options.handshake_timeout,
        }
    }
}

fn copied(list: &[Buffer]) -> Vec<Vec<u8>> {
    list.iter().map(|bytes| bytes.to_vec()).collect()
}

/// What was agreed upon in a handshake.
#[napi_derive::napi(object)]
pub struct TlsAgreement {
    pub protocol: String,
    /// OpenSSL's name of the cipher suite, and the RFC's.
    pub cipher: String,
    pub standard_cipher: String,
    pub alpn_protocol: Option<Buffer>,
    pub servername: Option<String>,
    pub is_resumed: bool,
    /// The group of the key exchange, as TLS calls it.
    pub group: String,
}

impl From<Agreement> for TlsAgreement {
    fn from(agreement: Agreement) -> Self {
        Self {
            protocol: agreement.protocol.into(),
            cipher: agreement.cipher.0.into(),
            standard_cipher: agreement.cipher.1.into(),
            alpn_protocol: agreement.alpn.map(Buffer::from),
            servername: agreement.server_name,
            is_resumed: agreement.is_resumed,
            group: agreement.group.into(),
        }
    }
}

/// What servers speak TLS with. One may be used by several listeners.
#[napi_derive::napi]
pub struct TlsContexts(Arc<Contexts>);

#[napi_derive::napi]
impl TlsContexts {
    /// Throws with the reason if this side cannot serve what is wanted.
    #[napi(constructor, catch_unwind)]
    pub fn new(options: TlsOptions) -> napi::Result<Self> {
        let contexts = Contexts::new(options.into()).map_err(to_napi)?;
        Ok(Self(Arc::new(contexts)))
    }

    /// The same and one more, which goes before those that are there. Throws as the constructor does.
    #[napi(catch_unwind)]
    pub fn with(&self, context: TlsContext) -> napi::Result<Self> {
        let contexts = self.0.with(context.into()).map_err(to_napi)?;
        Ok(Self(Arc::new(contexts)))
    }

    /// OpenSSL's names of the cipher suites that this side has, in the order of Node's default.
    #[napi(catch_unwind)]
    pub fn ciphers() -> Vec<String> {
        Contexts::ciphers().map(str::to_owned).collect()
    }
}

/// Certificates that a client trusts.
#[napi_derive::napi]
pub struct TlsRoots(Arc<Roots>);

#[napi_derive::napi]
impl TlsRoots {
    /// In DER. A certificate that cannot be read is not trusted.
    #[napi(constructor, catch_unwind)]
    pub fn new(certificates: Vec<Buffer>) -> Self {
        Self(Arc::new(Roots::new(copied(&certificates))))
    }
}

/// How a client speaks TLS.
#[napi_derive::napi(object)]
pub struct TlsClientOptions {
    /// What the server may choose by ALPN.
    pub protocols: Vec<Buffer>,
    /// OpenSSL's names, the preferred ones first.
    pub ciphers: Vec<String>,
    pub tls12: bool,
    pub tls13: bool,
    /// The name that is asked for.
    pub servername: Option<String>,
    /// Sessions are kept, and resumed.
    pub resumes: bool,
}

/// What a client speaks TLS with one server with; its sessions are in it.
#[napi_derive::napi]
pub struct TlsClient(pub(super) Arc<ClientContext>);

#[napi_derive::napi]
impl TlsClient {
    /// Throws with the reason if this side cannot serve what is wanted.
    #[napi(constructor, catch_unwind)]
    pub fn new(options: TlsClientOptions, roots: &TlsRoots) -> napi::Result<Self> {
        let options = ClientOptions {
            protocols: copied(&options.protocols),
            ciphers: options.ciphers,
            tls12: options.tls12,
            tls13: options.tls13,
            server_name: options.servername,
            resumes: options.resumes,
        };
        let context = ClientContext::new(options, roots.0.clone()).map_err(to_napi)?;
        Ok(Self(Arc::new(context)))
    }
}

/// A server, as its client knows it.
#[napi_derive::napi(object)]
pub struct TlsPeer {
    /// In DER, its own certificate first.
    pub chain: Vec<Buffer>,
    /// Why it is not to be trusted; none if it is.
    pub complaint: Option<String>,
}

impl From<Peer> for TlsPeer {
    fn from(peer: Peer) -> Self {
        Self {
            chain: peer.chain.into_iter().map(Buffer::from).collect(),
            complaint: peer.complaint,
        }
    }
}

#[napi_derive::napi]
impl Io {
    /// A client's peer; `None` before the handshake is over and behind the connection's end.
    #[napi(catch_unwind)]
    pub fn peer(&self, id: u32) -> Option<TlsPeer> {
        self.with(id, |connection| connection.peer_identity())
            .flatten()
            .map(Into::into)
    }

    /// Connections that the listener accepts from now on speak TLS: with `contexts` here, without them by way
    /// of Node, which gets them unread.
    #[napi(catch_unwind)]
    pub fn secure(&self, listener: u32, contexts: Option<&TlsContexts>) {
        if let Some(listener) = self.environment.listener(listener) {
            listener.secure(match contexts {
                Some(contexts) => Security::Here(contexts.0.clone()),
                None => Security::Node,
            });
        }
    }

    /// What was agreed upon; `None` before the handshake is over and behind the connection's end.
    #[napi(catch_unwind)]
    pub fn agreement(&self, id: u32) -> Option<TlsAgreement> {
        self.with(id, |connection| connection.agreement())
            .flatten()
            .map(Into::into)
    }

    /// The certificate that the client was shown, in DER; `None` where `agreement` is.
    #[napi(catch_unwind)]
    pub fn certificate(&self, id: u32) -> Option<Buffer> {
        let copied = self.with(id, |connection| {
            connection.with_session(|session| session.certificate().map(<[u8]>::to_vec))
        });
        copied.flatten().flatten().map(Buffer::from)
    }

    /// Key material for another purpose (RFC 5705); `None` if there is none.
    #[napi(catch_unwind)]
    pub fn export_keying_material(
        &self,
        id: u32,
        length: u32,
        label: String,
        context: Option<Buffer>,
    ) -> Option<Buffer> {
        let mut out = vec![0; length as usize];
        let is_filled = self.with(id, |connection| {
            connection.with_session(|session| {
                session.export_keying_material(&mut out, label.as_bytes(), context.as_deref())
            })
        });
        is_filled.flatten()?.then(|| out.into())
    }

    /// What arrives is not parsed any more: JavaScript gets the bytes.
    #[napi(catch_unwind)]
    pub fn read_raw(&self, id: u32) {
        self.with(id, |connection| connection.read_raw());
    }
}
