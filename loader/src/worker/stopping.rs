//! Stops a run at a place that its job names.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::frame::StopAfter;

/// What is to be done at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    NotYet,
    /// The connector is asked to stop.
    Cancel,
    /// The worker is gone.
    Kill,
}

/// Counts how far a run has come towards the place.
pub(crate) struct Stopping {
    after: StopAfter,
    seen: AtomicU64,
}

impl Stopping {
    pub(crate) fn new(after: StopAfter) -> Self {
        Self { after, seen: AtomicU64::new(0) }
    }

    /// What is to be done now that a record has been taken.
    pub(crate) fn after_record(&self) -> Stop {
        match self.after {
            StopAfter::CancelAtRecord(number) => self.count(number, Stop::Cancel),
            StopAfter::CancelAtCheckpoint(_) | StopAfter::KillAtCheckpoint(_) => Stop::NotYet,
        }
    }

    /// What is to be done now that a state has been taken.
    pub(crate) fn after_checkpoint(&self) -> Stop {
        match self.after {
            StopAfter::CancelAtCheckpoint(number) => self.count(number, Stop::Cancel),
            StopAfter::KillAtCheckpoint(number) => self.count(number, Stop::Kill),
            StopAfter::CancelAtRecord(_) => Stop::NotYet,
        }
    }

    fn count(&self, number: u64, stop: Stop) -> Stop {
        let seen = self.seen.fetch_add(1, Ordering::Relaxed) + 1;
        if seen == number { stop } else { Stop::NotYet }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_stopped_once_at_the_place_that_was_named() {
        let table = [
            (StopAfter::CancelAtRecord(2), [Stop::NotYet, Stop::Cancel, Stop::NotYet], [Stop::NotYet; 3]),
            (StopAfter::CancelAtCheckpoint(1), [Stop::NotYet; 3], [Stop::Cancel, Stop::NotYet, Stop::NotYet]),
            (StopAfter::KillAtCheckpoint(3), [Stop::NotYet; 3], [Stop::NotYet, Stop::NotYet, Stop::Kill]),
        ];
        for (after, records, checkpoints) in table {
            let stopping = Stopping::new(after);
            assert_eq!(std::array::from_fn(|_| stopping.after_record()), records, "{after:?}");
            assert_eq!(std::array::from_fn(|_| stopping.after_checkpoint()), checkpoints, "{after:?}");
        }
    }
}
