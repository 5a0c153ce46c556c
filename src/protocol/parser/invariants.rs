//! Invariants of a parser between two calls, checked in debug builds.

use super::{Parser, Phase};

impl Parser {
    pub(super) fn check(&self) {
        let collects = matches!(
            self.phase,
            Phase::StartLine | Phase::Fields | Phase::Trailers
        );
        debug_assert!(
            collects || self.text.len() == 0,
            "text is held only while a head or a trailer section arrives"
        );
        debug_assert!(
            self.phase != Phase::Length(0),
            "a message whose content is here is complete"
        );
    }

    /// A step that began in `before` has consumed `bytes`, or else it has come to another place: so
    /// parsing ends.
    pub(super) fn check_step(&self, before: Phase, bytes: usize) {
        // Between two chunks there are places of its own.
        debug_assert!(
            bytes > 0 || self.phase != before || before == Phase::Chunked,
            "each step goes on"
        );
    }
}
