//! Requests that the I/O side answers itself: those that come while too much waits for JavaScript, and the
//! health check.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::io::connection::Connection;
use crate::io::lead::Lead;
use crate::io::outgoing::After;
use crate::protocol::{Framing, Head};
use crate::ring::layout::{LACKS_HOST, UNTRUSTED};

/// Milliseconds between two questions to JavaScript, which show a blocked event loop when nothing else does.
pub(crate) const PROBE: u64 = 500;

/// Bytes of answers that may wait for their client. JavaScript gets the requests behind them: it stops reading
/// a connection whose client does not read.
const MAX_WAITING: usize = 64 * 1024;

/// What a server wants to be answered without JavaScript. Times are in milliseconds.
#[derive(Clone, Debug)]
pub struct GuardOptions {
    /// Requests that may wait for JavaScript.
    pub max_queue: Option<usize>,
    /// How long what waits may have waited.
    pub max_delay: Option<u64>,
    /// Status line and fields of the answer beyond these limits, without Content-Length and those of the
    /// connection; and its content.
    pub refusal: (String, String),
    /// The path that tells how JavaScript does, and after which delay it is blocked.
    pub health: Option<(String, u64)>,
}

/// What waits for JavaScript.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Load {
    pub queue: usize,
    pub delay: u64,
}

#[derive(Debug)]
pub(crate) struct Guard {
    options: GuardOptions,
    refused: AtomicU64,
    health_checks: AtomicU64,
}

/// An answer that is to be sent.
#[derive(Debug)]
pub(crate) struct Reply {
    pub bytes: Vec<u8>,
    /// The connection goes on.
    pub persists: bool,
}

/// The guard that may answer a request which `connection` reads now.
pub(crate) fn of(connection: &Connection) -> Option<&Guard> {
    let guard = connection.listener.as_ref()?.guard.as_ref()?;
    let outgoing = connection.outgoing();
    (!outgoing.is_ending() && outgoing.pending() <= MAX_WAITING).then_some(guard)
}

/// The guard's answer to a request with this head and the flags of its record, if JavaScript is not to give it.
pub(crate) fn answer(
    connection: &Connection,
    guard: &Guard,
    load: Load,
    head: &Head<'_>,
    flags: u32,
) -> Option<Reply> {
    let listener = connection.listener.as_ref()?;
    // Behind others it would not be in its order; what is refused for its Host, JavaScript refuses.
    let is_first = connection.requests_under_way() == 1;
    let is_sound = flags & (UNTRUSTED | LACKS_HOST) == 0;
    (is_first && is_sound)
        .then(|| guard.reply(head, load, listener.keeps_connections()))
        .flatten()
}

/// Sends an answer, at the end of the turn: the caller holds the lock on the input.
pub(crate) fn send(connection: &Arc<Connection>, reply: &Reply, lead: &mut Lead) {
    let mut outgoing = connection.outgoing();
    connection.response_ends(&mut outgoing);
    if !reply.persists {
        outgoing.then(After::HalfClose);
    }
    match outgoing.defer(&reply.bytes) {
        Some(true) => lead.answered.push(connection.clone()),
        Some(false) => {}
        // The kernel is full: it goes with what waits.
        None => outgoing.hold(&reply.bytes),
    }
}

impl Guard {
    pub fn new(options: GuardOptions) -> Self {
        Self {
            options,
            refused: AtomicU64::new(0),
            health_checks: AtomicU64::new(0),
        }
    }

    /// Requests that were refused, and health checks that were answered.
    pub fn counts(&self) -> (u64, u64) {
        let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
        (count(&self.refused), count(&self.health_checks))
    }

    /// The answer to a request whose head this is, if JavaScript is not to give it. `persists`: the server
    /// keeps connections.
    pub fn reply(&self, head: &Head<'_>, load: Load, persists: bool) -> Option<Reply> {
        let (fields, content) = if let Some(answer) = self.health(head, load) {
            self.health_checks.fetch_add(1, Ordering::Relaxed);
            answer
        } else if self.is_overloaded(load) {
            self.refused.fetch_add(1, Ordering::Relaxed);
            self.options.refusal.clone()
        } else {
            return None;
        };
        // What comes behind other heads is read to its end, or is another protocol.
        let persists =
            persists && head.keep_alive && head.framing == Framing::None && !head.upgrade;
        let connection = if persists { "keep-alive" } else { "close" };
        let date = date(SystemTime::now());
        let length = content.len();
        let mut bytes = format!(
            "{fields}Date: {date}\r\nConnection: {connection}\r\nContent-Length: {length}\r\n\r\n"
        )
        .into_bytes();
        if head.method.is_none_or(|method| method.as_str() != "HEAD") {
            bytes.extend_from_slice(content.as_bytes());
        }
        Some(Reply { bytes, persists })
    }

    fn is_overloaded(&self, load: Load) -> bool {
        self.options.max_queue.is_some_and(|max| load.queue >= max)
            || self.options.max_delay.is_some_and(|max| load.delay > max)
    }

    fn health(&self, head: &Head<'_>, load: Load) -> Option<(String, String)> {
        let (path, blocked_after) = self.options.health.as_ref()?;
        let asked = head.target.split(|byte| *byte == b'?').next();
        let name = head.method?.as_str();
        if asked != Some(path.as_bytes()) || !(name == "GET" || name == "HEAD") {
            return None;
        }
        let (status, line) = if load.delay > *blocked_after {
            ("blocked", "503 Service Unavailable")
        } else if self.is_overloaded(load) {
            ("busy", "200 OK")
        } else {
            ("ok", "200 OK")
        };
        let Load { queue, delay } = load;
        Some((
            format!(
                "HTTP/1.1 {line}\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
            ),
            format!("{{\"status\":\"{status}\",\"delay\":{delay},\"queue\":{queue}}}\n"),
        ))
    }
}

/// The form that the Date field has.
fn date(time: SystemTime) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs());
    let days = seconds / 86_400;
    // The calendar repeats every 400 years; years begin in March here, so that leap days end them.
    let since_march_0 = days + 719_468;
    let (era, day) = (since_march_0 / 146_097, since_march_0 % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day + 2) / 153;
    let day = day - (153 * from_march + 2) / 5 + 1;
    let month = (from_march + 2) % 12;
    let year = era * 400 + year + u64::from(month < 2);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!(
        "{}, {day:02} {} {year} {hour:02}:{minute:02}:{second:02} GMT",
        DAYS[(days % 7) as usize],
        MONTHS[month as usize],
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
            (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        ] {
            assert_eq!(date(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }
}
