//! One connection's TLS, of a server or a client.

use std::fmt;
use std::io::{self, BufRead, IoSlice, Write};
use std::sync::Arc;

use bytes::BytesMut;
use rustls::server::Acceptor;
use rustls::{Connection, HandshakeKind};

use crate::tls::contexts::Offer;
use crate::tls::error::{Failure, is_mere_end};
use crate::tls::warnings::Warnings;
use crate::tls::{Agreement, ClientContext, Contexts, End, Error, Opened, Peer, suites};

/// Bytes of a client's first message that are kept, in case that Node has to answer it: more than any
/// client sends.
const HELLO_LIMIT: usize = 64 * 1024;

/// Bytes that are sealed before others were sent, by rustls' own limit.
const SEAL_LIMIT: usize = 64 * 1024;

/// One connection's TLS.
pub struct Session {
    state: State,
    client: Option<Client>,
    /// What a server's client was offered.
    offer: Option<Arc<Offer>>,
    is_secured: bool,
    warnings: Warnings,
    /// Bytes of plaintext that were sealed since all had been sent.
    sealed: usize,
}

enum State {
    /// The client's first message is not complete. All that has arrived is kept.
    Hello(Arc<Contexts>, Box<Acceptor>, Vec<u8>),
    Running(Box<Connection>),
    /// It is not spoken here.
    Foreign,
}

/// What a client has beside its connection.
struct Client {
    context: Arc<ClientContext>,
    /// Once the handshake is over.
    peer: Option<Peer>,
    /// JavaScript knows the peer, and has released the session.
    is_released: bool,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

impl Session {
    pub fn new(contexts: &Arc<Contexts>) -> Self {
        let state = State::Hello(contexts.clone(), Box::default(), Vec::new());
        Self::begun(state, None)
    }

    /// A client's. What it says first waits to be sent.
    ///
    /// # Errors
    /// Fails if there are no random numbers.
    pub fn of_client(context: &Arc<ClientContext>) -> Result<Self, Error> {
        let connection = Connection::Client(context.connect()?);
        let client = Client {
            context: context.clone(),
            peer: None,
            is_released: false,
        };
        let state = State::Running(Box::new(connection));
        Ok(Self::begun(state, Some(client)))
    }

    fn begun(state: State, client: Option<Client>) -> Self {
        Self {
            state,
            client,
            offer: None,
            is_secured: false,
            warnings: Warnings::default(),
            sealed: 0,
        }
    }

    /// The handshake is over.
    #[cfg(any(test, fuzzing))]
    pub fn is_secured(&self) -> bool {
        self.is_secured
    }

    /// Something was sent: another TLS cannot begin on the socket any more.
    pub fn has_begun(&self) -> bool {
        matches!(self.state, State::Running(_))
    }

    /// A client's peer is not known yet, or not wanted yet: nothing is sealed.
    pub fn withholds(&self) -> bool {
        self.client
            .as_ref()
            .is_some_and(|client| !client.is_released)
    }

    /// The peer is known and wanted.
    pub fn release(&mut self) {
        if let Some(client) = self.client.as_mut().filter(|client| client.peer.is_some()) {
            client.is_released = true;
        }
    }

    fn running(&self) -> Option<&Connection> {
        match &self.state {
            State::Running(connection) => Some(connection),
            _ => None,
        }
    }

    fn running_mut(&mut self) -> Option<&mut Connection> {
        match &mut self.state {
            State::Running(connection) => Some(connection),
            _ => None,
        }
    }

    // ---- what arrives ----

    /// Takes what has arrived, all of it, and appends what it carries to `plain`.
    pub fn open(&mut self, cipher: &[u8], plain: &mut BytesMut) -> Opened {
        let mut opened = Opened::default();
        let mut rest = cipher;
        loop {
            // What is behind an alert that tells an end must not tell another one, however it was cut.
            let (length, warned) = if self.is_secured {
                (rest.len(), None)
            } else {
                self.warnings.find(rest)
            };
            let (piece, behind) = rest.split_at(length);
            let Opened { secured, end } = self.open_piece(piece, warned, plain);
            opened.secured |= secured;
            opened.end = end;
            if let Some(End::Foreign(kept)) = &mut opened.end {
                kept.extend_from_slice(behind);
            }
            if opened.end.is_some() || behind.is_empty() {
                return opened;
            }
            rest = behind;
        }
    }

    /// The same for a piece, behind whose last byte `warned` is an end, if the handshake is not over by then.
    fn open_piece(&mut self, cipher: &[u8], warned: Option<End>, plain: &mut BytesMut) -> Opened {
        let mut rest = cipher;
        if let State::Hello(contexts, acceptor, kept) = &mut self.state {
            kept.extend_from_slice(cipher);
            match greet(acceptor, &mut rest, contexts) {
                Greeting::Incomplete if kept.len() <= HELLO_LIMIT => return Opened::default(),
                Greeting::Known(connection, offer) => {
                    self.state = State::Running(connection);
                    self.offer = Some(offer);
                }
                Greeting::Incomplete | Greeting::Foreign => {
                    let end = Some(End::Foreign(std::mem::take(kept)));
                    self.state = State::Foreign;
                    return Opened {
                        secured: false,
                        end,
                    };
                }
            }
        }
        let Some(connection) = self.running_mut() else {
            return Opened::default();
        };
        let mut end = advance(connection, rest, plain);
        let secured = !connection.is_handshaking() && !self.is_secured;
        self.is_secured |= secured;
        if secured {
            self.look_at_peer();
        }
        if !self.is_secured {
            end = end.or(warned);
        }
        Opened { secured, end }
    }

    fn look_at_peer(&mut self) {
        let (State::Running(connection), Some(client)) = (&self.state, &mut self.client) else {
            return;
        };
        let chain = connection.peer_certificates().unwrap_or_default();
        client.peer = Some(Peer {
            complaint: client.context.verify(chain).err(),
            chain: chain.iter().map(|der| der.to_vec()).collect(),
        });
    }

    // ---- what is sent ----

    /// Seals the bytes of `slices`, as many as may wait to be sent; returns how many.
    pub fn seal(&mut self, slices: &[IoSlice<'_>]) -> usize {
        if self.withholds() {
            return 0;
        }
        let Some(connection) = self.running_mut() else {
            return 0;
        };
        // Fails only as to how much it takes.
        let length = connection.writer().write_vectored(slices).unwrap_or(0);
        self.sealed += length;
        length
    }

    /// Bytes that wait to be sent, about: no more than these.
    pub fn unsent(&self) -> usize {
        match self.running() {
            Some(connection) if connection.wants_write() => self.sealed.clamp(1, SEAL_LIMIT),
            _ => 0,
        }
    }

    /// Sends all that waits.
    ///
    /// # Errors
    /// What `out` says, `WouldBlock` above all; then the rest waits on.
    pub fn send(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let Some(connection) = self.running_mut() else {
            return Ok(());
        };
        while connection.wants_write() {
            if connection.write_tls(out)? == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
        self.sealed = 0;
        Ok(())
    }

    /// Tells the peer, behind all else, that no more will come.
    pub fn say_end(&mut self) {
        if let Some(connection) = self.running_mut() {
            connection.send_close_notify();
        }
    }

    // ---- what is known ----

    /// What was agreed upon, once the handshake is over.
    pub fn agreement(&self) -> Option<Agreement> {
        let connection = self.running().filter(|_| self.is_secured)?;
        let server_name = match (connection, &self.client) {
            (Connection::Server(connection), _) => connection.server_name(),
            (_, client) => client.as_ref()?.context.server_name(),
        };
        Some(Agreement {
            protocol: suites::version(connection.protocol_version()?),
            cipher: suites::names(connection.negotiated_cipher_suite()?.suite()),
            alpn: connection.alpn_protocol().map(<[u8]>::to_vec),
            server_name: server_name.map(str::to_owned),
            is_resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
            group: connection
                .negotiated_key_exchange_group()
                .and_then(|group| group.name().as_str())
                .unwrap_or_default(),
        })
    }

    /// A client's peer, once the handshake is over.
    pub fn peer(&self) -> Option<&Peer> {
        self.client.as_ref()?.peer.as_ref()
    }

    /// The certificate that a server's client was shown, in DER; of a session that was resumed, would have been.
    pub fn certificate(&self) -> Option<&[u8]> {
        let offer = self.offer.as_ref().filter(|_| self.is_secured)?;
        offer.certified.end_entity_cert().ok().map(AsRef::as_ref)
    }

    /// Fills `out` with key material (RFC 5705); false if there is none.
    pub fn export_keying_material(
        &self,
        out: &mut [u8],
        label: &[u8],
        context: Option<&[u8]>,
    ) -> bool {
        self.running().is_some_and(|connection| {
            connection
                .export_keying_material(out, label, context)
                .is_ok()
        })
    }
}

/// What a client's first message led to.
enum Greeting {
    Incomplete,
    Known(Box<Connection>, Arc<Offer>),
    /// No TLS, or nothing in common with this side: nothing was sent.
    Foreign,
}

/// Takes of `cipher` what belongs to a client's first message, at least.
fn greet(acceptor: &mut Acceptor, cipher: &mut &[u8], contexts: &Contexts) -> Greeting {
    let accepted = loop {
        if cipher.is_empty() {
            return Greeting::Incomplete;
        }
        if acceptor.read_tls(cipher).is_err() {
            return Greeting::Foreign;
        }
        match acceptor.accept() {
            Ok(None) => {}
            Ok(Some(accepted)) => break accepted,
            Err(_) => return Greeting::Foreign,
        }
    };
    let Some(offer) = contexts.select(&accepted.client_hello()) else {
        return Greeting::Foreign;
    };
    match accepted.into_connection(offer.config.clone()) {
        Ok(connection) => Greeting::Known(Box::new(Connection::Server(connection)), offer),
        Err(_) => Greeting::Foreign,
    }
}

/// Goes on with a connection; `Some` if nothing more can be read.
fn advance(connection: &mut Connection, mut cipher: &[u8], plain: &mut BytesMut) -> Option<End> {
    // Room for all at once: it becomes content that is given away as it is.
    plain.reserve(cipher.len());
    loop {
        let processed = connection.process_new_packets();
        let mut reader = connection.reader();
        while let Ok(chunk @ [_, ..]) = reader.fill_buf() {
            plain.extend_from_slice(chunk);
            let length = chunk.len();
            reader.consume(length);
        }
        match processed {
            Err(error) if is_mere_end(&error) => return Some(End::Closed),
            Err(error) => return Some(End::Failed(Failure::from(&error))),
            Ok(state) if state.peer_has_closed() => return Some(End::Closed),
            Ok(_) if cipher.is_empty() => return None,
            Ok(_) => {}
        }
        if !take(connection, &mut cipher) {
            return Some(End::Failed("excessive message size".into()));
        }
    }
}

/// Gives a connection as much of `cipher` as it has room for. False if it has none.
fn take(connection: &mut Connection, cipher: &mut &[u8]) -> bool {
    let before = cipher.len();
    // It takes some kilobytes at a time, and fails when it is full.
    while !cipher.is_empty() && connection.read_tls(cipher).is_ok() {}
    cipher.len() < before
}
