//! A sync whose state is kept: runs that together make a chain.

mod attempt;
mod migration;
mod report;

use std::{
    collections::HashSet,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use codeclimate_connector_abi::v1::verb;
use jiff::Timestamp;

use crate::{
    delivery::{Delivery, DeliveryError, Opening},
    exit_code::ExitCode,
    frame::Level,
    sink::Scope,
    state::{Cutoff, DataFolder, Database, Finished, Key, Lane, Lease, Plan, Request, StateStore},
    supervisor::Outcome,
};

use super::{CliError, keep::Keep, run::SyncPayload, session::Session, stream::StreamRecord};

pub(crate) use attempt::{Attempt, Next};
pub(crate) use migration::StaleState;
pub(crate) use report::ChainReport;

/// What a sync needs that keeps its state.
pub(crate) struct Kept<'k> {
    keep: &'k Keep,
    store: Arc<dyn StateStore>,
    connection: String,
}

impl<'k> Kept<'k> {
    /// Opens the store. None where no state is kept.
    pub(crate) fn open(keep: &'k Keep, connection: &str) -> Result<Option<Self>, CliError> {
        let Some(folder) = &keep.data_folder else { return Ok(None) };
        let store = Arc::new(Database::open(&DataFolder::open(folder)?)?);
        Ok(Some(Self::with(keep, store, connection)))
    }

    /// With a store that is open already.
    pub(crate) fn with(keep: &'k Keep, store: Arc<dyn StateStore>, connection: &str) -> Self {
        Self { keep, store, connection: connection.to_owned() }
    }

    /// Runs until the chain is done, or the first run is over that does not ask to be continued.
    pub(crate) fn sync(
        &self,
        session: &mut Session<'_>,
        stream: &StreamRecord,
        debug: bool,
    ) -> Result<ExitCode, CliError> {
        loop {
            let attempt = self.attempt(session, stream, debug)?;
            let next = if self.keep.is_until_done { attempt.next(LONGEST_WAIT) } else { Next::Over };
            if let Some((level, text)) = next.told() {
                session.console.say(level, &text);
            }
            let Next::GoOn { at } = next else { return Ok(attempt.code) };
            if let Some(code) = at.and_then(|time| wait_until(session, time)) {
                return Ok(code);
            }
            session.start_over();
        }
    }

    /// Makes one run of the chain, and tells how it ended.
    pub(crate) fn attempt(
        &self,
        session: &mut Session<'_>,
        stream: &StreamRecord,
        debug: bool,
    ) -> Result<Attempt, CliError> {
        let (outcome, chain) = self.run(session, stream, debug)?;
        let code = session.conclude_kept("sync-stream", Some(&stream.id), &outcome, chain.as_ref());
        Ok(Attempt::new(code, &outcome, chain.as_ref()))
    }

    fn run(
        &self,
        session: &mut Session<'_>,
        stream: &StreamRecord,
        debug: bool,
    ) -> Result<(Outcome, Option<ChainReport>), CliError> {
        let run = session.next_run();
        let identity = self.keep.destination.identity();
        session.begin_into(identity.clone());
        let prepared = &session.prepared;
        let (slug, version) = (prepared.note.slug.to_string(), prepared.note.version.clone());
        let fingerprint = prepared.fingerprint.clone();
        let request = Request {
            run: &run,
            now: Timestamp::now(),
            cutoff: self.keep.cutoff,
            overlap: self.keep.overlap,
            connector: &slug,
            version: &version,
            state_format: prepared.note.state_format,
            fingerprint: &fingerprint,
            sink: &identity,
        };
        let lease = Lease::take(Arc::clone(&self.store), self.key(&stream.id), &request)?;
        let scope = Scope {
            connection: self.connection.clone(),
            stream: stream.id.clone(),
            lane: self.keep.lane.clone(),
            chain: String::new(),
            run: run.clone(),
            connector: slug.clone(),
            version: version.clone(),
        };
        let open = |scope: &Scope, start: &_| self.keep.destination.open(scope, start);
        let mut opening = Opening::new(lease, &request, &scope, &open)?;
        if let Some(mismatch) = opening.lease().mismatch(&request) {
            self.adapt(session, &mut opening, &request, &mismatch, debug)?;
            session.go_on_as(&run);
            session.begin_into(identity.clone());
        }
        let (delivery, plan) = opening.begin(&request)?;
        let delivery = delivery.with_letters(self.keep.letters(
            &session.masked(&self.connection),
            &session.masked(&stream.id),
            &run,
        )?);
        self.tell(session, &plan);
        let mut job = session.prepared.job(verb::SYNC_STREAM, self.payload(stream, &plan), debug);
        job.rejections = self.keep.rejections;
        job.state = plan.chain.checkpoint.as_ref().map(|checkpoint| checkpoint.state.to_string());
        let (outcome, delivery) = session.run_kept("sync-stream", Some(&stream.id), &job, delivery)?;
        Ok(self.settle(outcome, delivery, &plan))
    }

    fn key(&self, stream: &str) -> Key {
        Key { connection: self.connection.clone(), stream: stream.to_owned(), lane: self.keep.lane.clone() }
    }

    fn payload(&self, stream: &StreamRecord, plan: &Plan) -> String {
        let latest_data_cutoff = match &self.keep.lane {
            Lane::Backfill { to, .. } => Some(*to),
            _ => None,
        };
        let earliest_data_cutoff = plan.chain.cutoff;
        SyncPayload { stream: &stream.json, earliest_data_cutoff, latest_data_cutoff }.text()
    }

    /// Says what the run is to do, where that is not what the operator typed.
    fn tell(&self, session: &mut Session<'_>, plan: &Plan) {
        let chain = &plan.chain;
        let cutoff = chain.cutoff.strftime("%F %TZ");
        if plan.is_resumed {
            let begun = chain.started_at.strftime("%F %TZ");
            let from = match &chain.checkpoint {
                Some(_) => format!("after its last checkpoint, {} records in", chain.records),
                None => "from its beginning: it came to no checkpoint".to_owned(),
            };
            let text = format!(
                "goes on with the sync begun {begun} (data since {cutoff}, run {}) {from}",
                chain.runs
            );
            session.console.say(Level::Info, &text);
        } else if !matches!(self.keep.cutoff, Cutoff::SinceLast(Some(given)) if given == chain.cutoff) {
            session.console.say(Level::Info, &format!("begins a sync of data since {cutoff}"));
        }
        if chain.stalled > 0 {
            let text = format!("{} of this sync came to no new checkpoint", runs_in_a_row(chain.stalled));
            session.console.say(Level::Warn, &text);
        }
    }

    /// Finishes what is done, and says what is left of what is not.
    fn settle(
        &self,
        outcome: Outcome,
        delivery: Option<Delivery>,
        plan: &Plan,
    ) -> (Outcome, Option<ChainReport>) {
        let Some(delivery) = delivery else { return (outcome, None) };
        if outcome.code == ExitCode::Done {
            let records = outcome.numbers.delivered;
            return match delivery.finish(records) {
                Ok(lease) => {
                    let finished = lease.as_ref().and_then(|lease| lease.state().finished.as_ref());
                    let report = finished.map(|finished| ChainReport::finished(self, plan, finished));
                    let kept = finished.map(|finished| self.next(finished));
                    (Outcome { kept, ..outcome }, report)
                }
                Err(error) => (outcome.not_kept(&error), None),
            };
        }
        let Some(chain) = delivery.lease().and_then(|lease| lease.state().unfinished.as_ref()) else {
            return (outcome, None);
        };
        let report = ChainReport::unfinished(self, chain);
        let mut kept = match &chain.checkpoint {
            Some(_) => format!("the next run goes on after {} records of this sync", chain.records),
            None => "no checkpoint: the next run begins this sync anew".to_owned(),
        };
        if report.runs_without_progress > 1 {
            kept.push_str(&format!(
                "; {} came to no new checkpoint",
                runs_in_a_row(report.runs_without_progress)
            ));
        }
        (Outcome { kept: Some(kept), ..outcome }, Some(report))
    }

    /// What the next sync does.
    fn next(&self, finished: &Finished) -> String {
        match self.keep.lane {
            Lane::Sync => format!(
                "read up to {}; the next sync begins there, less {}",
                finished.read_up_to.strftime("%F %TZ"),
                format_args!("{:#}", self.keep.overlap)
            ),
            _ => format!("{} records of this range", finished.records),
        }
    }

    /// Remembers which streams a connector discovers no more. What is kept of them stays.
    pub(crate) fn note_discovered(
        &self,
        session: &mut Session<'_>,
        ids: &HashSet<&str>,
    ) -> Result<(), CliError> {
        let (now, mut changed) = (Timestamp::now(), Vec::new());
        // One that is damaged is told of by whoever needs it.
        for (key, stored) in self.store.list_of(&self.connection, &Lane::Sync)?.into_iter().flatten() {
            let is_missing = !ids.contains(key.stream.as_str());
            if is_missing != stored.missing_since.is_some() {
                changed.push((key, is_missing.then_some(now)));
            }
        }
        self.store.note_missing(&changed)?;
        let missing: Vec<&Key> =
            changed.iter().filter(|(_, since)| since.is_some()).map(|(key, _)| key).collect();
        if let [first, rest @ ..] = &missing[..] {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            let reset = crate::state::reset_command(first);
            let text = format!(
                "not discovered any more: the stream {:?}{more}; what is kept stays, until `{reset}`",
                first.stream
            );
            session.console.say(Level::Warn, &session.prepared.masker.mask(&text));
        }
        Ok(())
    }
}

fn runs_in_a_row(runs: u32) -> String {
    if runs == 1 { "the last run".to_owned() } else { format!("the last {runs} runs") }
}

/// How long a source may ask to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Waits until a source wants to be asked again; gives the ending, where somebody cancels it.
fn wait_until(session: &mut Session<'_>, time: Timestamp) -> Option<ExitCode> {
    let left = Duration::try_from(time.duration_since(Timestamp::now())).ok()?;
    let end = Instant::now() + left;
    while Instant::now() < end {
        if let Some(code) = session.cancelled() {
            return Some(code);
        }
        thread::sleep(Duration::from_millis(100).min(end.saturating_duration_since(Instant::now())));
    }
    None
}

impl From<DeliveryError> for CliError {
    fn from(error: DeliveryError) -> Self {
        match error {
            DeliveryError::Sink(error) => Self::Sink(error),
            DeliveryError::State(error) => Self::State(error),
            DeliveryError::Letter(error) => Self::Letter(error),
            DeliveryError::Refused(error) => Self::Refused(error),
        }
    }
}
