//! How long a connection may stay idle.

/// What limits the rest of an idle connection.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Rest {
    /// The agent's timeout in milliseconds, 0 for none.
    pub own: u64,
    /// The seconds of the server's `Keep-Alive: timeout=`.
    pub announced: Option<u64>,
    /// Milliseconds by which we are earlier than the server, so that no request meets its close.
    pub buffer: u64,
}

/// What is to become of a connection that is put into the pool.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Idle {
    /// Nothing limits its rest.
    Forever,
    /// Closed after so many milliseconds.
    For(u64),
    /// Not kept: the server is about to close it.
    Close,
}

impl Rest {
    /// How long the connection may stay idle.
    pub fn idle(self) -> Idle {
        let own = match self.own {
            0 => Idle::Forever,
            own => Idle::For(own),
        };
        let Some(seconds) = self.announced else {
            return own;
        };
        match seconds.saturating_mul(1000).saturating_sub(self.buffer) {
            0 => Idle::Close,
            announced if announced < self.own => Idle::For(announced),
            _ => own,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idle(own: u64, announced: Option<u64>, buffer: u64) -> Idle {
        let rest = Rest {
            own,
            announced,
            buffer,
        };
        rest.idle()
    }

    #[test]
    fn the_shorter_of_the_two_counts() {
        assert_eq!(idle(5000, None, 1000), Idle::For(5000));
        assert_eq!(idle(5000, Some(3), 1000), Idle::For(2000));
        assert_eq!(idle(5000, Some(60), 1000), Idle::For(5000));
        assert_eq!(idle(0, None, 1000), Idle::Forever);
    }

    #[test]
    fn an_agent_without_a_timeout_ignores_the_servers() {
        assert_eq!(idle(0, Some(3), 1000), Idle::Forever);
    }

    #[test]
    fn a_connection_about_to_be_closed_is_not_kept() {
        assert_eq!(idle(5000, Some(1), 1000), Idle::Close);
        assert_eq!(idle(0, Some(0), 0), Idle::Close);
        assert_eq!(idle(5000, Some(1), 999), Idle::For(1));
    }

    #[test]
    fn absurd_announcements_do_not_overflow() {
        assert_eq!(idle(5000, Some(u64::MAX), 0), Idle::For(5000));
    }
}
