//! What other threads leave for the leader of a set.

use std::sync::PoisonError;

use crate::ring::sync::{Mutex, MutexGuard};

/// Many put into it, one takes all.
#[derive(Debug)]
pub(crate) struct Inbox<T>(Mutex<Vec<T>>);

impl<T> Default for Inbox<T> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<T> Inbox<T> {
    /// A poisoned lock means that memory ran out while something was put: the others are there.
    fn content(&self) -> MutexGuard<'_, Vec<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether it was empty, so that the leader has to be told.
    pub fn put(&self, one: T) -> bool {
        let mut content = self.content();
        content.push(one);
        content.len() == 1
    }

    pub fn is_empty(&self) -> bool {
        self.content().is_empty()
    }

    /// All that is in it, in the order in which it was put there.
    pub fn take(&self) -> Vec<T> {
        std::mem::take(&mut self.content())
    }
}
