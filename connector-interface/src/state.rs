//! How far an unfinished sync of a stream has come, kept from run to run.

use std::fmt;

use codeclimate_connector_abi::v1::host_call;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{error::Error, host::SharedHost, timestamp::Timestamp};

/// A point from which an unfinished sync can go on.
///
/// The runner keeps it between runs, on disk and in plain text: no secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// How far the sync has come, in the time of the source, for people to read. Never compared: many sources
    /// are walked backwards in time, and of two states the one that was set later counts.
    pub checkpoint_time: Timestamp,
    /// Whatever the connector needs to go on: a page, a cursor, an id. How it is written is the connector's
    /// [`STATE_FORMAT`](crate::Client::STATE_FORMAT).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

impl State {
    /// A state with a time only.
    #[must_use]
    pub fn at(checkpoint_time: Timestamp) -> Self {
        Self { checkpoint_time, metadata: Map::new() }
    }

    /// The same state with one more member in its metadata.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.metadata.insert(key.to_owned(), value.into());
        self
    }
}

/// Reads and sets the [`State`] of the stream that is being synced.
///
/// `set` is a checkpoint: it says that everything before it has been produced. It never waits; the
/// runner makes it durable once every record produced before it is, and a later run goes on from the last
/// that has become so. Set one after each page, so that a run that is stopped loses little.
///
/// ```
/// # use connector_interface::{State, Timestamp};
/// # use connector_testing::FakeRunner;
/// # let runner = FakeRunner::new().with_state(State::at(Timestamp::now()).with("page", 6));
/// # let context = runner.context();
/// let last_page = context.state.get()?.and_then(|state| state.metadata.get("page")?.as_u64());
/// for page in last_page.map_or(1, |page| page + 1)..=8 {
///     // Produce the records of the page, then:
///     context.state.set(&State::at(Timestamp::now()).with("page", page))?;
/// }
/// # assert_eq!(runner.states().len(), 2);
/// # Ok::<(), connector_interface::Error>(())
/// ```
#[derive(Clone)]
pub struct StateManager {
    host: SharedHost,
}

impl StateManager {
    pub(crate) fn new(host: SharedHost) -> Self {
        Self { host }
    }

    /// What was last set in this run; before that, the last state that runs before it have left of the same
    /// sync, or of the same backfill. None where the last one was finished, or none came as far: start at the
    /// newest data.
    ///
    /// # Errors
    /// Where the stored state cannot be read.
    pub fn get(&self) -> Result<Option<State>, Error> {
        let bytes = self.host.call(host_call::STATE_GET, &[]).map_err(Error::from_failure)?;
        serde_json::from_slice(&bytes)
            .map_err(|error| Error::from(error).context("the stored state cannot be read"))
    }

    /// Sets a checkpoint. Does not wait, so it may be lost with the run, together with what comes behind it. One
    /// that is set later takes its place, whatever its time.
    ///
    /// # Errors
    /// Where the run is over, or the state has more than 1 MiB as JSON.
    pub fn set(&self, state: &State) -> Result<(), Error> {
        let payload = serde_json::to_vec(state)?;
        self.host.call(host_call::STATE_SET, &payload).map_err(Error::from_failure)?;
        Ok(())
    }
}

impl fmt::Debug for StateManager {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StateManager")
    }
}
