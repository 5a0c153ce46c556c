use super::*;

/// A load in virtual time: how much each of the leaders can serve, and how much there is.
struct Load {
    policy: LeaderPolicy,
    now: u64,
    /// Requests a millisecond that JavaScript serves alone, and beside the I/O thread.
    alone: u64,
    aside: u64,
    demand: u64,
}

/// Requests that one turn finds under load.
const BATCH: u64 = 20;

impl Load {
    fn new(alone: u64, aside: u64, demand: u64) -> Self {
        Self {
            policy: LeaderPolicy::default(),
            now: 0,
            alone,
            aside,
            demand,
        }
    }

    /// One window under the leader of the policy. Returns the leader of the next one.
    fn window(&mut self) -> Leader {
        let led = self.policy.leader;
        let most = match led {
            Leader::JavaScript => self.alone,
            Leader::Thread => self.aside,
        };
        let served = most.min(self.demand);
        let requests = served * WINDOW / 1000;
        let mut window = Window::starts_at(self.now);
        self.now += WINDOW;
        let turn = Turn {
            events: requests as usize,
            received: 100 * requests as usize,
            busy: WINDOW * served / most,
        };
        window.turns = (requests / BATCH).max(1) - 1;
        let window = window.turn_ended(turn, self.now).expect("it is over");
        self.policy.window_ended(led, &window, self.now)
    }

    /// Shares of the windows within `seconds` that the I/O thread leads, in percent.
    fn share_of_thread(&mut self, seconds: u64) -> u64 {
        let windows = seconds * 1_000_000 / WINDOW;
        let led = (0..windows)
            .filter(|_| self.window() == Leader::Thread)
            .count();
        led as u64 * 100 / windows
    }
}

#[test]
fn a_thread_that_sleeps_now_and_then_leads_on() {
    assert_eq!(Load::new(100, 200, 75).share_of_thread(10), 0);
}

#[test]
fn one_busy_connection_is_no_work_for_two() {
    let mut window = Window::starts_at(0);
    let turn = Turn {
        events: 1,
        received: 100,
        busy: 30,
    };
    let over = (30..)
        .step_by(30)
        .find_map(|now| window.turn_ended(turn, now))
        .unwrap();
    let mut policy = LeaderPolicy::default();
    assert_eq!(
        policy.window_ended(Leader::JavaScript, &over, WINDOW),
        Leader::JavaScript
    );
}

#[test]
fn the_thread_leads_from_the_first_busy_window() {
    let mut load = Load::new(100, 200, 1000);
    assert_eq!(load.window(), Leader::Thread);
}

#[test]
fn the_thread_leads_on_if_it_serves_more() {
    assert!(Load::new(100, 150, 1000).share_of_thread(60) >= 97);
}

#[test]
fn the_thread_leads_on_if_it_serves_the_same() {
    assert!(Load::new(100, 97, 1000).share_of_thread(60) >= 97);
}

#[test]
fn javascript_leads_on_if_the_thread_serves_less() {
    assert!(Load::new(100, 80, 1000).share_of_thread(60) <= 3);
}

#[test]
fn a_thread_that_serves_a_fraction_is_tried_as_rarely() {
    assert!(Load::new(100, 20, 1000).share_of_thread(60) <= 3);
}

#[test]
fn the_choice_follows_the_machine() {
    let mut load = Load::new(100, 150, 1000);
    load.share_of_thread(5);
    load.aside = 70;
    load.share_of_thread(10);
    assert!(load.share_of_thread(30) <= 3);
    load.aside = 150;
    load.share_of_thread(20);
    assert!(load.share_of_thread(30) >= 95);
}

#[test]
fn javascript_gets_the_lead_back_at_half_of_what_it_can_do() {
    let mut load = Load::new(100, 150, 1000);
    load.share_of_thread(1);
    load.demand = 45;
    load.window();
    assert_eq!(load.share_of_thread(10), 0);
}

#[test]
fn a_trial_of_javascript_that_finds_no_load_ends_at_rest() {
    let mut load = Load::new(100, 150, 1000);
    load.share_of_thread(1);
    load.demand = 70;
    load.share_of_thread(1);
    assert_eq!(load.share_of_thread(10), 0);
}

/// Who leads behind a window of the I/O thread with so many events in 100 turns, in which it has received so
/// many percent of what JavaScript did alone.
fn leader_behind(events: usize, percent: u64, length: u64) -> Leader {
    let mut load = Load::new(100, 150, 1000);
    load.share_of_thread(1);
    let mut window = Window::starts_at(0);
    window.turns = 99;
    let turn = Turn {
        events,
        received: (load.policy.alone * percent * WINDOW / 100_000_000) as usize,
        busy: 0,
    };
    let over = window.turn_ended(turn, length).unwrap();
    load.policy.window_ended(Leader::Thread, &over, load.now)
}

#[test]
fn one_event_at_a_time_is_rest_unless_each_brings_much() {
    assert_eq!(leader_behind(100, 90, WINDOW), Leader::JavaScript);
    assert_eq!(leader_behind(100, 120, WINDOW), Leader::Thread);
    assert_eq!(leader_behind(800, 90, WINDOW), Leader::Thread);
}

#[test]
fn nothing_for_long_is_rest() {
    assert_eq!(leader_behind(800, 120, 5_000_000), Leader::JavaScript);
}

#[test]
fn a_leader_that_has_not_let_go_changes_nothing() {
    let mut load = Load::new(100, 150, 1000);
    load.window();
    let window = Window {
        length: WINDOW,
        ..Window::default()
    };
    assert_eq!(
        load.policy.window_ended(Leader::JavaScript, &window, 0),
        Leader::Thread
    );
}
