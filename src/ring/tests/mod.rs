#[cfg(loom_model)]
mod interleavings;
