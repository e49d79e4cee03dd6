//! Whether a connector can go on from what another version of it, or another configuration, has left.

use serde::{Deserialize, Serialize};

use crate::{error::Error, state::State};

/// What is kept of a stream, and may not fit any more: [`Client::migrate_state`](crate::Client::migrate_state) is
/// asked about it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct KeptState {
    /// What an unfinished sync would go on from. None where it has set none yet, or the last sync was finished: then
    /// the runner only knows up to when the data has been read.
    pub state: Option<State>,
    /// The [`STATE_FORMAT`](crate::Client::STATE_FORMAT) of the version that set it. Higher than your own where the
    /// operator has gone back to an older version.
    pub state_format: u32,
    /// That version of the connector.
    pub version: String,
    /// Whether the configuration, beside its secrets, is another than the one that it was set with.
    pub is_configuration_changed: bool,
}

impl KeptState {
    /// What a test asks about: a state that version 0.0.0 has set, with the configuration as it is now. Change the
    /// other fields as you need them.
    ///
    /// ```
    /// # use connector_interface::KeptState;
    /// let mut kept = KeptState::new(None, 1);
    /// kept.is_configuration_changed = true;
    /// ```
    #[must_use]
    pub fn new(state: Option<State>, state_format: u32) -> Self {
        Self { state, state_format, version: "0.0.0".to_owned(), is_configuration_changed: false }
    }
}

/// The answer of [`Client::migrate_state`](crate::Client::migrate_state).
#[derive(Debug, Clone, PartialEq)]
pub enum Migration {
    /// The next run goes on: from this state, or with `None` from what was kept, as it is. A state can only take the
    /// place of one that was there; where there was none, it is left aside.
    Accepted(Option<State>),
    /// It cannot go on. The run ends before it has read anything, and what was kept stays as it is, until the operator
    /// gives it up.
    Refused,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    is_accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
}

impl Migration {
    /// As it crosses to the runner.
    pub(crate) fn into_json(self) -> Result<Vec<u8>, Error> {
        let answer = match self {
            Self::Accepted(state) => Answer { is_accepted: true, state },
            Self::Refused => Answer { is_accepted: false, state: None },
        };
        Ok(serde_json::to_vec(&answer)?)
    }
}
