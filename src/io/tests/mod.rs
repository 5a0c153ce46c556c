mod client;
#[cfg(loom_model)]
mod interleavings;
mod output;
mod reading;
mod stage;
mod threads;
mod times;
