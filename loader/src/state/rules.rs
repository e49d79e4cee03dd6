//! The rules by which the state of a stream changes.
//!
//! What an unfinished chain goes on from and what a finished one leaves are kept apart: the former is the connector's
//! word, the latter a time of the runner's. Times of checkpoints are never compared, for many sources are walked
//! backwards; newer means later in the order of the frames, within a run that holds the stream.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Chain, Checkpoint, Finished, Key, Lane, Mark, Position, StreamState};

/// The earliest data that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cutoff {
    /// Where the last finished chain began, less the overlap, but no earlier than this.
    SinceLast(Option<Timestamp>),
    /// This, whatever came before.
    Exactly(Timestamp),
}

/// Who asks to work on a stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    /// The run; a new chain is named after its first one.
    pub(crate) run: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) cutoff: Cutoff,
    pub(crate) overlap: SignedDuration,
    /// The slug of the connector.
    pub(crate) connector: &'a str,
    pub(crate) version: &'a str,
    pub(crate) state_format: u32,
    /// Of the configuration, without its secrets.
    pub(crate) fingerprint: &'a str,
    /// Where the records are to go.
    pub(crate) sink: &'a str,
}

/// What the run is to do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    /// The chain as it is once the run has begun.
    pub(crate) chain: Chain,
    /// Whether another run has worked on it before.
    pub(crate) is_resumed: bool,
}

/// In what a state does not fit the connector that is to go on from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// The configuration is another, beside its secrets.
    Configuration,
    /// The state has another format.
    Format { found: u32, known: u32 },
}

/// Why a run may not begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(
        "there is no earliest data cutoff, and no earlier sync to go on from; write one, such as 90d or 2024-01-31"
    )]
    NoCutoff,
    #[error(
        "the state of this stream belongs to the connector {found}; give this connection \
         another name (--connection, or in the project file)"
    )]
    OtherConnector { found: String },
    #[error(
        "an unfinished sync of this stream writes to {found}, not to {wanted}; name that one again, or give the \
         unfinished sync up with `state reset --unfinished`"
    )]
    OtherSink { found: String, wanted: String },
}

impl StreamState {
    /// The state of a stream that has never been synced.
    pub(crate) fn new(connector: &str) -> Self {
        Self { connector: connector.to_owned(), ..Self::default() }
    }

    /// In what it does not fit who asks.
    pub(crate) fn mismatch(&self, request: &Request<'_>) -> Option<Mismatch> {
        let (fingerprint, format) = match (&self.unfinished, &self.finished) {
            (Some(chain), _) => (
                Some(&chain.fingerprint),
                chain.checkpoint.as_ref().map(|checkpoint| checkpoint.state_format),
            ),
            (None, Some(finished)) => (finished.fingerprint.as_ref(), None),
            (None, None) => (None, None),
        };
        if let Some(found) = format.filter(|found| *found != request.state_format) {
            return Some(Mismatch::Format { found, known: request.state_format });
        }
        fingerprint.filter(|found| *found != request.fingerprint).map(|_| Mismatch::Configuration)
    }

    /// Makes it fit who asks: the connector, or the operator, has said that it does. `state` takes the place of what
    /// the unfinished chain goes on from; without, that stays, and is of the format of who asks.
    pub(crate) fn adapt(&mut self, request: &Request<'_>, state: Option<Value>) {
        if let Some(chain) = &mut self.unfinished {
            request.fingerprint.clone_into(&mut chain.fingerprint);
            if let Some(checkpoint) = &mut chain.checkpoint {
                checkpoint.state = state.unwrap_or_else(|| checkpoint.state.take());
                request.version.clone_into(&mut checkpoint.version);
                checkpoint.state_format = request.state_format;
            }
        }
        if let Some(finished) = &mut self.finished
            && finished.fingerprint.is_some()
        {
            finished.fingerprint = Some(request.fingerprint.to_owned());
        }
    }

    /// What a run is to do that asks for the stream: go on with the unfinished chain, or begin a new one.
    ///
    /// # Errors
    /// [`Refusal`].
    pub(crate) fn plan(&self, request: &Request<'_>) -> Result<Plan, Refusal> {
        if self.connector != request.connector {
            return Err(Refusal::OtherConnector { found: self.connector.clone() });
        }
        match &self.unfinished {
            Some(chain) => resumed(chain, request),
            None => self.begun(request),
        }
    }

    fn begun(&self, request: &Request<'_>) -> Result<Plan, Refusal> {
        let cutoff = self.cutoff(request).ok_or(Refusal::NoCutoff)?;
        let chain = Chain {
            id: request.run.to_owned(),
            started_at: request.now,
            cutoff,
            runs: 1,
            sink: request.sink.to_owned(),
            position: Position::Null,
            revision: 0,
            records: 0,
            checkpoint: None,
            fingerprint: request.fingerprint.to_owned(),
            has_progressed: false,
            stalled: 0,
        };
        Ok(Plan { chain, is_resumed: false })
    }

    fn cutoff(&self, request: &Request<'_>) -> Option<Timestamp> {
        let floor = match request.cutoff {
            Cutoff::Exactly(cutoff) => return Some(cutoff),
            Cutoff::SinceLast(floor) => floor,
        };
        // A clock that was ahead when the last chain began must not hide what is new now.
        let last = self.finished.as_ref().map(|finished| finished.read_up_to.min(request.now));
        let last = last.map(|time| time.saturating_sub(request.overlap).unwrap_or(Timestamp::MIN));
        last.max(floor)
    }

    /// A run has begun on a plan, and the sink stands at a position.
    pub(crate) fn begin(&mut self, plan: &Plan, position: Position) {
        self.epoch = self.epoch.saturating_add(1);
        self.unfinished = Some(Chain { position, ..plan.chain.clone() });
    }

    /// The next checkpoint of the unfinished chain, after so many records before and in the run.
    pub(crate) fn mark(&self, state: &str, records_before: u64, records: u64) -> Mark {
        let revision = self.unfinished.as_ref().map_or(0, |chain| chain.revision).saturating_add(1);
        let records = records_before.saturating_add(records);
        Mark { revision, state: state.to_owned(), records, ..Mark::default() }
    }

    /// A checkpoint of the unfinished chain has become durable in the sink, which then stands at a position.
    pub(crate) fn checkpoint(&mut self, mark: &Mark, position: Position, checkpoint: Checkpoint) {
        let Some(chain) = &mut self.unfinished else { return };
        let before = chain.checkpoint.as_ref().map(|checkpoint| &checkpoint.state);
        chain.has_progressed |= before != Some(&checkpoint.state);
        (chain.revision, chain.records) = (mark.revision, mark.records);
        chain.position = position;
        chain.checkpoint = Some(checkpoint);
    }

    /// The unfinished chain has come to its end.
    pub(crate) fn finish(&mut self, mark: &Mark, at: Timestamp) {
        let Some(chain) = self.unfinished.take() else { return };
        self.finished = Some(Finished {
            read_up_to: chain.started_at,
            at,
            chain: Some(chain.id),
            cutoff: Some(chain.cutoff),
            records: mark.records,
            runs: chain.runs,
            version: Some(mark.version.clone()),
            fingerprint: Some(chain.fingerprint),
        });
    }

    /// What would be read again if the state were reset, or only its unfinished chain.
    pub(crate) fn lost_by_reset(&self, only_unfinished: bool) -> String {
        let chain = self.unfinished.as_ref().map(|chain| {
            format!(
                "the unfinished sync since {} begins anew: its {} records before the last checkpoint are read again",
                chain.started_at.strftime("%F %TZ"),
                chain.records
            )
        });
        let finished = self.finished.as_ref().filter(|_| !only_unfinished).map(|finished| {
            let read_up_to = finished.read_up_to.strftime("%F %TZ");
            format!(
                "the next sync needs a cutoff, and reads again what is newer than that, also what was read up to {read_up_to}"
            )
        });
        let lost: Vec<String> = chain.into_iter().chain(finished).collect();
        if lost.is_empty() { "nothing is read again".to_owned() } else { lost.join("; ") }
    }
}

#[cfg(any(fuzzing, test))]
impl StreamState {
    /// Goes through a run on this state: none of its numbers and times may be too large for that.
    pub(crate) fn try_everything(&self) {
        let now = Timestamp::from_second(1_700_000_000).unwrap_or_default();
        let request = Request {
            run: "r",
            now,
            cutoff: Cutoff::SinceLast(Some(now)),
            overlap: SignedDuration::MAX,
            connector: &self.connector,
            version: "0.0.0",
            state_format: 1,
            fingerprint: "f",
            sink: "stdout",
        };
        let _ = (self.mismatch(&request), self.lost_by_reset(false));
        let Ok(plan) = self.plan(&request) else { return };
        let mut state = self.clone();
        state.begin(&plan, Position::Null);
        let mark = state.mark("{}", u64::MAX, 1);
        state.finish(&mark, now);
        let _ = state.lost_by_reset(true);
    }
}

fn resumed(chain: &Chain, request: &Request<'_>) -> Result<Plan, Refusal> {
    if chain.sink != request.sink {
        let (found, wanted) = (chain.sink.clone(), request.sink.to_owned());
        return Err(Refusal::OtherSink { found, wanted });
    }
    let stalled = if chain.has_progressed { 0 } else { chain.stalled.saturating_add(1) };
    let chain = Chain { runs: chain.runs.saturating_add(1), stalled, has_progressed: false, ..chain.clone() };
    Ok(Plan { chain, is_resumed: true })
}

/// The command that resets a state, as it can be typed.
pub(crate) fn reset_command(key: &Key) -> String {
    let lane = key.lane.to_string();
    let mut words = vec!["codeclimate-connector", "state", "reset"];
    if key.lane != Lane::Sync {
        words.extend(["--lane", &lane]);
    }
    if [&key.connection, &key.stream].iter().any(|name| name.starts_with('-')) {
        words.push("--");
    }
    words.extend([key.connection.as_str(), &key.stream]);
    // Only a zero byte cannot be quoted, and it cannot be typed either.
    shlex::try_join(words).unwrap_or_else(|_| "codeclimate-connector state reset".to_owned())
}
