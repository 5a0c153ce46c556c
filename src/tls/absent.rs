//! In the place of TLS where that was left out when the addon was built: nothing can be configured, so that
//! there is never a session.

use std::io::{self, IoSlice, Write};
use std::sync::Arc;

use bytes::BytesMut;

use crate::tls::{Agreement, ClientOptions, Context, Error, Opened, Options, Peer};

/// There is none.
#[derive(Debug)]
pub struct Contexts(());

impl Contexts {
    pub fn new(_: Options) -> Result<Self, Error> {
        Err(Error::Absent)
    }

    pub fn with(&self, _: Context) -> Result<Self, Error> {
        Err(Error::Absent)
    }

    pub fn ciphers() -> impl Iterator<Item = &'static str> {
        std::iter::empty()
    }

    pub fn handshake_timeout(&self) -> u32 {
        0
    }
}

/// Trusts no certificate.
#[derive(Debug)]
pub struct Roots(());

impl Roots {
    pub fn new(_: Vec<Vec<u8>>) -> Self {
        Self(())
    }
}

/// There is none.
#[derive(Debug)]
pub struct ClientContext(());

impl ClientContext {
    pub fn new(_: ClientOptions, _: Arc<Roots>) -> Result<Self, Error> {
        Err(Error::Absent)
    }
}

/// There is none: it takes `Contexts` or a `ClientContext`.
#[derive(Debug)]
pub struct Session(());

impl Session {
    pub fn new(_: &Arc<Contexts>) -> Self {
        Self(())
    }

    pub fn of_client(_: &Arc<ClientContext>) -> Result<Self, Error> {
        Err(Error::Absent)
    }

    pub fn release(&mut self) {}

    pub fn withholds(&self) -> bool {
        false
    }

    pub fn peer(&self) -> Option<&Peer> {
        None
    }

    pub fn open(&mut self, _: &[u8], _: &mut BytesMut) -> Opened {
        Opened::default()
    }

    pub fn has_begun(&self) -> bool {
        false
    }

    pub fn seal(&mut self, _: &[IoSlice<'_>]) -> usize {
        0
    }

    pub fn unsent(&self) -> usize {
        0
    }

    pub fn send(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    pub fn say_end(&mut self) {}

    pub fn agreement(&self) -> Option<Agreement> {
        None
    }

    pub fn certificate(&self) -> Option<&[u8]> {
        None
    }

    pub fn export_keying_material(&self, _: &mut [u8], _: &[u8], _: Option<&[u8]>) -> bool {
        false
    }
}
