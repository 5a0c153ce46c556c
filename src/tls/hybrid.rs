//! The key exchange X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem): secure as long as one
//! of its halves is.

use libcrux_ml_kem::mlkem768::{self, MlKem768PrivateKey, MlKem768PublicKey};
use rustls::crypto::ring::{default_provider, kx_group::X25519};
use rustls::crypto::{
    ActiveKeyExchange, CompletedKeyExchange, GetRandomFailed, SecureRandom, SharedSecret,
    SupportedKxGroup,
};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::{Error, NamedGroup, PeerMisbehaved, ProtocolVersion};
use zeroize::{Zeroize, Zeroizing};

/// Bytes of the client's public key of ML-KEM-768, which stands before that of X25519.
const PUBLIC_KEY: usize = 1184;
/// Bytes of the server's answer to it.
const CIPHERTEXT: usize = 1088;

/// The key exchange of X25519 and ML-KEM-768 together, as the module's comment describes it.
#[derive(Debug)]
pub struct X25519MlKem768;

impl SupportedKxGroup for X25519MlKem768 {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let (quantum, public) = mlkem768::generate_key_pair(*random_bytes()?).into_parts();
        let quantum = Wiped(quantum);
        let classical = X25519.start()?;
        let public_key = [&public.as_slice()[..], classical.pub_key()].concat();
        Ok(Box::new(Begun {
            quantum: quantum.boxed(),
            classical,
            public_key,
        }))
    }

    fn start_and_complete(&self, peer_pub_key: &[u8]) -> Result<CompletedKeyExchange, Error> {
        let (quantum, classical) = halves::<PUBLIC_KEY>(peer_pub_key)?;
        let quantum = MlKem768PublicKey::from(quantum);
        if !mlkem768::validate_public_key(&quantum) {
            return Err(PeerMisbehaved::InvalidKeyShare.into());
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

/// A private key that is overwritten when it is dropped.
struct Wiped(MlKem768PrivateKey);

impl Wiped {
    /// Where it stays: a move would leave a copy behind.
    fn boxed(&self) -> Box<Self> {
        Box::new(Self(self.0.clone()))
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0[0..].zeroize();
    }
}

/// What a client has begun.
struct Begun {
    quantum: Box<Wiped>,
    classical: Box<dyn ActiveKeyExchange>,
    public_key: Vec<u8>,
}

impl ActiveKeyExchange for Begun {
    fn complete(self: Box<Self>, peer_pub_key: &[u8]) -> Result<SharedSecret, Error> {
        let (quantum, classical) = halves::<CIPHERTEXT>(peer_pub_key)?;
        let classical = self.classical.complete(classical)?;
        let shared = mlkem768::decapsulate(&self.quantum.0, &quantum.into());
        let shared = Zeroizing::new(shared);
        let secret = Zeroizing::new([&shared[..], classical.secret_bytes()].concat());
        Ok(SharedSecret::from(&secret[..]))
    }

    fn hybrid_component(&self) -> Option<(NamedGroup, &[u8])> {
        Some((self.classical.group(), self.classical.pub_key()))
    }

    fn complete_hybrid_component(
        self: Box<Self>,
        peer_pub_key: &[u8],
    ) -> Result<SharedSecret, Error> {
        self.classical.complete(peer_pub_key)
    }

    fn pub_key(&self) -> &[u8] {
        &self.public_key
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::X25519MLKEM768
    }
}

/// What the peer has sent for ML-KEM, and for X25519.
fn halves<const N: usize>(share: &[u8]) -> Result<([u8; N], &[u8]), Error> {
    let halves = share
        .split_first_chunk()
        .ok_or(PeerMisbehaved::InvalidKeyShare)?;
    Ok((*halves.0, halves.1))
}

fn random_bytes<const N: usize>() -> Result<Zeroizing<[u8; N]>, GetRandomFailed> {
    let mut bytes = Zeroizing::new([0; N]);
    let random: &dyn SecureRandom = default_provider().secure_random;
    random.fill(&mut bytes[..])?;
    Ok(bytes)
}
