//! A panic ends the connection that it came from, and nothing else. None unwinds into C: each function that Node, libuv or
//! the system calls contains it, or throws it as an Error.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Runs `work`. `None` if it panicked: then the connection that it drives has to be ended.
pub fn contain<R>(work: impl FnOnce() -> R) -> Option<R> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

/// Locks a mutex, poisoned or not: nothing that is locked in this way, but the connection that is ended, is ever
/// left half changed.
pub fn relock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
