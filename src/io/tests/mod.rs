mod client;
mod direct_content;
mod guarded;
#[cfg(loom_model)]
mod interleavings;
mod javascript_lead;
mod output;
mod reading;
mod secure;
mod secure_clients;
pub(super) mod stage;
mod threads;
mod times;
