//! Whom a client trusts, and whether a server's certificate follows from that.

use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath, anchor_from_trusted_cert};

use crate::tls::certificate::Certificate;

/// Certificates that are trusted.
#[derive(Debug)]
pub struct Roots {
    anchors: Vec<TrustAnchor<'static>>,
    /// The certificates of the anchors, in the same order.
    certificates: Vec<CertificateDer<'static>>,
    /// Those that are issued by others: with OpenSSL, too, they are only a way to a root.
    others: Vec<CertificateDer<'static>>,
}

impl Roots {
    /// Certificates in DER. One that cannot be read is left out, and so is not trusted.
    pub fn new(certificates: Vec<Vec<u8>>) -> Self {
        let mut roots = Self {
            anchors: Vec::new(),
            certificates: Vec::new(),
            others: Vec::new(),
        };
        for der in certificates.into_iter().map(CertificateDer::from) {
            let is_root = Certificate::read(&der).map(|read| read.is_self_issued());
            match is_root {
                Some(true) => {
                    let anchor = anchor_from_trusted_cert(&der).map(|anchor| anchor.to_owned());
                    if let Ok(anchor) = anchor {
                        roots.anchors.push(anchor);
                        roots.certificates.push(der);
                    }
                }
                Some(false) => roots.others.push(der),
                None => {}
            }
        }
        roots
    }

    /// Whether a server may be trusted that has shown `chain`, its own certificate first. Whose names that is for, is
    /// not looked at.
    ///
    /// # Errors
    /// Fails with what is wrong; OpenSSL may see that otherwise.
    pub fn verify(&self, chain: &[CertificateDer<'_>], now: UnixTime) -> Result<(), String> {
        let (own, between) = chain.split_first().ok_or("there is no certificate")?;
        let read = Certificate::read(own).ok_or("the certificate cannot be read")?;
        if read.is_self_issued() && self.certificates.contains(own) {
            return match read.is_valid_at(now) && read.is_servers_own() {
                true => Ok(()),
                false => Err("the certificate is trusted, and not valid".into()),
            };
        }
        if !read.may_speak_tls() {
            return Err("the certificate's key is for something else".into());
        }
        let between: Vec<_> = between.iter().chain(&self.others).cloned().collect();
        let certificate = EndEntityCert::try_from(own).map_err(|error| error.to_string())?;
        let verified = certificate.verify_for_usage(
            default_provider().signature_verification_algorithms.all,
            &self.anchors,
            &between,
            now,
            KeyUsage::server_auth(),
            None,
            Some(&|path| self.check(read, path, now)),
        );
        verified.map(|_| ()).map_err(|error| error.to_string())
    }

    /// What webpki does not look at. `own`: the certificate at the lower end of the path.
    fn check(
        &self,
        own: Certificate<'_>,
        path: &VerifiedPath<'_>,
        now: UnixTime,
    ) -> Result<(), webpki::Error> {
        let issuer = |issued: Certificate<'_>, der, between| {
            Certificate::read(der).filter(|read| {
                read.may_issue(between) && read.is_valid_at(now) && issued.may_be_of(read)
            })
        };
        let anchor = path.anchor();
        let between: Vec<_> = path
            .intermediate_certificates()
            .map(|it| it.der())
            .collect();
        let mut roots = self.anchors.iter().zip(&self.certificates);
        let last = between
            .iter()
            .try_fold(own, |below, der| issuer(below, der, 0));
        last.filter(|last| {
            roots.any(|(known, der)| known == anchor && issuer(*last, der, between.len()).is_some())
        })
        .map(|_| ())
        .ok_or(webpki::Error::UnknownIssuer)
    }
}
