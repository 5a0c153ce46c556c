//! The pool's decisions as JavaScript asks for them: it writes the numbers that a decision needs into
//! one array, and reads the answer from it. Passing them as arguments of a call costs four times as
//! much (see docs/decisions/1-batching.md).

use crate::agent::idle::{Idle, Rest};
use crate::agent::pool::{Limits, Origin, Park, Removed, Scheduling, Take, removed};

/// Idle connections to the origin, and those that are dialled or carry a request.
pub const IDLE: usize = 0;
pub const BUSY: usize = 1;
/// Connections to all origins.
pub const TOTAL: usize = 2;
/// Requests to the origin that wait.
pub const WAITING: usize = 3;
/// The agent's `maxSockets`, `maxTotalSockets` and `maxFreeSockets`.
pub const MAX_SOCKETS: usize = 4;
pub const MAX_TOTAL: usize = 5;
pub const MAX_IDLE: usize = 6;
/// 1 if the connection that has been idle longest is used first.
pub const FIFO: usize = 7;
/// 1 if agent, request and answer want the connection kept.
pub const PERSISTS: usize = 8;
/// The agent's timeout in milliseconds, 0 for none.
pub const TIMEOUT: usize = 9;
/// Seconds of the answer's `Keep-Alive: timeout=`; negative if there is none.
pub const ANNOUNCED: usize = 10;
/// Milliseconds by which we close before the server does.
pub const BUFFER: usize = 11;
/// Requests to the other origin that has waited longest, and the connections it has.
pub const ELSEWHERE_WAITING: usize = 12;
pub const ELSEWHERE_BUSY: usize = 13;
/// The answer.
pub const ANSWER: usize = 14;
/// How many numbers there are.
pub const COUNT: usize = 15;

/// Answers of `take`; a place in the list of idle connections is not negative.
pub const DIAL: i32 = -1;
pub const WAIT: i32 = -2;
/// Answers of `park` and `rest`; milliseconds, 0 for any time, are not negative.
/// The server is about to close the connection.
pub const STALE: i32 = -1;
pub const SERVE: i32 = -2;
pub const CLOSE: i32 = -3;
/// Answers of `removed`.
pub const NOTHING: i32 = Removed::Nothing as i32;
pub const DIAL_HERE: i32 = Removed::Dial as i32;
pub const DIAL_ELSEWHERE: i32 = Removed::DialElsewhere as i32;

/// The numbers of one decision.
pub type Numbers = [f64; COUNT];

/// Which connection a new request gets.
pub fn take(numbers: &mut Numbers) {
    let scheduling = if numbers[FIFO] == 0.0 {
        Scheduling::Lifo
    } else {
        Scheduling::Fifo
    };
    numbers[ANSWER] = match limits(numbers).take(origin(numbers), scheduling) {
        Take::Reuse(place) => f64::from(place),
        Take::Dial => f64::from(DIAL),
        Take::Wait => f64::from(WAIT),
    };
}

/// What becomes of a connection whose request is done, and how long it may stay idle.
pub fn park(numbers: &mut Numbers) {
    let persists = numbers[PERSISTS] != 0.0;
    numbers[ANSWER] = match limits(numbers).park(origin(numbers), persists, rest_of(numbers)) {
        Park::Serve => f64::from(SERVE),
        Park::Keep(idle) => milliseconds(idle),
        Park::Close => f64::from(CLOSE),
    };
}

/// How long a connection may stay idle, if it is kept.
pub fn rest(numbers: &mut Numbers) {
    numbers[ANSWER] = milliseconds(rest_of(numbers).idle());
}

/// For whom to dial when a connection is gone.
pub fn on_removed(numbers: &mut Numbers) {
    let elsewhere = Origin {
        waiting: numbers[ELSEWHERE_WAITING] as u32,
        busy: numbers[ELSEWHERE_BUSY] as u32,
        ..Origin::default()
    };
    numbers[ANSWER] = f64::from(removed(origin(numbers), elsewhere) as u32);
}

fn limits(numbers: &Numbers) -> Limits {
    Limits {
        per_origin: numbers[MAX_SOCKETS],
        total: numbers[MAX_TOTAL],
        idle: numbers[MAX_IDLE],
    }
}

/// Subclasses count, too: what is negative or no number is 0.
fn origin(numbers: &Numbers) -> Origin {
    Origin {
        idle: numbers[IDLE] as u32,
        busy: numbers[BUSY] as u32,
        total: numbers[TOTAL] as u32,
        waiting: numbers[WAITING] as u32,
    }
}

fn rest_of(numbers: &Numbers) -> Rest {
    let announced = numbers[ANNOUNCED];
    Rest {
        own: numbers[TIMEOUT] as u64,
        announced: (announced >= 0.0).then_some(announced as u64),
        buffer: numbers[BUFFER] as u64,
    }
}

fn milliseconds(idle: Idle) -> f64 {
    match idle {
        Idle::Forever => 0.0,
        Idle::For(milliseconds) => milliseconds as f64,
        Idle::Close => f64::from(STALE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unlimited() -> Numbers {
        let mut numbers = [0.0; COUNT];
        numbers[MAX_SOCKETS] = f64::INFINITY;
        numbers[MAX_TOTAL] = f64::INFINITY;
        numbers[MAX_IDLE] = 256.0;
        numbers[ANNOUNCED] = -1.0;
        numbers
    }

    fn answer(decide: fn(&mut Numbers), mut numbers: Numbers) -> f64 {
        numbers[ANSWER] = f64::NAN;
        decide(&mut numbers);
        numbers[ANSWER]
    }

    #[test]
    fn a_place_is_answered_as_it_is() {
        let mut numbers = unlimited();
        numbers[IDLE] = 3.0;
        assert_eq!(answer(take, numbers), 2.0);
        numbers[FIFO] = 1.0;
        assert_eq!(answer(take, numbers), 0.0);
        numbers[IDLE] = 0.0;
        assert_eq!(answer(take, numbers), f64::from(DIAL));
        numbers[MAX_TOTAL] = 0.0;
        assert_eq!(answer(take, numbers), f64::from(WAIT));
    }

    #[test]
    fn parking_answers_with_milliseconds_or_another_verdict() {
        let mut numbers = unlimited();
        numbers[BUSY] = 1.0;
        numbers[TOTAL] = 1.0;
        assert_eq!(answer(park, numbers), f64::from(CLOSE));
        numbers[PERSISTS] = 1.0;
        assert_eq!(answer(park, numbers), 0.0);
        numbers[TIMEOUT] = 5000.0;
        numbers[BUFFER] = 1000.0;
        numbers[ANNOUNCED] = 3.0;
        assert_eq!(answer(park, numbers), 2000.0);
        assert_eq!(answer(rest, numbers), 2000.0);
        numbers[ANNOUNCED] = 1.0;
        assert_eq!(answer(park, numbers), f64::from(STALE));
        numbers[WAITING] = 1.0;
        assert_eq!(answer(park, numbers), f64::from(SERVE));
    }

    #[test]
    fn another_origin_is_served_when_it_has_no_connection() {
        let mut numbers = unlimited();
        assert_eq!(answer(on_removed, numbers), f64::from(NOTHING));
        numbers[ELSEWHERE_WAITING] = 1.0;
        assert_eq!(answer(on_removed, numbers), f64::from(DIAL_ELSEWHERE));
        numbers[WAITING] = 1.0;
        assert_eq!(answer(on_removed, numbers), f64::from(DIAL_HERE));
    }

    proptest! {
        /// Users set limits and counts to what they like.
        #[test]
        fn any_numbers_have_an_answer(list in proptest::collection::vec(any::<f64>(), COUNT)) {
            let numbers: Numbers = list.try_into().unwrap();
            let idle = numbers[IDLE] as u32;
            let place = answer(take, numbers);
            prop_assert!(place == f64::from(DIAL) || place == f64::from(WAIT) || place < f64::from(idle));
            prop_assert!(answer(park, numbers) >= f64::from(CLOSE));
            prop_assert!(answer(rest, numbers) >= f64::from(STALE));
            prop_assert!((0.0..=2.0).contains(&answer(on_removed, numbers)));
        }
    }
}
