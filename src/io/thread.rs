//! An I/O thread: it sleeps until its set has an event, a deadline comes, or somebody asks.

use std::future::Future;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::sleep_until;

use crate::io::Error;
use crate::io::hub::Hub;
use crate::io::lead::Lead;
use crate::io::set::{Ready, Set};

/// The descriptor of a set, which lives as long as the thread that watches it.
struct Watched(Arc<Set>);

impl AsRawFd for Watched {
    fn as_raw_fd(&self) -> RawFd {
        self.0.fd()
    }
}

/// Starts the thread that leads `set`.
pub(crate) fn start(hub: &Arc<Hub>, set: &Arc<Set>) -> Result<JoinHandle<()>, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(Error::Thread)?;
    let watched = {
        let _inside = runtime.enter();
        // SAFETY: `Watched` keeps the set, and the set its descriptor, open and the same.
        unsafe { AsyncFd::register_with_interest(Watched(set.clone()), Interest::READABLE) }
            .map_err(|error| Error::Thread(error.into()))?
    };
    let hub = hub.clone();
    std::thread::Builder::new()
        .name("rust-http-io".into())
        .spawn(move || runtime.block_on(run(hub, watched)))
        .map_err(Error::Thread)
}

async fn run(hub: Arc<Hub>, watched: AsyncFd<Watched>) {
    let set = watched.get_ref().0.clone();
    let mut lead = Lead::new(hub, set.clone());
    let mut ready = Ready::default();
    while !set.is_stopped() {
        if !lead.turn(&mut ready) {
            sleep(&watched, &set, &lead.hub).await;
        }
    }
    // What was left to this thread is sent before it ends.
    lead.turn(&mut ready);
}

async fn sleep(watched: &AsyncFd<Watched>, set: &Set, hub: &Hub) {
    let deadline = set.next_deadline();
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
fn until(deadline: Option<u64>, hub: &Hub) -> impl Future<Output = ()> {
    let instant = deadline.map(|at| hub.instant(at));
    async move {
        match instant {
            Some(instant) => sleep_until(instant.into()).await,
            None => std::future::pending().await,
        }
    }
}
