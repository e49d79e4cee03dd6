//! One round of an author's work: a build, a run in a worker of its own, and what came of it.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use codeclimate_connector_abi::v1::verb;
use serde_json::json;
use signal_hook::iterator::Signals;

use crate::{
    cargo::{Building, ConnectorCrate, Wanted as ToBuild},
    configuration::{Configuration, ConfigurationSource},
    console::Console,
    delivery::Delivery,
    exit_code::ExitCode,
    frame::{Job, Level},
    replay_source::{ReplaySource, replay},
    supervisor::{Outcome, duration, records},
};

use super::{
    super::{
        CliError,
        args::Search,
        prepare::{Prepared, Wanted},
        print,
        run::SyncPayload,
        session::{self, Bounds, Session},
        stream::{StreamArgument, StreamRecord},
        verify,
    },
    DevOptions, Verb, cancelled_by,
    changes::Changes,
    in_process, rows,
    sink::FirstRows,
};

/// What each round is made from.
pub(super) struct Step<'a> {
    pub(super) options: &'a DevOptions,
    pub(super) connector: ConnectorCrate,
    pub(super) debug: bool,
    /// Becomes true when there are rows enough, or something has changed.
    pub(super) enough: Arc<AtomicBool>,
    /// None where there is one round only.
    pub(super) changes: Option<Changes>,
    /// Whether the build is let come to its end, whatever changes meanwhile.
    pub(super) is_patient: bool,
}

/// Builds and runs once. Gives the exit code of the run, or that of the signal which ended it; none where a change has ended
/// the build.
pub(super) fn once(
    step: &Step<'_>,
    signals: &mut Signals,
    console: &mut Console,
) -> Result<Option<ExitCode>, CliError> {
    let begun = Instant::now();
    let library = match build(step, signals, console)? {
        Built::Library(library) => library,
        Built::Changed => return Ok(None),
        Built::Signal(signal) => return Ok(Some(cancelled_by(signal))),
    };
    let built = begun.elapsed();
    if step.is_patient {
        // What has changed during the build is built after this run.
        step.enough.store(false, Ordering::Relaxed);
    }
    let Ready { prepared, cassettes } = prepare(step.options, &step.connector, &library)?;
    // In this process nothing is granted or denied.
    for (level, notice) in prepared.notices().into_iter().filter(|_| !step.options.in_process) {
        console.say(level, &notice);
    }
    let limits = step.options.limits();
    let bounds = Bounds { limits, fail_on_rejected: false, check_twice: step.options.sandbox.check_twice };
    let session = Session::of(Arc::new(prepared), bounds, "", session::signals()?, console);
    let mut round = Round { step, cassettes, session: session.until(Arc::clone(&step.enough)), built };
    let code = if step.options.in_process { in_process::run(&mut round) } else { round.run() };
    code.map(Some)
}

enum Built {
    Library(std::path::PathBuf),
    /// There is something newer to build.
    Changed,
    Signal(i32),
}

fn build(step: &Step<'_>, signals: &mut Signals, console: &mut Console) -> Result<Built, CliError> {
    // What stands there is to be above what cargo says.
    console.flush();
    let wanted = ToBuild { profile: step.options.profile(), target: None, locked: false };
    let mut signal = None;
    let is_over = || {
        signal = signals.pending().next();
        let has_changed = step.changes.as_ref().is_some_and(Changes::is_pending);
        signal.is_some() || (has_changed && !step.is_patient)
    };
    let library = Building::start(&step.connector, &wanted)?.wait(is_over)?;
    Ok(match (library, signal) {
        (_, Some(signal)) => Built::Signal(signal),
        (Some(library), None) => Built::Library(library),
        (None, None) => Built::Changed,
    })
}

/// A connector that may be run, with what stands in the place of its source for as long.
struct Ready {
    prepared: Prepared,
    cassettes: ReplaySource,
}

/// Reads and checks all that a run needs; nothing of the connector runs.
fn prepare(options: &DevOptions, connector: &ConnectorCrate, library: &Path) -> Result<Ready, CliError> {
    let configuration = options.configuration(connector);
    let search = Search { connector_path: Vec::new() };
    let wanted = Wanted {
        search: &search,
        connector: &library.to_string_lossy(),
        limits: options.limits(),
        sandbox: &options.sandbox,
        configuration: &configuration,
    };
    let mut cassettes = ReplaySource::default();
    let prepared = Prepared::with(&wanted, |schema| {
        let (configuration, started) = replay(&read_configuration(&configuration)?, schema)?;
        cassettes = started;
        Ok(configuration)
    })?;
    Ok(Ready { prepared, cassettes })
}

/// The configuration as the author has written it.
fn read_configuration(path: &Path) -> Result<Configuration, CliError> {
    if !path.exists() {
        return Err(CliError::NoDevConfiguration(path.to_owned()));
    }
    Ok(Configuration::read(&ConfigurationSource::from(path.to_owned()))?)
}

/// What `sync-stream` and `sync-entity` are told.
pub(super) fn payload(options: &DevOptions, stream: &StreamRecord) -> Result<String, CliError> {
    if options.verb == Verb::SyncEntity {
        return Ok(json!({ "stream": stream.json, "entity": options.entity }).to_string());
    }
    let cutoff = options.cutoff()?;
    let payload =
        SyncPayload { stream: &stream.json, earliest_data_cutoff: cutoff, latest_data_cutoff: None };
    Ok(payload.text())
}

/// The number of a verb in the binary interface.
pub(super) fn number(verb: Verb) -> u32 {
    match verb {
        Verb::VerifyConfiguration => verb::VERIFY_CONFIGURATION,
        Verb::DiscoverStreams => verb::DISCOVER_STREAMS,
        Verb::SyncStream => verb::SYNC_STREAM,
        Verb::SyncEntity => verb::SYNC_ENTITY,
    }
}

/// A run with all that it needs.
pub(super) struct Round<'a> {
    pub(super) step: &'a Step<'a>,
    pub(super) session: Session<'a>,
    cassettes: ReplaySource,
    built: Duration,
}

impl Round<'_> {
    fn run(&mut self) -> Result<ExitCode, CliError> {
        let options = self.step.options;
        match options.verb {
            Verb::VerifyConfiguration => self.verify(),
            Verb::DiscoverStreams => self.produce(None, String::new()),
            Verb::SyncStream | Verb::SyncEntity => {
                let stream = match self.stream()? {
                    Ok(stream) => stream,
                    Err(code) => return Ok(code),
                };
                self.produce(Some(&stream.id), payload(options, &stream)?)
            }
        }
    }

    fn verify(&mut self) -> Result<ExitCode, CliError> {
        let job = self.job(verb::VERIFY_CONFIGURATION, String::new());
        let outcome = self.session.ask("verify-configuration", &job)?;
        let signal = outcome.signal;
        let ran = outcome.numbers.duration;
        let code = verify::conclude(&mut self.session, outcome)?;
        self.tell_times(ran, None);
        Ok(signal.map_or(code, cancelled_by))
    }

    /// The stream that is named, or the first of all; the inner error is that of a discovery that failed, which has been told.
    pub(super) fn stream(&mut self) -> Result<Result<StreamRecord, ExitCode>, CliError> {
        let debug = self.step.debug;
        if let Some(named) = &self.step.options.stream {
            return self.session.resolve(StreamArgument::read(named)?, debug, None);
        }
        let (sender, discovered) = mpsc::channel();
        let job = self.job(verb::DISCOVER_STREAMS, String::new());
        let sink = FirstRows::new(sender, 1, Arc::clone(&self.step.enough));
        let outcome =
            self.session.run("discover-streams", None, &job, Delivery::without_state(Box::new(sink)))?;
        let outcome = outcome.cancelled_if_asked();
        let has_changed = self.step.changes.as_ref().is_some_and(Changes::is_pending);
        self.step.enough.store(has_changed && !self.step.is_patient, Ordering::Relaxed);
        if outcome.code != ExitCode::Done {
            return Ok(Err(self.session.conclude("discover-streams", None, &outcome)));
        }
        let first = StreamRecord::read_all(discovered)?.into_iter().next();
        Ok(Ok(first.ok_or(CliError::NoStream)?))
    }

    fn produce(&mut self, stream: Option<&str>, payload: String) -> Result<ExitCode, CliError> {
        let options = self.step.options;
        let (sender, shown) = mpsc::channel();
        let sink = FirstRows::new(sender, options.rows, Arc::clone(&self.step.enough));
        let job = self.job(number(options.verb), payload);
        self.session.start_over();
        let name = options.verb.name();
        let outcome = self.session.run(name, stream, &job, Delivery::without_state(Box::new(sink)))?;
        let shown: Vec<String> = shown.into_iter().collect();
        self.session.console.flush();
        print(rows::tables(&shown, rows::width()).as_bytes())?;
        let code = self.session.conclude(name, stream, &outcome);
        self.tell_times(outcome.numbers.duration, Some(self.rows_shown(shown.len() as u64, &outcome)));
        Ok(outcome.signal.map_or(code, cancelled_by))
    }

    fn job(&self, verb: u32, payload: String) -> Job {
        let job = self.session.prepared.job(verb, payload, self.step.debug);
        Job { sources: Some(self.step.connector.folder.clone()), ..job }
    }

    pub(super) fn rows_shown(&self, shown: u64, outcome: &Outcome) -> String {
        let changed = self.step.changes.as_ref().is_some_and(Changes::is_pending);
        if changed {
            return format!("{} until something changed", records(shown));
        }
        match is_cut(shown, outcome) {
            true => format!("the first {}, --rows shows more", records(shown)),
            false => records(shown),
        }
    }

    pub(super) fn tell_times(&mut self, ran: Duration, rows: Option<String>) {
        for complaint in self.cassettes.take_unrecorded() {
            let text = self.session.masked(&complaint);
            self.session.console.say(Level::Warn, &text);
        }
        let rows = rows.map(|rows| format!("{rows}; ")).unwrap_or_default();
        let text = format!("{rows}built in {}, run in {}", duration(self.built), duration(ran));
        self.session.console.say(Level::Info, &text);
    }
}

/// Whether there are, or may be, more records than are shown: it was stopped for them, and gave in or was killed.
fn is_cut(shown: u64, outcome: &Outcome) -> bool {
    let gave_in = outcome.code == ExitCode::Done && outcome.failure.is_some();
    shown < outcome.numbers.delivered || (shown > 0 && gave_in)
}

#[cfg(test)]
mod tests {
    use crate::{
        frame::{End, FailureReport, Stage},
        supervisor::{Evidence, Limits, Numbers, Stop},
    };

    use super::*;

    #[test]
    fn only_a_run_that_was_stopped_for_rows_has_more_to_show() {
        let failed = |kind| End::Failed { stage: Stage::Verb, failure: FailureReport::new(kind, "x") };
        for (end, delivered, is_cut_short) in [
            (End::Done { answer: None }, 6, false),
            (End::Done { answer: None }, 8, true),
            (failed("cancelled"), 6, true),
            (failed("connector"), 6, false),
        ] {
            let numbers = Numbers { delivered, limits: Limits::default(), ..Numbers::default() };
            let evidence =
                Evidence { stop: Some(Stop::Enough), end: Some(end), numbers, ..Evidence::default() };
            let outcome = Outcome::of(evidence);
            assert_eq!(is_cut(6, &outcome), is_cut_short, "{outcome:?}");
        }
    }
}
