//! How far a stream has been read, kept from run to run.

use std::fmt;

use codeclimate_connector_abi::v1::host_call;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{error::Error, host::SharedHost, timestamp::Timestamp};

/// A point from which an unfinished sync can go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// How far the sync has come, in the time of the source. Never compared: many sources are walked
    /// backwards in time.
    pub checkpoint_time: Timestamp,
    /// Whatever the connector needs to go on: a page, a cursor, an id.
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
/// runner makes it durable once every record produced before it is. Set one after each page, so that a
/// run that is stopped loses little.
#[derive(Clone)]
pub struct StateManager {
    host: SharedHost,
}

impl StateManager {
    pub(crate) fn new(host: SharedHost) -> Self {
        Self { host }
    }

    /// The last state of an unfinished sync of this stream, or what was last set in this run. None where
    /// there is nothing to go on from: start at the newest data.
    ///
    /// # Errors
    /// Where the stored state cannot be read.
    pub fn get(&self) -> Result<Option<State>, Error> {
        let bytes = self.host.call(host_call::STATE_GET, &[]).map_err(Error::from_failure)?;
        serde_json::from_slice(&bytes)
            .map_err(|error| Error::from(error).context("the stored state cannot be read"))
    }

    /// Sets a checkpoint. Does not wait.
    ///
    /// # Errors
    /// Where the run is over.
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
