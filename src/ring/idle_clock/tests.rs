use super::*;

/// Looks when the I/O side would.
fn look(clock: &IdleClock, at: u64, keep_alive: u32) -> Look {
    clock.set_due(at);
    clock.look(at, at, keep_alive).unwrap()
}

#[test]
fn javascript_is_told_ahead_and_once_until_there_is_traffic() {
    let clock = IdleClock::new(100, 1000);
    let due = clock.next_look(1000, 0);
    assert_eq!(due, 1100 - AHEAD);
    let near = look(&clock, due, 0);
    assert!(near.is_near);
    let again = look(&clock, near.next, 0);
    assert!(!again.is_near, "nothing has happened since");
    clock.touch(again.next - 50);
    let later = look(&clock, again.next, 0);
    assert!(!later.is_near);
    assert_eq!(later.next, again.next + 50 - AHEAD);
    assert!(look(&clock, later.next, 0).is_near);
}

#[test]
fn a_shorter_timeout_asks_for_an_earlier_look() {
    let clock = IdleClock::new(1000, 0);
    clock.set_due(clock.next_look(0, 0));
    let due = clock.set_timeout(10, 5).unwrap();
    assert_eq!(due, 15 - AHEAD);
    assert!(clock.set_due(due));
    assert_eq!(clock.set_timeout(5000, 6), None);
    assert_eq!(clock.look(1000 - AHEAD, 1002, 0), None, "that one is stale");
}

#[test]
fn a_very_short_timeout_is_looked_at_at_once() {
    let clock = IdleClock::new(0, 0);
    assert_eq!(clock.set_timeout(3, 70), Some(70));
    let near = look(&clock, 70, 0);
    assert!(near.is_near);
    assert_eq!(clock.left(70), Some(3));
    assert_eq!(clock.take(72), Some(1));
    assert_eq!(clock.take(73), Some(0));
    clock.touch(80);
    assert!(near.next <= 80 + 3);
    assert!(look(&clock, 81, 0).is_near);
}

#[test]
fn the_timeout_between_requests_is_found_without_a_word() {
    let clock = IdleClock::new(0, 0);
    let first = look(&clock, clock.next_look(0, 50), 50);
    assert!(!first.is_near);
    let begin = first.next - 30;
    clock.touch(begin);
    clock.begin_idle(50);
    let second = look(&clock, first.next, 50);
    assert_eq!(second.next, begin + 50 - AHEAD);
    assert!(look(&clock, second.next, 50).is_near);
    assert_eq!(clock.left(begin + 49), Some(1));
    clock.end_idle(0);
    assert_eq!(clock.take(begin + 50), None);
}

#[test]
fn a_timeout_that_was_set_between_requests_ends_with_the_next_request() {
    let clock = IdleClock::new(0, 0);
    clock.begin_idle(50);
    clock.set_timeout(20, 10);
    assert_eq!(clock.left(29), Some(1));
    clock.end_idle(0);
    assert_eq!(clock.take(30), None);
    clock.set_timeout(20, 40);
    clock.end_idle(0);
    assert_eq!(clock.take(60), Some(0), "this one is of a request");
}

#[test]
fn no_timeout_is_missed_whenever_it_begins() {
    for timeout in 1..20 {
        for begin in 0..50 {
            let clock = IdleClock::new(0, 0);
            let mut at = clock.next_look(0, timeout);
            let end = begin + u64::from(timeout);
            loop {
                if at >= begin {
                    clock.touch(begin);
                    clock.begin_idle(timeout);
                }
                let look = look(&clock, at, timeout);
                if look.is_near {
                    break;
                }
                at = look.next;
            }
            assert!(
                at <= end,
                "{timeout} ms from {begin} on are told of at {at}"
            );
        }
    }
}

#[test]
fn another_timeout_for_the_same_moment_of_traffic_is_told_and_taken_anew() {
    let clock = IdleClock::new(1, 0);
    clock.touch(10);
    assert!(look(&clock, 10, 50).is_near);
    assert_eq!(clock.take(11), Some(0));
    clock.begin_idle(50);
    assert!(look(&clock, 60 - AHEAD, 50).is_near);
    assert_eq!(clock.take(60), Some(0));
}

#[test]
fn what_happened_meanwhile_overtakes_a_timeout() {
    let clock = IdleClock::new(100, 0);
    assert_eq!(clock.left(99), Some(1));
    assert_eq!(clock.left(100), Some(0));
    clock.touch(50);
    assert_eq!(clock.left(120), None, "it will be told again");
    clock.touch(40);
    assert_eq!(clock.left(149), Some(1), "time does not go back");
}

#[test]
fn a_timeout_is_taken_once_until_there_is_traffic() {
    let clock = IdleClock::new(100, 0);
    assert_eq!(clock.left(100), Some(0));
    assert_eq!(clock.take(100), Some(0));
    assert_eq!(clock.take(101), None);
    assert_eq!(clock.left(101), None);
    clock.touch(150);
    assert_eq!(clock.take(250), Some(0));
    clock.set_timeout(10, 250);
    assert_eq!(clock.take(260), Some(0));
}
