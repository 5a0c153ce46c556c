//! How long a connection may stay idle.

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

/// `own`: the agent's timeout in milliseconds, 0 for none. `announced`: the seconds of the server's
/// `Keep-Alive: timeout=`. `buffer`: milliseconds by which we are earlier than the server, so that
/// no request meets its close.
pub fn idle_timeout(own: u64, announced: Option<u64>, buffer: u64) -> Idle {
    let rest = |own| {
        if own == 0 {
            Idle::Forever
        } else {
            Idle::For(own)
        }
    };
    let Some(seconds) = announced else {
        return rest(own);
    };
    match seconds.saturating_mul(1000).saturating_sub(buffer) {
        0 => Idle::Close,
        announced if announced < own => Idle::For(announced),
        _ => rest(own),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_of_the_two_counts() {
        assert_eq!(idle_timeout(5000, None, 1000), Idle::For(5000));
        assert_eq!(idle_timeout(5000, Some(3), 1000), Idle::For(2000));
        assert_eq!(idle_timeout(5000, Some(60), 1000), Idle::For(5000));
        assert_eq!(idle_timeout(0, None, 1000), Idle::Forever);
    }

    #[test]
    fn an_agent_without_a_timeout_ignores_the_servers() {
        assert_eq!(idle_timeout(0, Some(3), 1000), Idle::Forever);
    }

    #[test]
    fn a_connection_about_to_be_closed_is_not_kept() {
        assert_eq!(idle_timeout(5000, Some(1), 1000), Idle::Close);
        assert_eq!(idle_timeout(0, Some(0), 0), Idle::Close);
        assert_eq!(idle_timeout(5000, Some(1), 999), Idle::For(1));
    }

    #[test]
    fn absurd_announcements_do_not_overflow() {
        assert_eq!(idle_timeout(5000, Some(u64::MAX), 0), Idle::For(5000));
    }
}
