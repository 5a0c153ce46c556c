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
    /// The end that the first alert among these bytes tells, if one does; and the bytes up to there, else all.
    pub fn find(&mut self, bytes: &[u8]) -> (usize, Option<End>) {
        let mut rest = bytes;
        loop {
            let skipped = self.skips.min(rest.len());
            self.skips -= skipped;
            rest = &rest[skipped..];
            let [first, behind @ ..] = rest else {
                return (bytes.len(), None);
            };
            self.record[self.length] = *first;
            self.length += 1;
            rest = behind;
            if let Some(end) = self.look() {
                return (bytes.len() - rest.len(), Some(end));
            }
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
