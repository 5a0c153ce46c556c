//! Alerts of level warning amid a handshake of TLS 1.2. rustls passes them over, also those by which the peer says
//! that nothing more will come, without telling its caller.

use crate::tls::End;

const HEADER: usize = 5;
const ALERT: u8 = 21;
/// An alert that is not encrypted has two bytes: the level and what it says.
const CLEAR_ALERT: usize = HEADER + 2;

/// Goes along with what arrives until the handshake is over.
#[derive(Debug, Default)]
pub struct Warnings {
    /// The beginning of a record, of an alert all of it.
    record: [u8; CLEAR_ALERT],
    length: usize,
    /// Bytes of the record that are skipped.
    skips: usize,
}

impl Warnings {
    /// The end that one of the alerts among these bytes tells.
    pub fn find(&mut self, mut bytes: &[u8]) -> Option<End> {
        let mut end = None;
        loop {
            let skipped = self.skips.min(bytes.len());
            self.skips -= skipped;
            bytes = &bytes[skipped..];
            let [first, rest @ ..] = bytes else {
                return end;
            };
            self.record[self.length] = *first;
            self.length += 1;
            bytes = rest;
            end = end.or(self.look());
        }
    }

    fn look(&mut self) -> Option<End> {
        let [kind, _, _, high, low, level, description] = self.record;
        let length = usize::from(u16::from_be_bytes([high, low]));
        match self.length {
            HEADER if kind != ALERT || HEADER + length != CLEAR_ALERT => {
                self.length = 0;
                self.skips = length;
                None
            }
            CLEAR_ALERT => {
                self.length = 0;
                (level == 1).then(|| meaning(description)).flatten()
            }
            _ => None,
        }
    }
}

/// What OpenSSL makes of a warning.
fn meaning(description: u8) -> Option<End> {
    match description {
        0 => Some(End::Closed),
        100 => Some(End::Failed("no renegotiation".into())),
        _ => None,
    }
}
