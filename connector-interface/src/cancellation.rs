//! Whether the runner wants the connector to stop, with the time that is left.

use std::{
    fmt,
    time::{Duration, Instant},
};

use codeclimate_connector_abi::v1::host_call;
use serde::Deserialize;

use crate::{error::Error, host::SharedHost};

/// Tells a connector when to stop. Ask between records or pages: one question costs about a microsecond.
///
/// Stopping is worth it: what is left undone after a last checkpoint goes on in the next run, while a
/// connector that ignores the question is killed.
///
/// ```
/// # use connector_interface::{Cancellation, Error};
/// # use connector_testing::FakeRunner;
/// # fn pages() -> impl Iterator<Item = u32> { 1..3 }
/// fn sync(cancellation: &Cancellation) -> Result<(), Error> {
///     for page in pages() {
///         cancellation.check()?;
///         // read the page, produce its records, set the state
/// #       let _ = page;
///     }
///     Ok(())
/// }
/// # sync(&FakeRunner::new().context().cancellation).unwrap();
/// ```
#[derive(Clone)]
pub struct Cancellation {
    host: SharedHost,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    cancelled: bool,
    milliseconds_left: u64,
}

/// How long a sleeping connector may take to notice that it should stop.
const NOTICE: Duration = Duration::from_millis(50);

impl Cancellation {
    pub(crate) fn new(host: SharedHost) -> Self {
        Self { host }
    }

    /// Whether the runner wants the connector to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.ask().cancelled
    }

    /// What is left until the deadline, when the connector is killed.
    #[must_use]
    pub fn time_left(&self) -> Duration {
        Duration::from_millis(self.ask().milliseconds_left)
    }

    /// For `?`: ends the verb if the runner wants it to.
    ///
    /// # Errors
    /// An [`Error`] that says so; pass it on unchanged.
    pub fn check(&self) -> Result<(), Error> {
        if self.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }

    /// Waits, but not past a cancellation.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn sleep(&self, duration: Duration) -> Result<(), Error> {
        let end = Instant::now() + duration;
        loop {
            self.check()?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(NOTICE));
        }
    }

    fn ask(&self) -> Answer {
        let stop = Answer { cancelled: true, milliseconds_left: 0 };
        // A runner that does not answer is gone.
        let Ok(bytes) = self.host.call(host_call::CANCELLATION, &[]) else { return stop };
        serde_json::from_slice(&bytes).unwrap_or(stop)
    }
}

impl fmt::Debug for Cancellation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Cancellation")
    }
}
