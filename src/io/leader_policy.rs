//! The policy of who leads a readiness set. At rest JavaScript does. Under load each of the two is tried
//! now and then, and the one that serves more leads: with a core to spare that is the I/O thread; beside
//! other work, or in a container with one core, it is often JavaScript alone. Times are in microseconds.

use crate::io::leadership::Leader;

/// Length of the windows in which the load is measured.
const WINDOW: u64 = 20_000;
/// JavaScript is busy if it spends more than this percentage of a window with the set…
const BUSY_PERCENT: u64 = 80;
/// …and finds so many events in a turn, so that there is work for two threads.
const CROWD: u64 = 8;
/// With fewer events in a turn there is little to be done side by side, unless each brings much.
const PAIR: u64 = 2;
/// Windows of a trial. The first one, in which the lead changed hands, does not count.
const TRIAL: u32 = 6;
/// The I/O thread is worth its processor time if it serves this percentage of what JavaScript serves
/// alone: what the JavaScript thread saves is the application's.
const WORTH_PERCENT: u64 = 95;
/// With less than this percentage of that, JavaScript can do it alone with half of its time.
const HALF_PERCENT: u64 = 50;
/// How long the better one leads before the other is tried; twice as long after each trial that
/// confirms it, up to the longest pause.
const PAUSE: u64 = 1_000_000;
const LONGEST_PAUSE: u64 = 16_000_000;

/// What a leader did in one turn.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Turn {
    pub events: usize,
    /// Bytes received.
    pub received: usize,
    /// How long the turn took with all that JavaScript did in it; 0 on the I/O thread.
    pub busy: u64,
}

/// What one leader did within a window.
#[derive(Debug, Default)]
pub(crate) struct Window {
    began: u64,
    length: u64,
    turns: u64,
    events: u64,
    received: u64,
    busy: u64,
}

impl Window {
    pub fn starts_at(now: u64) -> Self {
        Self {
            began: now,
            ..Self::default()
        }
    }

    /// A turn ended at `now`. Returns the window if it is over; the next one has begun.
    pub fn turn_ended(&mut self, turn: Turn, now: u64) -> Option<Self> {
        self.turns += 1;
        self.events += turn.events as u64;
        self.received += turn.received as u64;
        self.busy += turn.busy;
        self.length = now - self.began;
        (self.length >= WINDOW).then(|| std::mem::replace(self, Self::starts_at(now)))
    }

    /// Bytes received in a second.
    fn rate(&self) -> u64 {
        self.received.saturating_mul(1_000_000) / self.length
    }

    /// Whether JavaScript, which led, had work for two threads.
    fn is_load(&self) -> bool {
        self.busy * 100 > self.length * BUSY_PERCENT && self.events >= self.turns * CROWD
    }

    /// Whether there was little to be done side by side.
    fn is_sparse(&self) -> bool {
        self.events < self.turns * PAIR
    }
}

/// How far the comparison has come.
#[derive(Debug)]
enum Stage {
    /// The leader leads until then at least, if the load lasts.
    Settled { until: u64 },
    /// The leader is tried, for so many windows by now, of which JavaScript could have served so many alone.
    Trial { windows: u32, at_rest: u32 },
}

#[derive(Debug)]
pub(crate) struct LeaderPolicy {
    leader: Leader,
    stage: Stage,
    pause: u64,
    /// Bytes a second that JavaScript received under load when it led last; 0: it has not.
    alone: u64,
    /// The same of the I/O thread.
    aside: u64,
}

impl Default for LeaderPolicy {
    fn default() -> Self {
        Self {
            leader: Leader::JavaScript,
            stage: Stage::Settled { until: 0 },
            pause: PAUSE,
            alone: 0,
            aside: 0,
        }
    }
}

impl LeaderPolicy {
    /// A window of `led` ended at `now`. Returns who should lead.
    pub fn window_ended(&mut self, led: Leader, window: &Window, now: u64) -> Leader {
        if led == self.leader {
            match self.stage {
                Stage::Settled { until } => self.lead_on(window, now >= until, now),
                Stage::Trial { windows, at_rest } => {
                    let at_rest = at_rest + u32::from(self.is_rest(window));
                    self.go_on_trying(window, windows + 1, at_rest, now);
                }
            }
        }
        self.leader
    }

    /// Whether JavaScript could have done it alone. What little the I/O thread serves in a trial may
    /// be all that it can.
    fn is_rest(&self, window: &Window) -> bool {
        match (self.leader, &self.stage) {
            (Leader::JavaScript, _) => !window.is_load(),
            (Leader::Thread, Stage::Settled { .. }) => {
                let enough = if window.is_sparse() {
                    WORTH_PERCENT
                } else {
                    HALF_PERCENT
                };
                window.rate() * 100 < self.alone * enough
            }
            (Leader::Thread, Stage::Trial { .. }) => false,
        }
    }

    /// After a window of a leader that is not on trial.
    fn lead_on(&mut self, window: &Window, may_try: bool, now: u64) {
        match (self.is_rest(window), self.leader) {
            (true, Leader::Thread) => self.rest(now),
            (true, Leader::JavaScript) => {}
            (false, _) => {
                self.note_rate(window);
                if may_try {
                    self.try_other();
                }
            }
        }
    }

    /// After a window of a trial.
    fn go_on_trying(&mut self, window: &Window, windows: u32, at_rest: u32, now: u64) {
        if windows > 1 {
            self.note_rate(window);
        }
        if windows < TRIAL {
            self.stage = Stage::Trial { windows, at_rest };
        } else if 2 * at_rest > TRIAL {
            self.rest(now);
        } else {
            self.decide(now);
        }
    }

    /// JavaScript leads, and a load that begins later is a new one.
    fn rest(&mut self, now: u64) {
        *self = Self {
            stage: Stage::Settled { until: now },
            ..Self::default()
        };
    }

    /// The rate of the leader, in which older windows count less and less.
    fn note_rate(&mut self, window: &Window) {
        let rate = self.rate_of_leader();
        *rate = match *rate {
            0 => window.rate(),
            before => (3 * before + window.rate()) / 4,
        };
    }

    fn rate_of_leader(&mut self) -> &mut u64 {
        match self.leader {
            Leader::JavaScript => &mut self.alone,
            Leader::Thread => &mut self.aside,
        }
    }

    fn try_other(&mut self) {
        self.leader = self.leader.other();
        *self.rate_of_leader() = 0;
        self.stage = Stage::Trial {
            windows: 0,
            at_rest: 0,
        };
    }

    /// The better one leads from now on.
    fn decide(&mut self, now: u64) {
        let tried = self.leader;
        self.leader = if self.aside * 100 >= self.alone * WORTH_PERCENT {
            Leader::Thread
        } else {
            Leader::JavaScript
        };
        self.pause = if self.leader == tried {
            PAUSE
        } else {
            LONGEST_PAUSE.min(2 * self.pause)
        };
        self.stage = Stage::Settled {
            until: now + self.pause,
        };
    }
}

#[cfg(test)]
mod tests {
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
}
