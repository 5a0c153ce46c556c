//! The timer of one connection's timeout without traffic. It is set anew only when it fires or a
//! command says so, never at each request.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use crate::io::connection::Connection;

/// Milliseconds by which a timeout without traffic comes later than asked: a timer that JavaScript
/// set for the same moment goes first, as it would among Node's own.
const BEHIND_JAVASCRIPT: u64 = 2;

#[derive(Debug, Default)]
pub(crate) struct IdleTimer {
    sleep: Option<Pin<Box<Sleep>>>,
    /// The last activity before the timeout that was told; nothing has happened since.
    told: Option<u64>,
}

impl IdleTimer {
    /// The timeout was changed.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Whether the connection has now been idle for its timeout, which is told once. `keep_alive` is
    /// the timeout, in milliseconds, that may come into force without a command; 0 for none.
    pub fn poll(
        &mut self,
        cx: &mut Context<'_>,
        connection: &Connection,
        now: u64,
        keep_alive: impl Fn() -> u32,
    ) -> bool {
        // How often the timer has to look.
        let period = || shorter(connection.idle_timeout(), keep_alive());
        let mut told_now = false;
        loop {
            let timeout = u64::from(period());
            if timeout == 0 {
                self.sleep = None;
                connection.set_timer_due(u64::MAX);
                if period() > 0 {
                    continue;
                }
                return told_now;
            }
            let last = connection.last_activity.load(Ordering::Relaxed);
            if self.told.is_some_and(|at| at != last) {
                self.told = None;
            }
            if self.sleep.is_none() {
                self.arm((last + timeout).saturating_sub(now), connection, now);
            }
            let Some(sleep) = &mut self.sleep else {
                return told_now;
            };
            if sleep.as_mut().poll(cx).is_pending() {
                if u64::from(period()) < timeout {
                    self.sleep = None;
                    continue;
                }
                return told_now;
            }
            let active = u64::from(connection.idle_timeout());
            let mut next = timeout;
            if active > 0 {
                let due = last + active;
                if due <= now && self.told.is_none() {
                    self.told = Some(last);
                    told_now = true;
                } else if due > now {
                    next = due - now;
                }
            }
            self.arm(next, connection, now);
        }
    }

    /// Lets the timer fire in so many milliseconds.
    fn arm(&mut self, rest: u64, connection: &Connection, now: u64) {
        let rest = rest.max(1) + BEHIND_JAVASCRIPT;
        let deadline = Instant::now() + Duration::from_millis(rest);
        match &mut self.sleep {
            Some(sleep) => sleep.as_mut().reset(deadline),
            None => self.sleep = Some(Box::pin(tokio::time::sleep_until(deadline))),
        }
        connection.set_timer_due(now + rest);
    }
}

/// The shorter of two timeouts; 0 is none.
fn shorter(one: u32, other: u32) -> u32 {
    match (one, other) {
        (0, only) | (only, 0) => only,
        (one, other) => one.min(other),
    }
}
