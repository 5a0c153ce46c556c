//! What becomes of a session whose peer sends other bytes than it should, to compare it: the same bytes
//! cut in different ways; and of certificates that are not to be trusted. For tests and fuzz targets only.

use std::io::IoSlice;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use rustls::pki_types::UnixTime;

use crate::tls::{
    ClientContext, ClientOptions, Context, Contexts, End, Identity, Opened, Options, Roots, Session,
};

/// Bytes of a choice; see `Choice::of`.
const CHOICE: usize = 8;
/// More than a session answers to what it is given here.
const ANSWER_LIMIT: usize = 64 * 1024;
/// When the tests' certificate is valid.
const NOW: Duration = Duration::from_secs(1_800_000_000);

/// Who is given other bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    Server,
    Client,
}

/// What of an honest peer comes before them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    Nothing,
    FirstFlight,
    Handshake,
    Content,
}

struct Choice<'a> {
    stage: Stage,
    /// The place of the client's context.
    version: usize,
    /// Bytes at the end of what comes before that do not come: none, or so many of the last record that nothing is
    /// there in their place by chance.
    missing: usize,
    /// Lengths of pieces.
    lengths: &'a [u8],
}

impl<'a> Choice<'a> {
    fn of(choices: &'a [u8]) -> Self {
        let byte = |at: usize| choices.get(at).copied().unwrap_or(0);
        Self {
            stage: match byte(0) & 3 {
                0 => Stage::Nothing,
                1 => Stage::FirstFlight,
                2 => Stage::Handshake,
                _ => Stage::Content,
            },
            version: usize::from(byte(0) >> 2 & 1),
            missing: match usize::from(byte(1)) % 30 {
                0..12 => 0,
                missing => missing,
            },
            lengths: choices.get(2..).unwrap_or_default(),
        }
    }
}

#[derive(Debug, Eq, PartialEq)]
struct Outcome {
    secured: bool,
    plain: BytesMut,
    end: Option<String>,
}

/// A server, and clients that speak TLS 1.3 and 1.2 alone.
#[derive(Debug)]
pub struct Peers {
    contexts: Arc<Contexts>,
    clients: [Arc<ClientContext>; 2],
    /// What these clients have said first: each time it would be in another order.
    hellos: [Vec<u8>; 2],
}

impl Peers {
    /// # Panics
    /// If nothing can be configured with this identity.
    pub fn new(identity: Identity) -> Self {
        let ciphers: Vec<String> = Contexts::ciphers().map(str::to_owned).collect();
        let clients = [true, false].map(|is_13| {
            let options = ClientOptions {
                ciphers: ciphers.clone(),
                tls12: !is_13,
                tls13: is_13,
                server_name: Some("a.test".to_owned()),
                ..ClientOptions::default()
            };
            let roots = Arc::new(Roots::new(identity.chain.clone()));
            Arc::new(ClientContext::new(options, roots).expect("a client's options"))
        });
        let options = Options {
            contexts: vec![Context {
                name: None,
                identities: vec![identity],
            }],
            ciphers,
            tls12: true,
            tls13: true,
            ..Options::default()
        };
        Self {
            contexts: Arc::new(Contexts::new(options).expect("a server's options")),
            hellos: clients.each_ref().map(|context| sent(&mut client(context))),
            clients,
        }
    }

    /// The first bytes choose, the others arrive: whole, byte by byte and in pieces of chosen lengths, they lead to
    /// the same.
    ///
    /// # Panics
    /// If they do not.
    pub fn assert_agreement(&self, role: Role, data: &[u8]) {
        let (choices, input) = data.split_at(data.len().min(CHOICE));
        let choice = Choice::of(choices);
        let whole = self.outcome(role, &choice, input, |bytes| vec![bytes]);
        let single = self.outcome(role, &choice, input, |bytes| bytes.chunks(1).collect());
        assert_eq!(whole, single, "byte by byte");
        let pieces = self.outcome(role, &choice, input, |mut bytes| {
            let mut pieces = Vec::new();
            for &length in choice.lengths {
                let (piece, rest) = bytes.split_at(bytes.len().min(length.into()));
                pieces.push(piece);
                bytes = rest;
            }
            pieces.push(bytes);
            pieces
        });
        assert_eq!(whole, pieces, "cut");
    }

    fn outcome(
        &self,
        role: Role,
        choice: &Choice<'_>,
        input: &[u8],
        cut: impl FnOnce(&[u8]) -> Vec<&[u8]>,
    ) -> Outcome {
        let (mut session, mut bytes) = self.prepare(role, choice);
        bytes.truncate(bytes.len().saturating_sub(choice.missing));
        bytes.extend_from_slice(input);
        let mut plain = BytesMut::new();
        let mut end = None;
        let mut taken = 0;
        for piece in cut(&bytes) {
            taken += piece.len();
            let opened = session.open(piece, &mut plain);
            if let Some(found) = opened.end {
                if let End::Foreign(kept) = &found {
                    assert_eq!(kept, &bytes[..taken], "Node goes on with all that came");
                }
                end = Some(match found {
                    End::Foreign(_) => "foreign".to_owned(),
                    other => format!("{other:?}"),
                });
                break;
            }
        }
        assert!(sent(&mut session).len() < ANSWER_LIMIT);
        assert_eq!(session.agreement().is_some(), session.is_secured());
        Outcome {
            secured: session.is_secured(),
            plain,
            end,
        }
    }

    /// A session, and what comes of an honest peer before other bytes.
    fn prepare(&self, role: Role, choice: &Choice<'_>) -> (Session, Vec<u8>) {
        let mut server = Session::new(&self.contexts);
        let mut client = client(&self.clients[choice.version]);
        match (choice.stage, role) {
            (Stage::Nothing, _) => {}
            (Stage::FirstFlight, Role::Server) => {
                return (server, self.hellos[choice.version].clone());
            }
            (Stage::FirstFlight, Role::Client) => {
                open(&mut server, &sent(&mut client));
                return (client, sent(&mut server));
            }
            (Stage::Handshake | Stage::Content, _) => {
                while !(server.is_secured() && client.is_secured()) {
                    open(&mut server, &sent(&mut client));
                    open(&mut client, &sent(&mut server));
                }
            }
        }
        client.release();
        let (session, mut peer) = match role {
            Role::Server => (server, client),
            Role::Client => (client, server),
        };
        let mut records = Vec::new();
        if choice.stage == Stage::Content {
            for content in [&b"some "[..], b"content in several ", b"records"] {
                peer.seal(&[IoSlice::new(content)]);
                records.append(&mut sent(&mut peer));
            }
        }
        (session, records)
    }
}

fn client(context: &Arc<ClientContext>) -> Session {
    Session::of_client(context).expect("random numbers")
}

fn sent(session: &mut Session) -> Vec<u8> {
    let mut out = Vec::new();
    session.send(&mut out).expect("memory takes all");
    out
}

fn open(session: &mut Session, bytes: &[u8]) {
    let Opened { end, .. } = session.open(bytes, &mut BytesMut::new());
    assert!(end.is_none(), "an honest peer: {end:?}");
}

/// What a server shows in the place of `identity` is not trusted, whatever it is: nothing else can be signed with that
/// key. A piece of `data` is a certificate, behind two bytes that are its length.
///
/// # Panics
/// If it is.
pub fn assert_no_trust(identity: &Identity, mut data: &[u8]) {
    let own = &identity.chain[0];
    let mut shown = Vec::new();
    while let Some((length, rest)) = data.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (certificate, rest) = rest.split_at(length);
        shown.push(certificate.to_vec());
        data = rest;
    }
    let chain: Vec<_> = shown.iter().map(|der| der.as_slice().into()).collect();
    let now = UnixTime::since_unix_epoch(NOW);
    let trusted = Roots::new(identity.chain.clone()).verify(&chain, now);
    assert!(trusted.is_err() || shown[0] == *own);
    // Roots are given by the program, and may be as odd.
    let _ = Roots::new(shown.clone()).verify(&chain, now);
}
