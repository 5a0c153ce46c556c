//! An I/O thread: it sleeps until its set has an event, a deadline comes, or it is asked for something.
//! While JavaScript leads the set, it keeps the deadlines only.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::{sleep, sleep_until};

use crate::io::hub::Hub;
use crate::io::lead::Lead;
use crate::io::leader_policy::{Turn, Window};
use crate::io::leadership::Leader;
use crate::io::set::{Ready, Set};

/// How long the thread waits before it tries again to watch its set.
const RETRY: Duration = Duration::from_millis(10);

/// Starts the thread of `set`, which leads it unless JavaScript does.
pub(crate) fn start(hub: &Arc<Hub>, set: &Arc<Set>) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()?;
    let (hub, set) = (hub.clone(), set.clone());
    std::thread::Builder::new()
        .name("rust-http-io".into())
        .spawn(move || runtime.block_on(run(hub, set)))
}

async fn run(hub: Arc<Hub>, set: Arc<Set>) {
    while !set.is_stopped() {
        match set.leadership.leader() {
            Leader::Thread => lead(&hub, &set).await,
            Leader::JavaScript => keep_deadlines(&hub, &set).await,
        }
    }
    // What was left to this thread is sent before it ends.
    if let Some(mut lead) = Lead::take(hub, set) {
        lead.turn(&mut Ready::default());
    }
}

/// Leads until the set is stopped, or JavaScript leads.
async fn lead(hub: &Arc<Hub>, set: &Arc<Set>) {
    let Some(mut lead) = Lead::take(hub.clone(), set.clone()) else {
        // JavaScript tells when it has let go.
        set.asked.notified().await;
        return;
    };
    let Ok(watched) = watch(set) else {
        // No memory or descriptor to spare: looks now, and again in a moment.
        lead.turn(&mut Ready::default());
        sleep(RETRY).await;
        return;
    };
    let mut window = Window::starts_at(hub.clock.now_micros());
    let mut ready = Ready::default();
    while !set.is_stopped() && set.leadership.leader() == Leader::Thread {
        let more = lead.turn(&mut ready);
        let now = hub.clock.now_micros();
        let turn = Turn {
            events: ready.count(),
            received: std::mem::take(&mut lead.received),
            busy: 0,
        };
        if let Some(window) = window.turn_ended(turn, now)
            && set.leadership.window_ended(Leader::Thread, &window, now) == Leader::JavaScript
        {
            set.leadership.offer();
        }
        if !more {
            wait(&watched, hub).await;
        }
    }
}

/// The set, as this thread's runtime watches it.
fn watch(set: &Arc<Set>) -> io::Result<AsyncFd<Arc<Set>>> {
    // SAFETY: the set is kept, and keeps its descriptor open and the same.
    let watched = unsafe { AsyncFd::register_with_interest(set.clone(), Interest::READABLE) };
    watched.map_err(io::Error::from)
}

/// JavaScript leads: lets it look at the deadlines when they come.
async fn keep_deadlines(hub: &Hub, set: &Set) {
    let deadline = set.deadlines.next();
    tokio::select! {
        biased;
        () = set.asked.notified() => return,
        () = until(deadline, hub) => {}
    }
    set.leadership.alarm();
    set.make_readable();
    set.asked.notified().await;
}

async fn wait(watched: &AsyncFd<Arc<Set>>, hub: &Hub) {
    let set = watched.get_ref();
    let deadline = set.deadlines.next();
    tokio::select! {
        biased;
        () = set.asked.notified() => {}
        ready = watched.readable() => {
            // Looking comes after this: an event in between makes the set readable anew.
            if let Ok(mut guard) = ready {
                guard.clear_ready();
            }
        }
        () = until(deadline, hub) => {}
    }
}

/// Completes at `deadline`, on the hub's clock; never if there is none.
async fn until(deadline: Option<u64>, hub: &Hub) {
    match deadline {
        Some(at) => sleep_until(hub.clock.instant(at).into()).await,
        None => std::future::pending().await,
    }
}
