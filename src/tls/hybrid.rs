//! The key exchange X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem), as a server does it: secure as long as one
//! of its halves is.

use libcrux_ml_kem::mlkem768::{self, MlKem768PublicKey};
use rustls::crypto::ring::{default_provider, kx_group::X25519};
use rustls::crypto::{
    ActiveKeyExchange, CompletedKeyExchange, GetRandomFailed, SecureRandom, SharedSecret,
    SupportedKxGroup,
};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::{Error, NamedGroup, PeerMisbehaved, ProtocolVersion};
use zeroize::Zeroizing;

/// Bytes of the client's public key of ML-KEM-768, which stands before that of X25519.
const PUBLIC_KEY: usize = 1184;

#[derive(Debug)]
pub struct X25519MlKem768;

impl SupportedKxGroup for X25519MlKem768 {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        Err(Error::General("only a client begins this exchange".into()))
    }

    fn start_and_complete(&self, peer_pub_key: &[u8]) -> Result<CompletedKeyExchange, Error> {
        let invalid = || Error::from(PeerMisbehaved::InvalidKeyShare);
        let (quantum, classical) = peer_pub_key
            .split_at_checked(PUBLIC_KEY)
            .ok_or_else(invalid)?;
        let quantum = <[u8; PUBLIC_KEY]>::try_from(quantum).map_err(|_| invalid())?;
        let quantum = MlKem768PublicKey::from(quantum);
        if !mlkem768::validate_public_key(&quantum) {
            return Err(invalid());
        }
        let classical = X25519.start_and_complete(classical)?;
        let (ciphertext, shared) = mlkem768::encapsulate(&quantum, *random_bytes()?);
        let shared = Zeroizing::new(shared);
        let secret = Zeroizing::new([&shared[..], classical.secret.secret_bytes()].concat());
        Ok(CompletedKeyExchange {
            group: self.name(),
            pub_key: [&ciphertext.as_slice()[..], &classical.pub_key[..]].concat(),
            secret: SharedSecret::from(&secret[..]),
        })
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::X25519MLKEM768
    }

    fn usable_for_version(&self, version: ProtocolVersion) -> bool {
        version == ProtocolVersion::TLSv1_3
    }
}

fn random_bytes() -> Result<Zeroizing<[u8; 32]>, GetRandomFailed> {
    let mut bytes = Zeroizing::new([0; 32]);
    let random: &dyn SecureRandom = default_provider().secure_random;
    random.fill(&mut bytes[..])?;
    Ok(bytes)
}
