//! Runs a connector with one configuration, and gives back what was seen of each run.

use std::{
    path::Path,
    sync::mpsc::sync_channel,
    time::{Duration, Instant},
};

use codeclimate_connector_abi::v1::verb;
use serde_json::{Map, Value};
use signal_hook::{consts::SIGTERM, iterator::Signals};
use uuid::Uuid;

use crate::{
    configuration::Configuration,
    conformance::{Observation, Rejected, judge},
    console::Console,
    dead_letters::Letter,
    delivery::Delivery,
    exit_code::ExitCode,
    frame::{FieldProblem, Scrutiny, StopAfter},
    mask::Masker,
    replay_source::{ReplaySource, replay},
    supervisor::{self, Limits, Outcome},
};

use super::{
    super::{
        CliError,
        prepare::{Prepared, Wanted},
        session::signals,
        verify::Answer,
    },
    recording::{Listening, Memory, Recording, Remembered},
};

/// How long a worker waits after its verb for what comes too late.
const LINGER: Duration = Duration::from_millis(300);
/// How long a connector may take to refuse a bad configuration.
const REFUSAL: Duration = Duration::from_secs(60);
/// Refused records that are remembered.
const REJECTIONS: usize = 20;

/// What all runs share: who may end them, and who is told.
pub(super) struct Listeners<'a> {
    signals: Signals,
    pub(super) console: &'a mut Console,
    /// Whether the connector's own lines are shown.
    verbose: bool,
    /// What came out of each run so far.
    pub(super) came_out: Vec<CameOut>,
}

/// What came out of a run that must not, whatever the run was made for.
pub(super) struct CameOut {
    verb: &'static str,
    stream: Option<String>,
    seen: Observation,
}

impl CameOut {
    pub(super) fn run(&self) -> judge::Run<'_> {
        judge::Run { verb: self.verb, stream: self.stream.as_deref(), seen: &self.seen }
    }
}

impl<'a> Listeners<'a> {
    pub(super) fn new(console: &'a mut Console, verbose: bool) -> Result<Self, CliError> {
        Ok(Self { signals: signals()?, console, verbose, came_out: Vec::new() })
    }

    /// An error where somebody has cancelled the command between two runs.
    fn check(&mut self) -> Result<(), CliError> {
        self.signals.pending().next().map_or(Ok(()), |signal| Err(cancelled(signal)))
    }
}

fn cancelled(signal: i32) -> CliError {
    CliError::Cancelled(if signal == SIGTERM { ExitCode::Terminated } else { ExitCode::Interrupted })
}

/// A connector with one configuration.
pub(super) struct Bench {
    pub(super) prepared: Prepared,
    /// As it is handed over.
    pub(super) configuration: Map<String, Value>,
    source: ReplaySource,
    limits: Limits,
    check_twice: bool,
}

/// A run to be made.
pub(super) struct Asked<'a> {
    name: &'static str,
    verb: u32,
    pub(super) payload: String,
    pub(super) stream: Option<&'a str>,
    /// To go on from.
    pub(super) state: Option<String>,
    pub(super) stop: Option<StopAfter>,
    /// In the place of the bench's own.
    configuration: Option<&'a Map<String, Value>>,
    creates_only: bool,
    deadline: Option<Duration>,
}

impl<'a> Asked<'a> {
    fn new(name: &'static str, verb: u32) -> Self {
        Self {
            name,
            verb,
            payload: String::new(),
            stream: None,
            state: None,
            stop: None,
            configuration: None,
            creates_only: false,
            deadline: None,
        }
    }

    /// The client is made and dropped.
    pub(super) fn creation() -> Self {
        Self { creates_only: true, ..Self::verification() }
    }

    pub(super) fn verification() -> Self {
        Self::new("verify-configuration", verb::VERIFY_CONFIGURATION)
    }

    /// A verification with a configuration that no schema has been asked about.
    pub(super) fn refusal(configuration: &'a Map<String, Value>) -> Self {
        Self { configuration: Some(configuration), deadline: Some(REFUSAL), ..Self::verification() }
    }

    pub(super) fn discovery() -> Self {
        Self::new("discover-streams", verb::DISCOVER_STREAMS)
    }

    pub(super) fn sync(stream: &'a str, payload: String) -> Self {
        Self { payload, stream: Some(stream), ..Self::new("sync-stream", verb::SYNC_STREAM) }
    }

    /// What sets it apart from the usual run.
    fn occasion(&self) -> Option<&'static str> {
        match self.stop {
            _ if self.configuration.is_some() => Some("with a bad configuration"),
            _ if self.creates_only => Some("when only its client is made"),
            Some(StopAfter::KillAtCheckpoint(_)) => Some("when killed"),
            Some(_) => Some("when asked to stop"),
            None if self.state.is_some() => Some("when gone on from a state"),
            None => None,
        }
    }
}

/// What came of a run.
pub(super) struct Ran {
    pub(super) seen: Observation,
    /// Streams that were produced, JSON.
    pub(super) streams: Vec<String>,
    /// Requests that no cassette has an answer for.
    pub(super) unrecorded: Vec<String>,
    /// Whether it left more than can be remembered.
    pub(super) is_too_much: bool,
}

impl Bench {
    /// Of a configuration in a file.
    pub(super) fn with_file(wanted: &Wanted<'_>, path: &Path) -> Result<Self, CliError> {
        Self::with(wanted, |schema| {
            let configuration = Configuration::read(&path.to_owned().into())?;
            Ok(replay(&configuration, schema)?)
        })
    }

    /// Of an example, which leads nowhere: there is no network.
    pub(super) fn with_example(wanted: &Wanted<'_>, example: Configuration) -> Result<Self, CliError> {
        let mut bench = Self::with(wanted, |_| Ok((example, ReplaySource::default())))?;
        bench.prepared.take_network_away();
        Ok(bench)
    }

    fn with(
        wanted: &Wanted<'_>,
        read: impl FnOnce(&Value) -> Result<(Configuration, ReplaySource), CliError>,
    ) -> Result<Self, CliError> {
        let (mut map, mut source) = (Map::new(), ReplaySource::default());
        let prepared = Prepared::with(wanted, |schema| {
            let (configuration, replayed) = read(schema)?;
            configuration.as_map().clone_into(&mut map);
            source = replayed;
            Ok(configuration)
        })?;
        let (limits, check_twice) = (wanted.limits, wanted.sandbox.check_twice);
        Ok(Self { prepared, configuration: map, source, limits, check_twice })
    }

    /// Makes a run and tells what was seen of it.
    ///
    /// # Errors
    /// Where it cannot be made, or was cancelled by a signal.
    pub(super) fn run(&self, asked: &Asked<'_>, listeners: &mut Listeners<'_>) -> Result<Ran, CliError> {
        listeners.check()?;
        self.source.rewind();
        // What a run that was killed has still asked for is not this one's.
        drop(self.source.take_unrecorded());
        let masker = &self.prepared.masker;
        let remembered = Remembered::default();
        let (sender, letters) = sync_channel(REJECTIONS);
        let sink = Recording { remembered: remembered.clone(), masker: masker.clone() };
        let delivery = Delivery::without_state(Box::new(sink)).telling(sender);
        let outcome = self.supervise(asked, delivery, &remembered, listeners)?;
        let memory = self.finished(&remembered, &outcome);
        let is_too_much = memory.is_full();
        let Memory { records, streams, checkpoints, stdout, stdout_lines, leaks, peak_memory, .. } = memory;
        let mut seen = Observation {
            code: outcome.code,
            what: masker.mask(&outcome.what).into_owned(),
            made: outcome.is_made,
            answer: outcome.answer.as_ref().map(|answer| masker.mask(answer.get()).into_owned()),
            records,
            rejections: letters.try_iter().map(|letter| rejected(&letter)).collect(),
            rejected: outcome.numbers.rejected,
            checkpoints,
            stdout,
            stdout_lines,
            leaks,
            peak_memory,
            late_calls: outcome.late_calls,
            stopping: outcome.stopping.map(|time| time.saturating_sub(lingered(asked))),
            occasion: asked.occasion(),
        };
        if asked.verb == verb::VERIFY_CONFIGURATION && !asked.creates_only {
            take_answer(&mut seen, &outcome, masker);
        }
        let stream = asked.stream.map(str::to_owned);
        listeners.came_out.push(CameOut { verb: asked.name, stream, seen: seen.output_alone() });
        let unrecorded = self.source.take_unrecorded();
        let unrecorded = unrecorded.iter().map(|request| masker.mask(request).into_owned()).collect();
        Ok(Ran { seen, streams, unrecorded, is_too_much })
    }

    fn supervise(
        &self,
        asked: &Asked<'_>,
        delivery: Delivery,
        remembered: &Remembered,
        listeners: &mut Listeners<'_>,
    ) -> Result<Outcome, CliError> {
        let note = &self.prepared.note;
        let mut job = self.prepared.job(asked.verb, asked.payload.clone(), true);
        if let Some(configuration) = asked.configuration {
            job.configuration =
                configuration.iter().map(|(key, value)| (key.clone(), value.to_string())).collect();
        }
        job.state.clone_from(&asked.state);
        job.stop = asked.stop;
        let linger_milliseconds = u64::try_from(lingered(asked).as_millis()).unwrap_or(0);
        job.scrutiny = Some(Scrutiny { creates_only: asked.creates_only, linger_milliseconds });
        let deadline = asked.deadline.map_or(self.limits.deadline, |most| most.min(self.limits.deadline));
        let run = supervisor::Run {
            id: &Uuid::now_v7().to_string(),
            slug: &note.slug,
            version: &note.version,
            stream: asked.stream,
            connection: "",
            job: &job,
            library: &self.prepared.library,
            check_twice: self.check_twice,
            limits: Limits { deadline, ..self.limits },
            started: Instant::now(),
            masker: &self.prepared.masker,
            enough: None,
        };
        let shows_lines = listeners.verbose;
        let mut observer = Listening {
            remembered: remembered.clone(),
            masker: &self.prepared.masker,
            console: &mut *listeners.console,
            shows_lines,
        };
        let (outcome, _) = supervisor::supervise(&run, delivery, &mut listeners.signals, &mut observer)?;
        match (outcome.signal, outcome.code) {
            (Some(signal), _) => Err(cancelled(signal)),
            (None, ExitCode::OutputFailed) if remembered.is_full() => Ok(outcome),
            (None, code @ (ExitCode::Unenforceable | ExitCode::Bug | ExitCode::OutputFailed)) => {
                let text = format!("{}: {}; {}", asked.name, outcome.what, outcome.advice);
                Err(CliError::Masked { text: self.prepared.masker.mask(&text).into_owned(), code })
            }
            _ => Ok(outcome),
        }
    }

    /// What is remembered of a run that is over, with the secrets in its last words.
    fn finished(&self, remembered: &Remembered, outcome: &Outcome) -> Memory {
        let masker = &self.prepared.masker;
        let mut memory = remembered.take();
        if let Some(failure) = &outcome.failure {
            memory.look_for_marks(masker, &failure.message, || "the error that it ends with".to_owned());
        }
        if let Some(answer) = &outcome.answer {
            memory.look_for_secrets(masker, answer.get(), || "the verb's answer".to_owned());
        }
        memory
    }
}

/// Only where something may still come: one that is killed, or bad, is not waited for.
fn lingered(asked: &Asked<'_>) -> Duration {
    let is_killed = matches!(asked.stop, Some(StopAfter::KillAtCheckpoint(_)));
    let is_waited_for = !is_killed && asked.configuration.is_none() && !asked.creates_only;
    if is_waited_for { LINGER } else { Duration::ZERO }
}

/// What the verb answered, as the exit code that operators see.
fn take_answer(seen: &mut Observation, outcome: &Outcome, masker: &Masker) {
    if seen.code != ExitCode::Done {
        return;
    }
    match outcome.answer.as_ref().and_then(|answer| Answer::read(answer)) {
        Some(answer) => {
            seen.what = masker.mask(&answer.sentence()).into_owned();
            if !answer.is_valid {
                seen.code = ExitCode::Configuration;
            }
        }
        None => {
            seen.code = ExitCode::ConnectorError;
            "answered with something that is not {\"isValid\":...,\"errorMessages\":[...]}"
                .clone_into(&mut seen.what);
        }
    }
}

fn rejected(letter: &Letter) -> Rejected {
    let record = letter.record.as_ref().map(|record| record.get()).unwrap_or_default();
    let record: Value = serde_json::from_str(record).unwrap_or_default();
    let text = |key: &str| record[key].as_str().map(str::to_owned);
    let problems = letter.errors.iter().filter_map(|error| serde_json::from_value(error.clone()).ok());
    let problems: Vec<FieldProblem> = problems.collect();
    Rejected { record_type: text("_type"), uri: text("self"), problems }
}
