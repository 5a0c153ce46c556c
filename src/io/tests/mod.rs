mod client;
mod direct_content;
mod guarded;
#[cfg(loom_model)]
mod interleavings;
mod javascript_lead;
mod output;
mod reading;
#[cfg(feature = "tls")]
mod secure;
#[cfg(feature = "tls")]
mod secure_clients;
pub(super) mod stage;
mod threads;
mod times;
