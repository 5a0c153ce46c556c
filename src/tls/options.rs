//! The options of TLS of a server or a client.

/// A private key with the certificates that prove it, all in DER.
#[derive(Default)]
pub struct Identity {
    /// PKCS #8. Overwritten when it is not needed any more.
    pub key: Vec<u8>,
    /// The server's own certificate first.
    pub chain: Vec<Vec<u8>>,
}

impl Drop for Identity {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.key);
    }
}

/// Whose certificates clients are shown that ask for a name.
#[derive(Default)]
pub struct Context {
    /// As `addContext` takes it, with `*` for any part of a label; `None`: for all others.
    pub name: Option<String>,
    pub identities: Vec<Identity>,
}

/// Options of a server.
#[derive(Default)]
pub struct Options {
    /// Of several that fit a name, the last one holds.
    pub contexts: Vec<Context>,
    /// Protocols that a client may choose (ALPN), the preferred ones first.
    pub protocols: Vec<Vec<u8>>,
    /// OpenSSL's names of cipher suites, the preferred ones first.
    pub ciphers: Vec<String>,
    pub tls12: bool,
    pub tls13: bool,
    /// The server's order of ciphers goes before the client's.
    pub honors_own_order: bool,
    /// Milliseconds that a handshake may take; 0: any time.
    pub handshake_timeout: u32,
}

impl std::fmt::Debug for Options {
    /// Without keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").finish_non_exhaustive()
    }
}

/// Options of a client.
#[derive(Debug, Default)]
pub struct ClientOptions {
    /// Protocols that the server may choose (ALPN), the preferred ones first.
    pub protocols: Vec<Vec<u8>>,
    /// OpenSSL's names of cipher suites, the preferred ones first.
    pub ciphers: Vec<String>,
    pub tls12: bool,
    pub tls13: bool,
    /// The name that is asked for (SNI); `None`: none is.
    pub server_name: Option<String>,
    /// Sessions are kept, for connections with the same context.
    pub resumes: bool,
}
