//! Invariants of a connection, checked in debug builds.

use super::Connection;
use crate::io::input::Reading;

impl Connection {
    /// Its last record is about to be posted. No lock on a half may be held.
    pub(super) fn check_gone(&self) {
        if !cfg!(debug_assertions) {
            return;
        }
        {
            let input = self.input();
            assert!(
                input.socket.is_none(),
                "the read side has let go of the socket"
            );
            assert!(
                matches!(input.reading, Reading::Gone),
                "nothing more is read"
            );
        }
        let outgoing = self.outgoing();
        assert!(
            outgoing.socket().is_none(),
            "the write side has let go of the socket"
        );
        assert_eq!(outgoing.pending(), 0, "nothing more is sent");
    }
}
