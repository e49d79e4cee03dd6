//! Waits that end when the server does.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

/// Whether the server is being dropped.
#[derive(Default)]
pub(super) struct Stopping {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Stopping {
    pub(super) fn stop(&self) {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    pub(super) fn is_stopped(&self) -> bool {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wait_at_most(&self, duration: Duration) {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        // Poisoned or not, the wait is over.
        drop(self.changed.wait_timeout_while(stopped, duration, |stopped| !*stopped));
    }

    pub(super) fn wait(&self) {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        // As above.
        drop(self.changed.wait_while(stopped, |stopped| !*stopped));
    }
}
