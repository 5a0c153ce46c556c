//! Build script: sets the link flags a Node addon needs. Does nothing for the pure rooms.

fn main() {
    if std::env::var_os("CARGO_FEATURE_NODE").is_some() {
        napi_build::setup();
    }
}
