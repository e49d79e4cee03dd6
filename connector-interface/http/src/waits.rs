//! Waits that end when the run does.

use std::{
    fmt::Display,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use connector_interface::{Cancellation, Context, Level, Logger, Timestamp};

use crate::error::Error;

/// What a run needs after a wait, to do something with the answer and to set a state.
const MARGIN: Duration = Duration::from_secs(5);
/// A wait of no more is no news.
const SHORT: Duration = Duration::from_secs(5);
/// How often a wait is told of: a connector that shows no sign of life for minutes is killed, and to ask the
/// cancellation is none.
const TOLD_EVERY: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(crate) struct Waits {
    cancellation: Cancellation,
    pub(crate) logger: Logger,
}

impl Waits {
    pub(crate) fn new(context: &Context) -> Self {
        Self { cancellation: context.cancellation.clone(), logger: context.logger.clone() }
    }

    /// Whether to go on at all.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.cancellation.check().map_err(Error::cancelled)
    }

    pub(crate) fn would_outlast_the_run(&self, duration: Duration) -> bool {
        duration.saturating_add(MARGIN) > self.cancellation.time_left()
    }

    /// Waits for the reason given, or says at once that the run would not live to see the end.
    pub(crate) fn wait(&self, duration: Duration, reason: &dyn Display) -> Result<(), Error> {
        self.check()?;
        let end = match Instant::now().checked_add(duration) {
            Some(end) if !self.would_outlast_the_run(duration) => end,
            _ => return Err(too_long(duration, self.cancellation.time_left(), reason)),
        };
        loop {
            let rest = end.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return Ok(());
            }
            let level = if duration > SHORT { Level::Info } else { Level::Debug };
            self.logger.log(level, format_args!("waiting {} s: {reason}", rounded_up(rest)));
            self.cancellation.sleep(rest.min(TOLD_EVERY)).map_err(Error::cancelled)?;
        }
    }
}

fn too_long(duration: Duration, left: Duration, reason: &dyn Display) -> Error {
    let (wait, left) = (rounded_up(duration), left.as_secs());
    let message = format!("{reason}: to be asked again in {wait} s, and this run has {left} s left");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let instant = i64::try_from(rounded_up(now.saturating_add(duration))).unwrap_or(i64::MAX);
    Error::paused(message, Timestamp::from_unix_seconds(instant).unwrap_or_else(|_| Timestamp::now()))
}

fn rounded_up(duration: Duration) -> u64 {
    duration.as_secs().saturating_add(u64::from(duration.subsec_nanos() > 0))
}
