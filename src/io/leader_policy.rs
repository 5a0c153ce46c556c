//! The policy of who leads a readiness set. At rest JavaScript does. Under load each of the two is tried
//! now and then, and the one that serves more leads: with a core to spare that is the I/O thread; beside
//! other work, or in a container with one core, it is often JavaScript alone. Times are in microseconds.

#[cfg(test)]
mod tests;

use crate::io::leadership::Leader;

/// Length of the windows in which the load is measured.
const WINDOW: u64 = 20_000;
/// JavaScript is busy if it spends more than this percentage of a window with the set…
const BUSY_PERCENT: u64 = 80;
/// …and finds at least this many events in a turn, so that there is work for two threads.
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
    /// The leader has been tried for `windows`, of which JavaScript could have served `at_rest` alone.
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
