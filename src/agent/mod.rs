//! What an agent's pool decides: which requests get a connection, an idle one or a new one, which
//! wait, and what becomes of a connection afterwards.
//!
//! Pure: no sockets, no clock, no JavaScript. The caller says how things stand. Users see and change
//! an agent's `sockets`, `freeSockets` and `requests`, so only those are the truth.
//!
//! JavaScript writes the numbers that a decision needs into one array, and reads the answer from it.
//! Passing them as arguments of a call costs four times as much (see docs/architecture.md).

#[cfg(test)]
mod tests;

/// Defines the numbers, and the list of their names that is printed for JavaScript.
macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The numbers of one decision. They are what a program has set: limits may be infinite, and what
        /// should be a count may be any number.
        #[derive(Clone, Copy, Debug, Default)]
        #[repr(C)]
        pub struct Numbers {
            $($(#[$doc])* pub $name: f64,)*
        }

        impl Numbers {
            /// In the order in which they are in the array.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            #[cfg(test)]
            pub(crate) fn of(list: [f64; Self::NAMES.len()]) -> Self {
                let [$($name),*] = list;
                Self { $($name),* }
            }
        }
    };
}

numbers! {
    /// Connections to the origin that wait for a request.
    idle,
    /// Connections to the origin that are dialled or carry a request.
    busy,
    /// Connections to all origins.
    total,
    /// Requests to the origin that wait for a connection.
    waiting,
    /// The agent's `maxSockets`: connections to one origin, idle ones included.
    max_sockets,
    /// The agent's `maxTotalSockets`: connections to all origins.
    max_total,
    /// The agent's `maxFreeSockets`: idle connections to one origin.
    max_idle,
    /// 1 if the connection that has been idle longest is used first.
    fifo,
    /// 1 if agent, request and answer want the connection kept.
    persists,
    /// The agent's timeout in milliseconds, 0 for none.
    timeout,
    /// Seconds of the answer's `Keep-Alive: timeout=`; negative if there is none.
    announced,
    /// Milliseconds by which we close before the server does, so that no request meets its close.
    buffer,
    /// Requests to the other origin that has waited longest.
    elsewhere_waiting,
    /// The connections of that origin that are dialled or carry a request.
    elsewhere_busy,
    /// The answer.
    answer,
}

/// Defines answers, and in tests the list of them that is printed for JavaScript.
macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident = $value:literal;)*) => {
        $($(#[$doc])* pub const $name: f64 = $value;)*

        #[cfg(test)]
        pub const ANSWERS: &[(&str, f64)] = &[$((stringify!($name), $name)),*];
    };
}

answers! {
    /// Of `take`: dial for the request.
    DIAL = -1.0;
    /// Of `take`: let it wait until a connection is free or gone.
    WAIT = -2.0;
    /// Of `park` and `rest`: the server is about to close the connection.
    STALE = -1.0;
    /// Of `park`: send the request that waits longest.
    SERVE = -2.0;
    /// Of `park`: close the connection.
    CLOSE = -3.0;
    /// Of `removed`: no request waits for a place.
    NOTHING = 0.0;
    /// Of `removed`: dial for a request to the same origin.
    DIAL_HERE = 1.0;
    /// Of `removed`: dial for one to the other origin, which may have waited for the total to go down.
    DIAL_ELSEWHERE = 2.0;
}

impl Numbers {
    /// What a new request gets: the idle connection at this place (the oldest is at 0), `DIAL` or `WAIT`.
    pub fn take(&self) -> f64 {
        let idle = count(self.idle);
        if idle > 0.0 && self.fifo != 0.0 {
            0.0
        } else if idle > 0.0 {
            // Used last, it is the least likely to have been closed by the server.
            idle - 1.0
        } else if count(self.busy) < self.max_sockets && count(self.total) < self.max_total {
            DIAL
        } else {
            WAIT
        }
    }

    /// What becomes of a connection whose request is done; it counts as busy. `SERVE`, `CLOSE`, or it is
    /// kept as `rest` says.
    pub fn park(&self) -> f64 {
        let idle = count(self.idle);
        // Limits may have been lowered since the connection was made. One that is no number is none.
        let is_full = count(self.total) > self.max_total
            || idle + count(self.busy) > self.max_sockets
            || idle >= self.max_idle;
        if count(self.waiting) > 0.0 {
            SERVE
        } else if self.persists != 0.0 && !is_full {
            self.rest()
        } else {
            CLOSE
        }
    }

    /// How long a connection that is kept may stay idle: milliseconds, 0 for any time, or `STALE`.
    pub fn rest(&self) -> f64 {
        let servers = if self.announced >= 0.0 {
            let announced = (self.announced as u64).saturating_mul(1000);
            announced.saturating_sub(self.buffer as u64)
        } else {
            u64::MAX
        };
        match servers {
            0 => STALE,
            servers => servers.min(self.timeout as u64) as f64,
        }
    }

    /// For whom to dial when a connection is gone, or has left the busy ones: `NOTHING`, `DIAL_HERE` or
    /// `DIAL_ELSEWHERE`.
    pub fn removed(&self) -> f64 {
        if count(self.waiting) > 0.0 {
            DIAL_HERE
        } else if count(self.elsewhere_waiting) > 0.0 && count(self.elsewhere_busy) == 0.0 {
            // With a busy connection it would be served by that.
            DIAL_ELSEWHERE
        } else {
            NOTHING
        }
    }
}

/// Subclasses count, too: what is negative or no number is 0.
fn count(number: f64) -> f64 {
    f64::from(number as u32)
}
