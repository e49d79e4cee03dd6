//! What one run may do with one stream that it holds.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    Change, Checkpoint, Hold, Holder, Key, Mark, Mismatch, Plan, Position, Refusal, Request, StateError,
    StateStore, StreamState,
};

/// A stream that is held by one run. What it writes is refused once another run has written.
pub(crate) struct Lease {
    store: Arc<dyn StateStore>,
    key: Key,
    state: StreamState,
    version: Option<u64>,
    /// The connector's version, and the format of its states.
    connector: (String, u32),
    /// Records of the chain before this run.
    records_before: u64,
    _hold: Hold,
}

impl Lease {
    /// Holds a stream for a run.
    ///
    /// # Errors
    /// [`StateError::Held`] where another run has it.
    pub(crate) fn take(
        store: Arc<dyn StateStore>,
        key: Key,
        request: &Request<'_>,
    ) -> Result<Self, StateError> {
        let hold = store.hold(&key, &Holder::here(format!("run {}", request.run)))?;
        let (state, version) = match store.read(&key)? {
            Some(stored) => (stored.state, Some(stored.version)),
            None => (StreamState::new(request.connector), None),
        };
        let connector = (request.version.to_owned(), request.state_format);
        Ok(Self { store, key, state, version, connector, records_before: 0, _hold: hold })
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    pub(crate) fn state(&self) -> &StreamState {
        &self.state
    }

    /// What the connector goes on from; none where it begins anew.
    pub(crate) fn token(&self) -> Option<&Value> {
        Some(&self.state.unfinished.as_ref()?.checkpoint.as_ref()?.state)
    }

    /// The format of what the connector goes on from.
    pub(crate) fn token_format(&self) -> Option<u32> {
        Some(self.state.unfinished.as_ref()?.checkpoint.as_ref()?.state_format)
    }

    /// The version of the connector that left the state.
    pub(crate) fn token_version(&self) -> Option<&str> {
        let of_token =
            self.state.unfinished.as_ref().and_then(|chain| Some(&*chain.checkpoint.as_ref()?.version));
        of_token.or_else(|| self.state.finished.as_ref()?.version.as_deref())
    }

    pub(crate) fn mismatch(&self, request: &Request<'_>) -> Option<Mismatch> {
        self.state.mismatch(request)
    }

    /// As [`StreamState::adapt`], durably.
    pub(crate) fn adapt(&mut self, request: &Request<'_>, state: Option<Value>) -> Result<(), StateError> {
        self.change(|next| next.adapt(request, state))
    }

    pub(crate) fn plan(&self, request: &Request<'_>) -> Result<Plan, Refusal> {
        self.state.plan(request)
    }

    /// The run begins; the sink stands at a position.
    pub(crate) fn begin(&mut self, plan: &Plan, position: Position) -> Result<(), StateError> {
        self.records_before = plan.chain.records;
        self.change(|next| next.begin(plan, position))
    }

    /// Forgets all that is kept.
    pub(crate) fn forget(self) -> Result<(), StateError> {
        self.store.write(&[Change { key: &self.key, version: self.version, state: None }]).map(drop)
    }

    /// The next checkpoint, after so many records of this run.
    pub(crate) fn mark(&self, state: &str, records: u64) -> Mark {
        let (version, state_format) = self.connector.clone();
        Mark { version, state_format, ..self.state.mark(state, self.records_before, records) }
    }

    /// A checkpoint is durable in the sink; now it is here.
    pub(crate) fn checkpoint(
        &mut self,
        mark: &Mark,
        position: Position,
        now: Timestamp,
    ) -> Result<(), StateError> {
        let state = serde_json::from_str(&mark.state).unwrap_or_default();
        let (version, state_format) = (mark.version.clone(), mark.state_format);
        self.change(|next| {
            next.checkpoint(mark, position, Checkpoint { state, at: now, version, state_format });
        })
    }

    /// The chain is finished in the sink; now it is here.
    pub(crate) fn finish(&mut self, mark: &Mark, now: Timestamp) -> Result<(), StateError> {
        self.change(|next| next.finish(mark, now))
    }

    /// Takes over what the sink has made durable and the state has not: the runner died in between.
    pub(crate) fn catch_up(
        &mut self,
        mark: &Mark,
        position: Position,
        now: Timestamp,
    ) -> Result<(), StateError> {
        if mark.is_last { self.finish(mark, now) } else { self.checkpoint(mark, position, now) }
    }

    /// Changes what is kept: first in the store, then here, so that nobody is told of what failed.
    fn change(&mut self, change: impl FnOnce(&mut StreamState)) -> Result<(), StateError> {
        let mut next = self.state.clone();
        change(&mut next);
        let change = Change { key: &self.key, version: self.version, state: Some(&next) };
        self.version = self.store.write(&[change])?.pop();
        self.state = next;
        Ok(())
    }
}
