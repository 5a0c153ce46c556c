mod client;
mod guarded;
#[cfg(loom_model)]
mod interleavings;
mod output;
mod reading;
pub(super) mod stage;
mod threads;
mod times;
