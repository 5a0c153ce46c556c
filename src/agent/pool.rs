//! The moves of the pool. A connection is dialled, busy, idle, and gone; a request waits or is sent.

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

/// How things stand.
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
#[repr(u32)]
pub enum OnRequest {
    /// Send it on an idle connection.
    Reuse = 0,
    Dial = 1,
    /// Let it wait until a connection is free or gone.
    Wait = 2,
}

/// What to do with a connection whose request is done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum OnFree {
    /// Send the request that waits longest.
    Serve = 0,
    Keep = 1,
    Close = 2,
}

/// What to do when a connection is gone, or not the pool's any more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum OnRemoved {
    /// Dial for a request to the same origin.
    Dial = 0,
    /// Dial for a request to another origin, which may have waited for the total to go down.
    DialElsewhere = 1,
    Nothing = 2,
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
    pub fn pick(self, idle: u32) -> Option<u32> {
        match self {
            _ if idle == 0 => None,
            Self::Fifo => Some(0),
            Self::Lifo => Some(idle - 1),
        }
    }
}

impl Limits {
    pub fn on_request(&self, origin: Origin) -> OnRequest {
        let open = f64::from(origin.idle) + f64::from(origin.busy);
        if origin.idle > 0 {
            OnRequest::Reuse
        } else if open < self.per_origin && f64::from(origin.total) < self.total {
            OnRequest::Dial
        } else {
            OnRequest::Wait
        }
    }

    /// `persists`: agent, request and answer all want the connection kept. It counts as busy.
    pub fn on_free(&self, origin: Origin, persists: bool) -> OnFree {
        let open = f64::from(origin.idle) + f64::from(origin.busy);
        // Limits may have been lowered since the connection was made.
        let has_room = f64::from(origin.total) <= self.total
            && open <= self.per_origin
            && f64::from(origin.idle) < self.idle;
        if origin.waiting > 0 {
            OnFree::Serve
        } else if persists && has_room {
            OnFree::Keep
        } else {
            OnFree::Close
        }
    }

    /// `elsewhere`: requests to other origins wait that have no connection at all.
    pub fn on_removed(origin: Origin, elsewhere: bool) -> OnRemoved {
        if origin.waiting > 0 {
            OnRemoved::Dial
        } else if elsewhere {
            OnRemoved::DialElsewhere
        } else {
            OnRemoved::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        assert_eq!(UNLIMITED.on_request(idle), OnRequest::Reuse);
        assert_eq!(UNLIMITED.on_request(Origin::default()), OnRequest::Dial);
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
        assert_eq!(per_origin.on_request(busy), OnRequest::Wait);
        assert_eq!(total.on_request(busy), OnRequest::Wait);
        assert_eq!(UNLIMITED.on_request(busy), OnRequest::Dial);
    }

    #[test]
    fn a_waiting_request_goes_before_keeping() {
        let origin = Origin {
            busy: 1,
            total: 1,
            waiting: 1,
            ..Origin::default()
        };
        assert_eq!(UNLIMITED.on_free(origin, false), OnFree::Serve);
        assert_eq!(UNLIMITED.on_free(origin, true), OnFree::Serve);
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
        assert_eq!(limits.on_free(origin, true), OnFree::Keep);
        assert_eq!(limits.on_free(origin, false), OnFree::Close);
        origin.idle = 1;
        assert_eq!(limits.on_free(origin, true), OnFree::Close);
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
        assert_eq!(limits.on_free(origin, true), OnFree::Close);
    }

    #[test]
    fn a_place_that_is_free_goes_to_the_same_origin_first() {
        let waiting = Origin {
            waiting: 1,
            ..Origin::default()
        };
        assert_eq!(Limits::on_removed(waiting, true), OnRemoved::Dial);
        assert_eq!(
            Limits::on_removed(Origin::default(), true),
            OnRemoved::DialElsewhere
        );
        assert_eq!(
            Limits::on_removed(Origin::default(), false),
            OnRemoved::Nothing
        );
    }

    #[test]
    fn scheduling_takes_the_oldest_or_the_newest() {
        assert_eq!(Scheduling::Fifo.pick(3), Some(0));
        assert_eq!(Scheduling::Lifo.pick(3), Some(2));
        assert_eq!(Scheduling::Lifo.pick(0), None);
    }

    /// A pool of one origin that does what is decided.
    fn run(limits: Limits, moves: &[u8]) -> Result<(), TestCaseError> {
        let mut origin = Origin::default();
        let (mut asked, mut begun) = (0u32, 0u32);
        for step in moves {
            match step % 4 {
                0 | 1 => {
                    asked += 1;
                    match limits.on_request(origin) {
                        OnRequest::Reuse => {
                            origin.idle -= 1;
                            origin.busy += 1;
                            begun += 1;
                        }
                        OnRequest::Dial => {
                            origin.busy += 1;
                            origin.total += 1;
                            begun += 1;
                        }
                        OnRequest::Wait => origin.waiting += 1,
                    }
                }
                2 if origin.busy > 0 => match limits.on_free(origin, true) {
                    OnFree::Serve => {
                        origin.waiting -= 1;
                        begun += 1;
                    }
                    OnFree::Keep => {
                        origin.busy -= 1;
                        origin.idle += 1;
                    }
                    OnFree::Close => {
                        origin.busy -= 1;
                        origin.total -= 1;
                    }
                },
                3 if origin.busy > 0 => {
                    origin.busy -= 1;
                    origin.total -= 1;
                    if Limits::on_removed(origin, false) == OnRemoved::Dial {
                        origin.waiting -= 1;
                        origin.busy += 1;
                        origin.total += 1;
                        begun += 1;
                    }
                }
                _ => {}
            }
            prop_assert!(f64::from(origin.total) <= limits.total.max(1.0));
            prop_assert!(f64::from(origin.idle + origin.busy) <= limits.per_origin.max(1.0));
            prop_assert!(f64::from(origin.idle) <= limits.idle);
            prop_assert!(
                origin.waiting == 0 || origin.idle == 0,
                "none waits beside an idle one"
            );
            prop_assert!(
                origin.waiting == 0 || origin.busy > 0,
                "somebody will serve it"
            );
            prop_assert_eq!(asked, begun + origin.waiting);
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
    }
}
