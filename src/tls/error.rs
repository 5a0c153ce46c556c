//! What can go wrong, in OpenSSL's terms as far as those fit.

use rustls::AlertDescription;

/// An error of this room: what a server or a client cannot be configured with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no certificate for all names")]
    NoCertificate,
    #[error("there is a private key of another kind than RSA, ECDSA P-256 or P-384, Ed25519")]
    Key,
    #[error("there is the cipher {0}")]
    Cipher(String),
    #[error("no protocol version is TLS 1.2 or 1.3")]
    Version,
    #[error("{0} is no name that can be asked for")]
    Name(String),
    #[error("{0}")]
    Configuration(#[from] rustls::Error),
}

/// Why a connection failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Failure {
    /// The number of the alert that the peer has sent, if that is the reason.
    pub alert: Option<u8>,
    /// OpenSSL's words, in the case of an alert without its family.
    pub reason: &'static str,
}

impl From<&'static str> for Failure {
    /// Not because of an alert.
    fn from(reason: &'static str) -> Self {
        Self {
            alert: None,
            reason,
        }
    }
}

impl From<&rustls::Error> for Failure {
    fn from(error: &rustls::Error) -> Self {
        Self::from(match error {
            rustls::Error::AlertReceived(alert) => {
                return Self {
                    alert: Some(u8::from(*alert)),
                    reason: words(*alert).unwrap_or_default(),
                };
            }
            rustls::Error::DecryptError => "decryption failed or bad record mac",
            rustls::Error::PeerSentOversizedRecord => "encrypted length too long",
            rustls::Error::InvalidMessage(_) => "wrong version number",
            _ => "unexpected message",
        })
    }
}

/// Whether it is an alert that ends the connection without being a failure: one that the peer ends with, as
/// rustls tells that amid a handshake, or one that OpenSSL has no words for.
pub(crate) fn is_mere_end(error: &rustls::Error) -> bool {
    matches!(error, rustls::Error::AlertReceived(alert) if words(*alert).is_none())
}

/// OpenSSL's words for an alert.
fn words(alert: AlertDescription) -> Option<&'static str> {
    Some(match alert {
        AlertDescription::UnexpectedMessage => "unexpected message",
        AlertDescription::BadRecordMac => "bad record mac",
        AlertDescription::RecordOverflow => "record overflow",
        AlertDescription::HandshakeFailure => "handshake failure",
        AlertDescription::BadCertificate => "bad certificate",
        AlertDescription::UnsupportedCertificate => "unsupported certificate",
        AlertDescription::CertificateRevoked => "certificate revoked",
        AlertDescription::CertificateExpired => "certificate expired",
        AlertDescription::CertificateUnknown => "certificate unknown",
        AlertDescription::IllegalParameter => "illegal parameter",
        AlertDescription::UnknownCA => "unknown ca",
        AlertDescription::AccessDenied => "access denied",
        AlertDescription::DecodeError => "decode error",
        AlertDescription::DecryptError => "decrypt error",
        AlertDescription::ProtocolVersion => "protocol version",
        AlertDescription::InsufficientSecurity => "insufficient security",
        AlertDescription::InternalError => "internal error",
        AlertDescription::InappropriateFallback => "inappropriate fallback",
        AlertDescription::UserCanceled => "user cancelled",
        AlertDescription::NoRenegotiation => "no renegotiation",
        AlertDescription::UnrecognisedName => "unrecognized name",
        AlertDescription::MissingExtension => "missing extension",
        AlertDescription::CertificateRequired => "certificate required",
        AlertDescription::DecryptionFailed => "decryption failed",
        AlertDescription::DecompressionFailure => "decompression failure",
        AlertDescription::NoCertificate => "no certificate",
        AlertDescription::ExportRestriction => "export restriction",
        AlertDescription::UnsupportedExtension => "unsupported extension",
        AlertDescription::CertificateUnobtainable => "certificate unobtainable",
        AlertDescription::BadCertificateStatusResponse => "bad certificate status response",
        AlertDescription::BadCertificateHashValue => "bad certificate hash value",
        AlertDescription::UnknownPSKIdentity => "unknown psk identity",
        AlertDescription::NoApplicationProtocol => "no application protocol",
        _ => return None,
    })
}
