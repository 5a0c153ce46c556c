//! `headersTimeout` and `requestTimeout`: one look at all connections of a server each checking
//! interval, as Node does it, instead of a timer for each.

use std::sync::Weak;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::io::connection::Connection;
use crate::io::hub::Hub;
use crate::io::listener::Listener;
use crate::ring::layout::{GROUP_END, Kind};
use crate::ring::record;

/// Runs as long as the server has a listener or connections.
pub(crate) async fn watch(listener: Weak<Listener>, hub: Weak<Hub>) {
    loop {
        let Some(strong) = listener.upgrade() else {
            return;
        };
        let interval = strong.options().checking_interval.max(1);
        let sleep = tokio::time::sleep(Duration::from_millis(u64::from(interval)));
        tokio::select! {
            () = sleep => {}
            () = strong.changed.notified() => continue,
        }
        let Some(hub) = hub.upgrade() else { return };
        check(&strong, &hub);
    }
}

fn check(listener: &Listener, hub: &Hub) {
    let (headers, request) = {
        let options = listener.options();
        (
            u64::from(options.headers_timeout),
            u64::from(options.request_timeout),
        )
    };
    if headers == 0 && request == 0 {
        return;
    }
    let now = hub.now();
    for connection in hub.connections() {
        let ours = connection
            .listener
            .as_ref()
            .is_some_and(|l| l.id == listener.id);
        if ours && is_expired(&connection, now, headers, request) {
            // Told once: the next message sets the start anew.
            connection.message_start.store(0, Ordering::Release);
            hub.post(|p| {
                record::plain(&mut p.records, Kind::Expired, GROUP_END, connection.id, &[]);
            });
        }
    }
}

fn is_expired(connection: &Connection, now: u64, headers: u64, request: u64) -> bool {
    let start = connection.message_start.load(Ordering::Acquire);
    if start == 0 {
        return false;
    }
    let age = now.saturating_sub(start);
    let head_complete = connection.head_complete.load(Ordering::Acquire);
    (headers > 0 && !head_complete && age >= headers) || (request > 0 && age >= request)
}
