//! One command: a connector that has been checked, signals, limits, and who is told.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool, mpsc},
    time::Instant,
};

use jiff::Timestamp;
use serde::Serialize;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};
use uuid::Uuid;

use crate::{
    console::Console,
    delivery::Delivery,
    exit_code::ExitCode,
    frame::{Job, Level},
    sink::Memory,
    supervisor::{self, Connector, Limits, Outcome, OutcomeReport, Subject},
};

use super::{
    CliError,
    args::Run,
    journal::{Begun, Journal},
    kept::ChainReport,
    level_of,
    prepare::{Prepared, spare_named},
    summary::{check_report_file, summary, write_report},
};

/// How a run ended, and what it leaves of its chain.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeptReport<'a> {
    #[serde(flatten)]
    run: OutcomeReport<'a>,
    /// Null where no state is kept.
    chain: Option<&'a ChainReport>,
    /// Null where no record was kept aside.
    dead_letters: Option<&'a Letters>,
}

/// Refused records that were kept aside.
#[derive(Debug, Serialize)]
pub(super) struct Letters {
    pub(super) records: u64,
    pub(super) file: PathBuf,
}

/// What holds for every run of a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) limits: Limits,
    pub(crate) fail_on_rejected: bool,
    pub(crate) check_twice: bool,
}

/// The signals that ask to stop. Whoever listens hears each of them, also beside others.
pub(crate) fn signals() -> Result<Signals, CliError> {
    Signals::new([SIGINT, SIGTERM]).map_err(|source| CliError::System { what: "listen for signals", source })
}

/// One command: a connector that has been checked, signals, limits, and who is told.
pub(crate) struct Session<'a> {
    pub(crate) prepared: Arc<Prepared>,
    pub(crate) console: &'a mut Console,
    signals: Signals,
    pub(super) bounds: Bounds,
    outcome_file: Option<PathBuf>,
    started: Instant,
    /// The name under which something is kept of it.
    pub(super) connection: String,
    /// The id of the last run.
    pub(super) run: String,
    /// When that began, and where its records go.
    pub(super) begun: Begun,
    /// Records of it that were kept aside, and where.
    pub(super) letters: Option<Letters>,
    /// Where runs are remembered; none where nobody asked for that.
    pub(super) journal: Option<Journal>,
    /// Becomes true when nobody wants more of the run.
    enough: Option<Arc<AtomicBool>>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(run: &Run, console: &'a mut Console) -> Result<Self, CliError> {
        run.outcome_file.as_deref().map(check_report_file).transpose()?;
        run.outcome_file.as_deref().map(|path| spare_named(run, path)).transpose()?;
        let prepared = Prepared::new(run)?;
        run.outcome_file.as_deref().map(|path| prepared.spare(path)).transpose()?;
        for (level, notice) in prepared.notices() {
            console.say(level, &notice);
        }
        let bounds = Bounds {
            limits: run.limits.limits(),
            fail_on_rejected: run.fail_on_rejected,
            check_twice: run.sandbox.check_twice,
        };
        let session = Self::of(Arc::new(prepared), bounds, "", signals()?, console);
        Ok(Self { outcome_file: run.outcome_file.clone(), ..session })
    }

    /// For runs of a connector that has been prepared, and told of, before.
    pub(crate) fn of(
        prepared: Arc<Prepared>,
        bounds: Bounds,
        connection: &str,
        signals: Signals,
        console: &'a mut Console,
    ) -> Self {
        Self {
            prepared,
            console,
            signals,
            bounds,
            outcome_file: None,
            started: Instant::now(),
            connection: connection.to_owned(),
            run: String::new(),
            begun: Begun { at: Timestamp::now(), sink: None },
            letters: None,
            journal: None,
            enough: None,
        }
    }

    /// With a history, in which each run is remembered.
    pub(crate) fn remembered_in(self, journal: Journal) -> Self {
        Self { journal: Some(journal), ..self }
    }

    /// With runs that end when this becomes true.
    pub(crate) fn until(self, enough: Arc<AtomicBool>) -> Self {
        Self { enough: Some(enough), ..self }
    }

    /// The id of the run that comes next.
    pub(crate) fn next_run(&mut self) -> String {
        self.run = Uuid::now_v7().to_string();
        self.begun = Begun { at: Timestamp::now(), sink: None };
        self.run.clone()
    }

    /// Where the records of the next run go.
    pub(crate) fn begin_into(&mut self, sink: String) {
        self.begun.sink = Some(sink);
    }

    /// What comes next belongs to this run, whatever was asked in between.
    pub(crate) fn go_on_as(&mut self, run: &str) {
        run.clone_into(&mut self.run);
        self.begun.at = Timestamp::now();
    }

    /// A text of a connector without secrets.
    pub(crate) fn masked(&self, text: &str) -> String {
        self.prepared.masker.mask(text).into_owned()
    }

    /// The deadline of what comes next begins now.
    pub(crate) fn start_over(&mut self) {
        self.started = Instant::now();
    }

    /// The ending, where somebody has cancelled the command between two runs.
    pub(crate) fn cancelled(&mut self) -> Option<ExitCode> {
        let signal = self.signals.pending().next()?;
        Some(if signal == SIGTERM { ExitCode::Terminated } else { ExitCode::Interrupted })
    }

    /// Makes one run of which no state is kept. Several runs of a command share its deadline.
    pub(crate) fn run(
        &mut self,
        verb: &'static str,
        stream: Option<&str>,
        job: &Job,
        delivery: Delivery,
    ) -> Result<Outcome, CliError> {
        self.next_run();
        Ok(self.run_kept(verb, stream, job, delivery)?.0)
    }

    /// Makes a run that answers and produces nothing.
    pub(crate) fn ask(&mut self, verb: &'static str, job: &Job) -> Result<Outcome, CliError> {
        let (sender, _records) = mpsc::channel();
        self.run(verb, None, job, Delivery::without_state(Box::new(Memory::new(sender))))
    }

    /// Makes the run whose id was given last; gives the delivery back, to be finished.
    pub(crate) fn run_kept(
        &mut self,
        verb: &'static str,
        stream: Option<&str>,
        job: &Job,
        delivery: Delivery,
    ) -> Result<(Outcome, Option<Delivery>), CliError> {
        let note = &self.prepared.note;
        let run = supervisor::Run {
            id: &self.run,
            slug: &note.slug,
            version: &note.version,
            stream,
            connection: &self.connection,
            job,
            library: &self.prepared.library,
            check_twice: self.bounds.check_twice,
            limits: self.bounds.limits,
            started: self.started,
            masker: &self.prepared.masker,
            enough: self.enough.as_deref(),
        };
        self.console
            .say(Level::Debug, &format!("run {}: {verb} of {} {}", self.run, note.slug, note.version));
        self.console.begin(note.slug.as_str());
        let outcome = supervisor::supervise(&run, delivery, &mut self.signals, self.console);
        self.console.end();
        let (outcome, delivery) = outcome?;
        let letters = delivery.as_ref().and_then(Delivery::letters).filter(|letters| letters.kept() > 0);
        self.letters =
            letters.map(|letters| Letters { records: letters.kept(), file: letters.path().to_owned() });
        if let Some(Letters { records, file }) = &self.letters {
            let text = format!(
                "refused records kept aside: {records}, in {}; `replay-dead-letters` checks them again",
                file.display()
            );
            self.console.say(Level::Warn, &text);
        }
        let outcome = if self.bounds.fail_on_rejected { outcome.failed_if_rejected() } else { outcome };
        Ok((outcome, delivery))
    }

    /// Tells how a run ended, in one line and, where that is wanted, in a file; gives its exit code.
    pub(crate) fn conclude(&mut self, verb: &str, stream: Option<&str>, outcome: &Outcome) -> ExitCode {
        self.conclude_kept(verb, stream, outcome, None)
    }

    /// As [`Session::conclude`], of a run that belongs to a chain.
    pub(crate) fn conclude_kept(
        &mut self,
        verb: &str,
        stream: Option<&str>,
        outcome: &Outcome,
        chain: Option<&ChainReport>,
    ) -> ExitCode {
        let note = &self.prepared.note;
        let code = outcome.code;
        let subject = stream.map(|id| format!(" {id:?}")).unwrap_or_default();
        let subject = format!("{} {} {verb}{subject}", note.slug, note.version);
        let masker = &self.prepared.masker;
        let what = masker.mask(&outcome.what);
        let mut text = format!("{}: {}", masker.mask(&subject), summary(&what, outcome, code));
        if code == ExitCode::Denied {
            text.push_str(&self.prepared.withheld());
        }
        self.console.say(level_of(code), &text);
        self.report(verb, stream, outcome, code, chain)
    }

    /// Writes the outcome to the file that the operator named; gives the exit code, which a failure changes.
    pub(crate) fn report(
        &mut self,
        verb: &str,
        stream: Option<&str>,
        outcome: &Outcome,
        code: ExitCode,
        chain: Option<&ChainReport>,
    ) -> ExitCode {
        self.remember(verb, stream, outcome, code, chain);
        let Some(path) = &self.outcome_file else { return code };
        let Prepared { note, masker, .. } = &*self.prepared;
        let connector = Connector { slug: note.slug.as_str(), version: &note.version };
        let subject = Subject { connector, run: &self.run, verb, stream };
        let run = OutcomeReport::new(subject, outcome, code, masker);
        let report = KeptReport { run, chain, dead_letters: self.letters.as_ref() };
        let Err(error) = write_report(path, &report) else {
            return code;
        };
        self.console.say(Level::Error, &crate::chain(&error));
        if code == ExitCode::Done { ExitCode::OutputFailed } else { code }
    }
}
