use super::*;
use proptest::prelude::*;

const UNLIMITED: Numbers = Numbers {
    idle: 0.0,
    busy: 0.0,
    total: 0.0,
    waiting: 0.0,
    max_sockets: f64::INFINITY,
    max_total: f64::INFINITY,
    max_idle: 256.0,
    fifo: 0.0,
    persists: 1.0,
    timeout: 0.0,
    announced: -1.0,
    buffer: 0.0,
    elsewhere_waiting: 0.0,
    elsewhere_busy: 0.0,
    answer: f64::NAN,
};

fn with(change: impl FnOnce(&mut Numbers)) -> Numbers {
    let mut numbers = UNLIMITED;
    change(&mut numbers);
    numbers
}

#[test]
fn a_request_gets_an_idle_connection_or_a_new_one_or_waits_at_either_limit() {
    let asked = |idle, busy, max_sockets, max_total, fifo| {
        let numbers = with(|numbers| {
            (numbers.idle, numbers.busy, numbers.total) = (idle, busy, idle + busy);
            (numbers.max_sockets, numbers.max_total) = (max_sockets, max_total);
            numbers.fifo = fifo;
        });
        numbers.take()
    };
    const ANY: f64 = f64::INFINITY;
    assert_eq!(asked(0.0, 0.0, ANY, ANY, 0.0), DIAL);
    assert_eq!(asked(0.0, 2.0, ANY, ANY, 0.0), DIAL);
    assert_eq!(asked(0.0, 2.0, 2.0, ANY, 0.0), WAIT);
    assert_eq!(asked(0.0, 2.0, ANY, 2.0, 0.0), WAIT);
    assert_eq!(asked(0.0, 0.0, ANY, 0.0, 0.0), WAIT);
    assert_eq!(asked(3.0, 0.0, ANY, ANY, 0.0), 2.0, "the newest");
    assert_eq!(asked(3.0, 0.0, 3.0, 3.0, 1.0), 0.0, "the oldest");
}

#[test]
fn a_connection_serves_who_waits_is_kept_or_closed() {
    let busy = |busy| with(|numbers| (numbers.busy, numbers.total) = (busy, busy));
    assert_eq!(busy(1.0).park(), 0.0);
    for persists in [0.0, 1.0] {
        let waited_for = Numbers {
            waiting: 1.0,
            persists,
            ..busy(1.0)
        };
        assert_eq!(waited_for.park(), SERVE);
    }
    assert_eq!(
        Numbers {
            persists: 0.0,
            ..busy(1.0)
        }
        .park(),
        CLOSE
    );
    // Idle connections are limited.
    let limited = Numbers {
        max_idle: 1.0,
        ..busy(2.0)
    };
    assert_eq!(limited.park(), 0.0);
    assert_eq!(
        Numbers {
            idle: 1.0,
            ..limited
        }
        .park(),
        CLOSE
    );
    // By a number.
    assert_eq!(
        Numbers {
            max_idle: f64::NAN,
            ..limited
        }
        .park(),
        0.0
    );
    // A lowered limit closes what is above it.
    assert_eq!(
        Numbers {
            max_sockets: 2.0,
            ..busy(3.0)
        }
        .park(),
        CLOSE
    );
    assert_eq!(
        Numbers {
            max_total: 2.0,
            ..busy(3.0)
        }
        .park(),
        CLOSE
    );
}

#[test]
fn the_shorter_of_the_two_timeouts_counts() {
    for (timeout, announced, buffer, wanted) in [
        (5000.0, -1.0, 1000.0, 5000.0),
        (5000.0, 3.0, 1000.0, 2000.0),
        (5000.0, 60.0, 1000.0, 5000.0),
        (5000.0, u64::MAX as f64, 0.0, 5000.0),
        // Without one of its own, an agent ignores the server's.
        (0.0, -1.0, 1000.0, 0.0),
        (0.0, 3.0, 1000.0, 0.0),
        // The server is about to close it.
        (5000.0, 1.0, 1000.0, STALE),
        (5000.0, 1.0, 999.0, 1.0),
        (0.0, 0.0, 0.0, STALE),
    ] {
        let numbers = Numbers {
            timeout,
            announced,
            buffer,
            ..UNLIMITED
        };
        assert_eq!(numbers.rest(), wanted, "{timeout} {announced} {buffer}");
        assert_eq!(numbers.park(), wanted);
    }
}

#[test]
fn a_free_place_goes_to_the_same_origin_first_and_to_one_that_has_no_connection() {
    let gone = |waiting, elsewhere_waiting, elsewhere_busy| {
        let numbers = Numbers {
            waiting,
            elsewhere_waiting,
            elsewhere_busy,
            ..UNLIMITED
        };
        numbers.removed()
    };
    assert_eq!(gone(1.0, 1.0, 0.0), DIAL_HERE);
    assert_eq!(gone(0.0, 1.0, 0.0), DIAL_ELSEWHERE);
    assert_eq!(gone(0.0, 2.0, 1.0), NOTHING);
    assert_eq!(gone(0.0, 0.0, 0.0), NOTHING);
}

/// One origin of an agent that does what is decided.
#[derive(Clone, Copy, Default)]
struct Origin {
    idle: u32,
    busy: u32,
    waiting: u32,
}

impl Origin {
    fn open(self) -> u32 {
        self.idle + self.busy
    }
}

/// Two origins; requests have no answer but are counted.
struct Pool {
    limits: Numbers,
    origins: [Origin; 2],
    asked: u32,
    begun: u32,
}

impl Pool {
    fn new(max_sockets: u8, max_total: u8, max_idle: u8) -> Self {
        Self {
            limits: with(|numbers| {
                (numbers.max_sockets, numbers.max_total) = (max_sockets.into(), max_total.into());
                numbers.max_idle = max_idle.into();
            }),
            origins: [Origin::default(); 2],
            asked: 0,
            begun: 0,
        }
    }

    fn total(&self) -> f64 {
        self.origins
            .iter()
            .map(|origin| origin.open())
            .sum::<u32>()
            .into()
    }

    /// What is asked about an origin.
    fn numbers(&self, at: usize) -> Numbers {
        let (here, elsewhere) = (self.origins[at], self.origins[1 - at]);
        Numbers {
            idle: here.idle.into(),
            busy: here.busy.into(),
            waiting: here.waiting.into(),
            total: self.total(),
            elsewhere_busy: elsewhere.busy.into(),
            elsewhere_waiting: elsewhere.waiting.into(),
            ..self.limits
        }
    }

    fn dial(&mut self, at: usize) {
        self.origins[at].busy += 1;
        self.begun += 1;
    }

    fn request(&mut self, at: usize, fifo: f64) {
        self.asked += 1;
        let answer = Numbers {
            fifo,
            ..self.numbers(at)
        }
        .take();
        if answer == WAIT {
            self.origins[at].waiting += 1;
            return;
        }
        if answer != DIAL {
            let places = 0.0..f64::from(self.origins[at].idle);
            assert!(places.contains(&answer), "a place in the list");
            self.origins[at].idle -= 1;
        }
        self.dial(at);
    }

    fn free(&mut self, at: usize, persists: f64) {
        let answer = Numbers {
            persists,
            ..self.numbers(at)
        }
        .park();
        if answer == SERVE {
            self.origins[at].waiting -= 1;
            self.begun += 1;
            return;
        }
        self.origins[at].idle += u32::from(answer != CLOSE);
        self.remove(at);
    }

    fn remove(&mut self, at: usize) {
        self.origins[at].busy -= 1;
        let answer = self.numbers(at).removed();
        if answer != NOTHING {
            let served = if answer == DIAL_HERE { at } else { 1 - at };
            self.origins[served].waiting -= 1;
            self.dial(served);
        }
    }

    fn step(&mut self, step: u8) {
        let at = usize::from(step >> 7);
        match step % 4 {
            fifo @ 0..=1 => self.request(at, fifo.into()),
            2 if self.origins[at].busy > 0 => self.free(at, (step >> 2 & 1).into()),
            3 if self.origins[at].busy > 0 => self.remove(at),
            _ => {}
        }
    }

    fn check(&self) -> Result<(), TestCaseError> {
        for origin in self.origins {
            prop_assert!(f64::from(origin.open()) <= self.limits.max_sockets);
            prop_assert!(f64::from(origin.idle) <= self.limits.max_idle);
            let waits_beside_idle = origin.waiting > 0 && origin.idle > 0;
            prop_assert!(!waits_beside_idle, "none waits beside an idle one");
        }
        let waiting: u32 = self.origins.iter().map(|origin| origin.waiting).sum();
        prop_assert!(
            waiting == 0 || self.total() > 0.0,
            "a request waits only for a connection that is there"
        );
        prop_assert_eq!(self.asked, self.begun + waiting);
        Ok(())
    }
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
        let mut pool = Pool::new(per_origin, total, idle);
        for step in moves {
            pool.step(step);
            pool.check()?;
        }
    }

    #[test]
    fn one_origin_keeps_the_total(
        per_origin in 1u8..6, total in 1u8..6, idle in 0u8..4,
        moves in proptest::collection::vec(0u8..0x80, 0..200),
    ) {
        let mut pool = Pool::new(per_origin, total, idle);
        for step in moves {
            pool.step(step);
            prop_assert!(pool.total() <= pool.limits.max_total);
        }
    }

    /// Users set limits and counts to what they like.
    #[test]
    fn any_numbers_have_an_answer(list in proptest::array::uniform15(any::<f64>())) {
        let numbers = Numbers::of(list);
        let place = numbers.take();
        prop_assert!(place == DIAL || place == WAIT || place < f64::from(numbers.idle as u32));
        prop_assert!(numbers.park() >= CLOSE);
        prop_assert!(numbers.rest() >= STALE);
        prop_assert!((NOTHING..=DIAL_ELSEWHERE).contains(&numbers.removed()));
    }
}
