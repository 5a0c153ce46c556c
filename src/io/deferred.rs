//! Output that the JavaScript thread leaves to the I/O thread: when a batch brought many requests,
//! the answers leave while the next ones are being made, and each socket is touched by one thread.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use atomic_waker::AtomicWaker;

use crate::io::connection::Connection;
use crate::io::outgoing::Sent;

/// Connections flushed before the drivers of the thread get their turn.
const FLUSHES_PER_TURN: usize = 32;

#[derive(Debug, Default)]
struct State {
    connections: Vec<Arc<Connection>>,
    /// The flusher will look again without being woken.
    awake: bool,
}

/// Connections whose output waits to be sent, for one I/O thread.
#[derive(Debug, Default)]
pub(crate) struct Deferred {
    state: Mutex<State>,
    flusher: AtomicWaker,
}

impl Deferred {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves the sending to the flusher, waking it if it sleeps.
    pub fn push(&self, connection: Arc<Connection>) {
        let mut state = self.lock();
        state.connections.push(connection);
        if !std::mem::replace(&mut state.awake, true) {
            drop(state);
            self.flusher.wake();
        }
    }

    /// Takes what waits into the empty `spare`; `false` lets the next `push` wake the flusher.
    fn take(&self, spare: &mut Vec<Arc<Connection>>) -> bool {
        let mut state = self.lock();
        state.awake = !state.connections.is_empty();
        std::mem::swap(&mut state.connections, spare);
        state.awake
    }

    /// Sends what waits, from the calling thread.
    pub fn flush_all(&self) {
        let mut connections = Vec::new();
        self.take(&mut connections);
        connections.iter().for_each(|connection| flush(connection));
    }

    /// The flusher is gone, with its thread.
    pub fn forget_flusher(&self) {
        self.flusher.take();
    }

    /// Runs on the I/O thread as long as that does.
    pub async fn run(self: Arc<Self>) {
        let mut connections = Vec::new();
        loop {
            poll_fn(|cx| {
                self.flusher.register(cx.waker());
                if self.take(&mut connections) {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
            for (count, connection) in connections.drain(..).enumerate() {
                flush(&connection);
                if count % FLUSHES_PER_TURN == FLUSHES_PER_TURN - 1 {
                    tokio::task::yield_now().await;
                }
            }
        }
    }
}

/// Sends a connection's output; what the kernel does not take is for its driver.
fn flush(connection: &Connection) {
    let mut outgoing = connection.outgoing();
    // Deferred output is owned, so that there are no tokens to give back.
    let sent = outgoing.flush(&mut Vec::new());
    let close = outgoing.close_when_empty;
    // Ending the writing side, and telling JavaScript so, is the driver's.
    let shut_down = outgoing.shutdown_when_empty;
    drop(outgoing);
    match sent {
        Sent::All if close => connection.destroy(false),
        Sent::All if shut_down => connection.flush_later(),
        Sent::All | Sent::Closed => {}
        Sent::Pending(_) | Sent::Failed(_) => connection.flush_later(),
    }
}
