//! The verbs that produce records.

use std::{collections::HashSet, path::PathBuf, sync::mpsc, time::Instant};

use codeclimate_connector_abi::v1::verb;
use serde::Serialize;
use serde_json::json;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};
use uuid::Uuid;

use crate::{
    console::Console,
    cutoff::parse_cutoff,
    delivery::Delivery,
    exit_code::ExitCode,
    frame::{Job, Level},
    sink::{Memory, Stdout},
    supervisor::{self, Connector, Limits, Outcome, OutcomeReport, Subject},
};

use super::{
    CliError,
    args::{Run, SyncStream},
    keep::Keep,
    kept::{ChainReport, Kept},
    level_of,
    prepare::{Prepared, spare_named},
    stream::{StreamArgument, StreamRecord},
    summary::{check_report_file, summary, write_report},
};

/// Prints the streams that a connector can sync.
pub(crate) fn discover_streams(run: &Run, debug: bool, console: &mut Console) -> Result<ExitCode, CliError> {
    let mut session = Session::new(run, console)?;
    let job = session.prepared.job(verb::DISCOVER_STREAMS, String::new(), debug);
    let outcome = session.run("discover-streams", None, &job, stdout()?)?;
    if outcome.code == ExitCode::Done && outcome.numbers.delivered == 0 {
        let message = "the connector discovered no stream, so there is nothing to sync; a connector should produce at least one";
        session.console.say(Level::Warn, message);
    }
    Ok(session.conclude("discover-streams", None, &outcome))
}

/// Produces the records of a stream.
pub(crate) fn sync_stream(
    arguments: &SyncStream,
    debug: bool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let now = jiff::Timestamp::now();
    let cutoff = arguments.earliest_data_cutoff.as_deref().map(|text| parse_cutoff(text, now)).transpose()?;
    let keep = arguments.keep.meant(cutoff, now)?;
    let argument = StreamArgument::read(&arguments.stream)?;
    let mut session = Session::new(&arguments.run, console)?;
    session.connection = keep.connection(session.prepared.note.slug.as_str());
    let kept = Kept::open(&keep, &session.connection)?;
    let stream = match session.resolve(argument, debug, kept.as_ref())? {
        Ok(stream) => stream,
        Err(code) => return Ok(code),
    };
    if let Some(kept) = kept {
        let ended = kept.sync(&mut session, &stream, debug);
        // The id of a stream, and what stands in a state, come from the connector.
        return ended.map_err(|error| error.masked(&session.prepared.masker));
    }
    // Without a state there is a cutoff: the options have been checked.
    let cutoff = cutoff.unwrap_or(now);
    let payload = json!({ "stream": stream.json, "earliestDataCutoff": cutoff.to_string() });
    session.produce("sync-stream", verb::SYNC_STREAM, &stream, &payload, debug, Some(&keep))
}

/// Prints the records of one entity.
pub(crate) fn sync_entity(
    run: &Run,
    stream: &str,
    entity: &str,
    debug: bool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let argument = StreamArgument::read(stream)?;
    let mut session = Session::new(run, console)?;
    let stream = match session.resolve(argument, debug, None)? {
        Ok(stream) => stream,
        Err(code) => return Ok(code),
    };
    let payload = json!({ "stream": stream.json, "entity": entity });
    session.produce("sync-entity", verb::SYNC_ENTITY, &stream, &payload, debug, None)
}

fn stdout() -> Result<Delivery, CliError> {
    Ok(Delivery::without_state(Box::new(Stdout::open().map_err(CliError::Output)?)))
}

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
struct Letters {
    records: u64,
    file: PathBuf,
}

/// One command: a connector that has been checked, signals, limits, and who is told.
pub(crate) struct Session<'a> {
    pub(crate) prepared: Prepared,
    pub(crate) console: &'a mut Console,
    signals: Signals,
    limits: Limits,
    fail_on_rejected: bool,
    check_twice: bool,
    outcome_file: Option<PathBuf>,
    started: Instant,
    /// The name under which something is kept of it.
    connection: String,
    /// The id of the last run.
    run: String,
    /// Records of it that were kept aside, and where.
    letters: Option<Letters>,
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
        let signals = Signals::new([SIGINT, SIGTERM])
            .map_err(|source| CliError::System { what: "listen for signals", source })?;
        Ok(Self {
            prepared,
            console,
            signals,
            limits: run.limits.limits(),
            fail_on_rejected: run.fail_on_rejected,
            check_twice: run.sandbox.check_twice,
            outcome_file: run.outcome_file.clone(),
            started: Instant::now(),
            connection: String::new(),
            run: String::new(),
            letters: None,
        })
    }

    /// The id of the run that comes next.
    pub(crate) fn next_run(&mut self) -> String {
        self.run = Uuid::now_v7().to_string();
        self.run.clone()
    }

    /// What comes next belongs to this run, whatever was asked in between.
    pub(crate) fn go_on_as(&mut self, run: &str) {
        run.clone_into(&mut self.run);
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
            digest: self.prepared.digest,
            check_twice: self.check_twice,
            limits: self.limits,
            started: self.started,
            masker: &self.prepared.masker,
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
        let outcome = if self.fail_on_rejected { outcome.failed_if_rejected() } else { outcome };
        Ok((outcome, delivery))
    }

    /// The stream that is meant; discovers it where only its id is given. The inner error is the exit code
    /// of a discovery that failed, which has been told.
    fn resolve(
        &mut self,
        argument: StreamArgument,
        debug: bool,
        kept: Option<&Kept<'_>>,
    ) -> Result<Result<StreamRecord, ExitCode>, CliError> {
        let id = match argument {
            StreamArgument::Record(stream) => return Ok(Ok(stream)),
            StreamArgument::Id(id) => id,
        };
        let (sender, discovered) = mpsc::channel();
        let job = self.prepared.job(verb::DISCOVER_STREAMS, String::new(), debug);
        let delivery = Delivery::without_state(Box::new(Memory::new(sender)));
        let outcome = self.run("discover-streams", None, &job, delivery)?;
        let outcome = outcome.cancelled_if_asked();
        if outcome.code != ExitCode::Done {
            return Ok(Err(self.conclude("discover-streams", None, &outcome)));
        }
        let streams: Result<Vec<_>, _> = discovered
            .into_iter()
            .map(|record| StreamRecord::read("a discovered stream", record.as_bytes()))
            .collect();
        if let (Some(kept), Ok(streams)) = (kept, &streams) {
            let ids: HashSet<&str> = streams.iter().map(|stream| stream.id.as_str()).collect();
            kept.note_discovered(self, &ids)?;
        }
        let found = streams.and_then(|streams| StreamRecord::find(&id, streams));
        // The ids come from the connector, and so may hold a secret.
        Ok(Ok(found.map_err(|error| error.masked(&self.prepared.masker))?))
    }

    fn produce(
        &mut self,
        name: &'static str,
        verb: u32,
        stream: &StreamRecord,
        payload: &serde_json::Value,
        debug: bool,
        keep: Option<&Keep>,
    ) -> Result<ExitCode, CliError> {
        let mut job = self.prepared.job(verb, payload.to_string(), debug);
        job.rejections = keep.map(|keep| keep.rejections).unwrap_or_default();
        let run = self.next_run();
        let (connection, id) = (self.masked(&self.connection), self.masked(&stream.id));
        let letters = keep.map(|keep| keep.letters(&connection, &id, &run)).transpose()?.flatten();
        let delivery = stdout()?.with_letters(letters);
        let (outcome, _) = self.run_kept(name, Some(&stream.id), &job, delivery)?;
        Ok(self.conclude(name, Some(&stream.id), &outcome))
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
        let Some(path) = &self.outcome_file else { return code };
        let Prepared { note, masker, .. } = &self.prepared;
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
