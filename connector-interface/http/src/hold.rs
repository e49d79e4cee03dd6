//! A point in time before which no clone of a client makes a request.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{error::Error, rate_limit::Told, waits::Waits};

#[derive(Default)]
pub(crate) struct Hold {
    until: Mutex<Option<(Instant, &'static str)>>,
}

impl Hold {
    /// Nothing is left until then. Of two such points the later one counts.
    pub(crate) fn note(&self, told: Told) {
        let Some(end) = Instant::now().checked_add(told.wait) else { return };
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if until.is_none_or(|(earlier, _)| earlier < end) {
            *until = Some((end, told.by));
        }
    }

    /// Waits until then.
    pub(crate) fn wait(&self, waits: &Waits, name: &str) -> Result<(), Error> {
        while let Some((rest, by)) = self.rest() {
            waits.wait(rest, &format_args!("{name} is held back, the rate limit is used up, {by}"))?;
        }
        Ok(())
    }

    pub(crate) fn is_on(&self) -> bool {
        self.rest().is_some()
    }

    /// How long until then, where that is still to come.
    fn rest(&self) -> Option<(Duration, &'static str)> {
        let (end, by) = (*self.until.lock().unwrap_or_else(PoisonError::into_inner))?;
        let rest = end.saturating_duration_since(Instant::now());
        (!rest.is_zero()).then_some((rest, by))
    }
}
