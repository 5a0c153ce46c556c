//! The pool's decisions for JavaScript. What they answer is documented in `agent`.

use crate::agent::{Idle, Limits, Origin, Scheduling, idle_timeout};

/// What to do with a new request: 0 reuse, 1 dial, 2 wait.
#[napi_derive::napi]
pub fn pool_request(idle: u32, busy: u32, total: u32, max_sockets: f64, max_total: f64) -> u32 {
    let limits = Limits {
        per_origin: max_sockets,
        total: max_total,
        idle: f64::INFINITY,
    };
    let origin = Origin {
        idle,
        busy,
        total,
        waiting: 0,
    };
    limits.on_request(origin) as u32
}

/// What to do with a connection whose request is done: 0 serve, 1 keep, 2 close.
#[napi_derive::napi]
#[allow(clippy::too_many_arguments)] // an object would cost more than the decision
pub fn pool_free(
    waiting: u32,
    persists: bool,
    idle: u32,
    busy: u32,
    total: u32,
    max_sockets: f64,
    max_total: f64,
    max_free: f64,
) -> u32 {
    let limits = Limits {
        per_origin: max_sockets,
        total: max_total,
        idle: max_free,
    };
    let origin = Origin {
        idle,
        busy,
        total,
        waiting,
    };
    limits.on_free(origin, persists) as u32
}

/// What to do when a connection is gone: 0 dial, 1 dial elsewhere, 2 nothing.
#[napi_derive::napi]
pub fn pool_removed(waiting: u32, elsewhere: bool) -> u32 {
    let origin = Origin {
        waiting,
        ..Origin::default()
    };
    Limits::on_removed(origin, elsewhere) as u32
}

/// The place of the idle connection to take among so many, oldest first; -1 if there is none.
#[napi_derive::napi]
pub fn pool_pick(idle: u32, fifo: bool) -> i32 {
    let scheduling = if fifo {
        Scheduling::Fifo
    } else {
        Scheduling::Lifo
    };
    scheduling.pick(idle).map_or(-1, |place| place as i32)
}

/// Milliseconds a connection may stay idle: 0 for any time, negative if it is not to be kept.
/// `announced` is negative if the server announced nothing.
#[napi_derive::napi]
pub fn pool_idle_timeout(own: f64, announced: f64, buffer: f64) -> f64 {
    let announced = (announced >= 0.0).then_some(announced as u64);
    match idle_timeout(own as u64, announced, buffer as u64) {
        Idle::Forever => 0.0,
        Idle::For(milliseconds) => milliseconds as f64,
        Idle::Close => -1.0,
    }
}
