//! The moves of the pool. A connection is dialled, busy, idle, and gone; a request waits or is sent.

use crate::agent::idle::{Idle, Rest};

/// Limits of an agent. Not integers, because `Infinity` and fractions are allowed in JavaScript.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Connections to one origin (`maxSockets`), idle ones included.
    pub per_origin: f64,
    /// Connections to all origins (`maxTotalSockets`).
    pub total: f64,
    /// Idle connections to one origin (`maxFreeSockets`).
    pub idle: f64,
}

/// The counts of one origin, and of all together.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Origin {
    /// Connections to this origin that wait for a request.
    pub idle: u32,
    /// Connections to this origin that are dialled or carry a request.
    pub busy: u32,
    /// Connections to all origins.
    pub total: u32,
    /// Requests to this origin that wait for a connection.
    pub waiting: u32,
}

/// What to do with a new request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Take {
    /// Send it on the idle connection at this place; the oldest is at 0.
    Reuse(u32),
    Dial,
    /// Let it wait until a connection is free or gone.
    Wait,
}

/// What to do with a connection whose request is done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Park {
    /// Send the request that waits longest.
    Serve,
    /// Keep it, unless its rest says that the server is about to close it.
    Keep(Idle),
    Close,
}

/// What to do when a connection is gone, or has left the busy ones.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum Removed {
    Nothing = 0,
    /// Dial for a request to the same origin.
    Dial = 1,
    /// Dial for a request to another origin, which may have waited for the total to go down.
    DialElsewhere = 2,
}

/// Which of the idle connections is used first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheduling {
    /// The one that has been idle longest: spreads the requests.
    Fifo,
    /// The one that was used last: the least likely to have been closed by the server.
    Lifo,
}

impl Scheduling {
    /// The place of the connection to take among `idle` ones, oldest first.
    fn pick(self, idle: u32) -> Option<u32> {
        match self {
            _ if idle == 0 => None,
            Self::Fifo => Some(0),
            Self::Lifo => Some(idle - 1),
        }
    }
}

impl Limits {
    /// Decides about a new request.
    pub fn take(&self, origin: Origin, scheduling: Scheduling) -> Take {
        if let Some(place) = scheduling.pick(origin.idle) {
            debug_assert!(place < origin.idle, "the place is taken");
            Take::Reuse(place)
        } else if f64::from(origin.busy) < self.per_origin && f64::from(origin.total) < self.total {
            Take::Dial
        } else {
            Take::Wait
        }
    }

    /// Decides about a connection whose request is done; it counts as busy. `persists`: agent,
    /// request and answer all want it kept.
    pub fn park(&self, origin: Origin, persists: bool, rest: Rest) -> Park {
        let open = f64::from(origin.idle) + f64::from(origin.busy);
        // Limits may have been lowered since the connection was made.
        let has_room = f64::from(origin.total) <= self.total
            && open <= self.per_origin
            && f64::from(origin.idle) < self.idle;
        if origin.waiting > 0 {
            Park::Serve
        } else if persists && has_room {
            Park::Keep(rest.idle())
        } else {
            Park::Close
        }
    }
}

/// Decides for whom to dial when a connection to `here` is gone. `elsewhere` is the origin whose
/// requests have waited longest apart from `here`.
pub fn removed(here: Origin, elsewhere: Origin) -> Removed {
    if here.waiting > 0 {
        Removed::Dial
    } else if elsewhere.waiting > 0 && elsewhere.busy == 0 {
        // With a busy connection it would be served by that.
        Removed::DialElsewhere
    } else {
        Removed::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Any time.
    const REST: Rest = Rest {
        own: 0,
        announced: None,
        buffer: 0,
    };
    const KEEP: Park = Park::Keep(Idle::Forever);
    const UNLIMITED: Limits = Limits {
        per_origin: f64::INFINITY,
        total: f64::INFINITY,
        idle: 256.0,
    };

    #[test]
    fn an_idle_connection_is_used_before_one_is_dialled() {
        let idle = Origin {
            idle: 1,
            total: 1,
            ..Origin::default()
        };
        assert_eq!(UNLIMITED.take(idle, Scheduling::Fifo), Take::Reuse(0));
        assert_eq!(
            UNLIMITED.take(Origin::default(), Scheduling::Fifo),
            Take::Dial
        );
    }

    #[test]
    fn requests_wait_at_either_limit() {
        let busy = Origin {
            busy: 2,
            total: 2,
            ..Origin::default()
        };
        let per_origin = Limits {
            per_origin: 2.0,
            ..UNLIMITED
        };
        let total = Limits {
            total: 2.0,
            ..UNLIMITED
        };
        assert_eq!(per_origin.take(busy, Scheduling::Fifo), Take::Wait);
        assert_eq!(total.take(busy, Scheduling::Fifo), Take::Wait);
        assert_eq!(UNLIMITED.take(busy, Scheduling::Fifo), Take::Dial);
    }

    #[test]
    fn a_waiting_request_goes_before_keeping() {
        let origin = Origin {
            busy: 1,
            total: 1,
            waiting: 1,
            ..Origin::default()
        };
        assert_eq!(UNLIMITED.park(origin, false, REST), Park::Serve);
        assert_eq!(UNLIMITED.park(origin, true, REST), Park::Serve);
    }

    #[test]
    fn idle_connections_are_limited() {
        let limits = Limits {
            idle: 1.0,
            ..UNLIMITED
        };
        let mut origin = Origin {
            busy: 2,
            total: 2,
            ..Origin::default()
        };
        assert_eq!(limits.park(origin, true, REST), KEEP);
        assert_eq!(limits.park(origin, false, REST), Park::Close);
        origin.idle = 1;
        assert_eq!(limits.park(origin, true, REST), Park::Close);
    }

    #[test]
    fn a_lowered_limit_closes_what_is_above_it() {
        let origin = Origin {
            busy: 3,
            total: 3,
            ..Origin::default()
        };
        let limits = Limits {
            per_origin: 2.0,
            ..UNLIMITED
        };
        assert_eq!(limits.park(origin, true, REST), Park::Close);
    }

    #[test]
    fn how_long_a_connection_is_kept_is_decided_with_it() {
        let busy = Origin {
            busy: 1,
            total: 1,
            ..Origin::default()
        };
        let rest = |seconds| Rest {
            own: 5000,
            announced: Some(seconds),
            buffer: 1000,
        };
        assert_eq!(
            UNLIMITED.park(busy, true, rest(3)),
            Park::Keep(Idle::For(2000))
        );
        assert_eq!(UNLIMITED.park(busy, true, rest(1)), Park::Keep(Idle::Close));
        assert_eq!(UNLIMITED.park(busy, false, rest(3)), Park::Close);
    }

    #[test]
    fn a_place_that_is_free_goes_to_the_same_origin_first() {
        let none = Origin::default();
        let waiting = Origin { waiting: 1, ..none };
        assert_eq!(removed(waiting, waiting), Removed::Dial);
        assert_eq!(removed(none, waiting), Removed::DialElsewhere);
        assert_eq!(removed(none, none), Removed::Nothing);
    }

    #[test]
    fn another_origin_that_has_a_connection_waits_for_that() {
        let served = Origin {
            waiting: 2,
            busy: 1,
            ..Origin::default()
        };
        assert_eq!(removed(Origin::default(), served), Removed::Nothing);
    }

    #[test]
    fn scheduling_takes_the_oldest_or_the_newest() {
        assert_eq!(Scheduling::Fifo.pick(3), Some(0));
        assert_eq!(Scheduling::Lifo.pick(3), Some(2));
        assert_eq!(Scheduling::Lifo.pick(0), None);
    }

    /// Two origins of one agent that do what is decided; requests have no answer but are counted.
    #[derive(Default)]
    struct Pool {
        origins: [Origin; 2],
        asked: u32,
        begun: u32,
    }

    impl Pool {
        /// The origin as it is asked about: with the total of both.
        fn seen(&self, at: usize) -> Origin {
            let open = |origin: &Origin| origin.idle + origin.busy;
            Origin {
                total: self.origins.iter().map(open).sum(),
                ..self.origins[at]
            }
        }

        fn dial(&mut self, at: usize) {
            self.origins[at].busy += 1;
            self.begun += 1;
        }

        fn request(&mut self, limits: Limits, at: usize, scheduling: Scheduling) {
            self.asked += 1;
            match limits.take(self.seen(at), scheduling) {
                Take::Reuse(place) => {
                    assert!(place < self.origins[at].idle, "a place in the list");
                    self.origins[at].idle -= 1;
                    self.dial(at);
                }
                Take::Dial => self.dial(at),
                Take::Wait => self.origins[at].waiting += 1,
            }
        }

        fn free(&mut self, limits: Limits, at: usize, persists: bool) {
            match limits.park(self.seen(at), persists, REST) {
                Park::Serve => {
                    self.origins[at].waiting -= 1;
                    self.begun += 1;
                }
                Park::Keep(_) => {
                    self.origins[at].idle += 1;
                    self.remove(at);
                }
                Park::Close => self.remove(at),
            }
        }

        fn remove(&mut self, at: usize) {
            self.origins[at].busy -= 1;
            let served = match removed(self.origins[at], self.origins[1 - at]) {
                Removed::Nothing => return,
                Removed::Dial => at,
                Removed::DialElsewhere => 1 - at,
            };
            self.origins[served].waiting -= 1;
            self.dial(served);
        }

        fn step(&mut self, limits: Limits, step: u8) {
            let at = usize::from(step >> 7);
            match step % 4 {
                0 => self.request(limits, at, Scheduling::Fifo),
                1 => self.request(limits, at, Scheduling::Lifo),
                2 if self.origins[at].busy > 0 => self.free(limits, at, step & 4 == 0),
                3 if self.origins[at].busy > 0 => self.remove(at),
                _ => {}
            }
        }

        fn check(&self, limits: Limits) -> Result<(), TestCaseError> {
            for origin in self.origins {
                prop_assert!(f64::from(origin.idle + origin.busy) <= limits.per_origin);
                prop_assert!(f64::from(origin.idle) <= limits.idle);
                prop_assert!(
                    origin.waiting == 0 || origin.idle == 0,
                    "none waits beside an idle one"
                );
            }
            let [a, b] = self.origins;
            let open = |origin: Origin| origin.idle + origin.busy;
            prop_assert!(
                a.waiting + b.waiting == 0 || open(a) + open(b) > 0,
                "a request waits only for a connection that is there"
            );
            prop_assert_eq!(self.asked, self.begun + a.waiting + b.waiting);
            Ok(())
        }
    }

    /// Makes the moves, and checks what holds after each.
    fn run(limits: Limits, moves: &[u8]) -> Result<(), TestCaseError> {
        let mut pool = Pool::default();
        for &step in moves {
            pool.step(limits, step);
            pool.check(limits)?;
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if cfg!(miri) { 10 } else { 256 },
            ..ProptestConfig::default()
        })]

        #[test]
        fn limits_hold_and_no_request_is_lost(
            per_origin in 1u8..6, total in 1u8..6, idle in 0u8..4,
            moves in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let limits = Limits {
                per_origin: per_origin.into(),
                total: total.into(),
                idle: idle.into(),
            };
            run(limits, &moves)?;
        }

        #[test]
        fn one_origin_keeps_the_total(
            per_origin in 1u8..6, total in 1u8..6, idle in 0u8..4,
            moves in proptest::collection::vec(0u8..0x80, 0..200),
        ) {
            let limits = Limits {
                per_origin: per_origin.into(),
                total: total.into(),
                idle: idle.into(),
            };
            let mut pool = Pool::default();
            for step in moves {
                pool.step(limits, step);
                prop_assert!(f64::from(pool.seen(0).total) <= limits.total);
            }
        }
    }
}
