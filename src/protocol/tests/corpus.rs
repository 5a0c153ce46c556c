//! The fuzz targets' seeds, run without a fuzzer.

use std::fs;
use std::path::Path;

use crate::protocol::trace::{
    assert_agreement_of_chosen_connection, assert_agreement_of_chunks,
    assert_agreement_of_requests, assert_agreement_of_responses,
};

/// Gives each seed of a target to `check`.
pub fn run(target: &str, check: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut seeds = 0;
    for entry in fs::read_dir(&folder).expect("the corpus is in the repository") {
        let seed = fs::read(entry.expect("readable").path()).expect("readable");
        check(&seed);
        seeds += 1;
    }
    assert!(seeds >= 5, "{target} has {seeds} seeds");
}

#[test]
fn request_head() {
    run("request_head", assert_agreement_of_requests);
}

#[test]
fn response_head() {
    run("response_head", assert_agreement_of_responses);
}

#[test]
fn chunked() {
    run("chunked", assert_agreement_of_chunks);
}

#[test]
fn connection() {
    run("connection", assert_agreement_of_chosen_connection);
}
