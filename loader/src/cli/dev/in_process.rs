//! The one exception to 'the runner never opens a connector': the verb is done in this very process, for a debugger.
//!
//! A connector serves one verb in a process of its own, so streams are discovered in a worker before.

use std::{
    io::{self, Read as _},
    os::{
        fd::{AsFd as _, OwnedFd},
        unix::net::UnixStream,
    },
    sync::{Arc, atomic::AtomicBool},
    thread,
    time::{Duration, Instant},
};

use rustix::stdio::dup2_stdout;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag::register_conditional_default,
};

use crate::{
    console::Console,
    exit_code::ExitCode,
    frame::{Decoder, End, Job, Kind, Level, LogLine, PanicReport, Status, split_record},
    supervisor::{Evidence, Limits, Numbers, Observer as _, Outcome, Stop},
    worker::{exit, run_here},
};

use super::{
    super::{CliError, print, verify},
    Verb,
    once::{Round, number, payload},
    rows,
};

/// Nobody who looks at each step is hurried.
const TIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What is said before anything else.
pub(super) const WARNING: &str = "the connector is loaded into this very process: no limits, no sandbox, nothing is \
    cleaned up, and what it prints goes to standard error as it is, secrets too; for debuggers, and for connectors that \
    you trust";

/// Why a verb could not be begun here.
#[derive(Debug, thiserror::Error)]
#[error("cannot run the connector in this process")]
pub(crate) struct InProcessError(#[source] Reason);

type Reason = Box<dyn std::error::Error + Send + Sync>;

/// Does the verb of a round in this process, which it ends.
pub(super) fn run(round: &mut Round<'_>) -> Result<ExitCode, CliError> {
    let options = round.step.options;
    let stream = match options.verb {
        Verb::VerifyConfiguration | Verb::DiscoverStreams => None,
        Verb::SyncStream | Verb::SyncEntity => match round.stream()? {
            Ok(stream) => Some(stream),
            Err(code) => return Ok(code),
        },
    };
    let payload = stream.as_ref().map(|stream| payload(options, stream)).transpose()?.unwrap_or_default();
    if let Some(code) = round.session.cancelled() {
        return Ok(code);
    }
    end_with_signals()
        .map_err(|source| CliError::System { what: "give up listening for signals", source })?;
    let job = round.session.prepared.job(number(options.verb), payload, round.step.debug);
    let width = rows::width();
    let slug = round.session.prepared.note.slug.clone();
    round.session.console.begin(slug.as_str());
    let came = call(job, options.rows, round.session.console);
    round.session.console.end();
    let Came { evidence, records } = came.map_err(InProcessError)?;
    let limits = Limits { deadline: TIME, ..options.limits() };
    let outcome = Outcome::of(Evidence { numbers: Numbers { limits, ..evidence.numbers }, ..evidence });
    let code = match options.verb {
        Verb::VerifyConfiguration => {
            let ran = outcome.numbers.duration;
            let code = verify::conclude(&mut round.session, outcome)?;
            round.tell_times(ran, None);
            code
        }
        verb => {
            round.session.console.flush();
            print(rows::tables(&records, width).as_bytes())?;
            let id = stream.as_ref().map(|stream| stream.id.as_str());
            let code = round.session.conclude(verb.name(), id, &outcome);
            let shown = round.rows_shown(records.len() as u64, &outcome);
            round.tell_times(outcome.numbers.duration, Some(shown));
            code
        }
    };
    round.session.console.flush();
    // What the connector has left to be done at the end of the process is not done, as in a worker.
    exit(code.number().into())
}

/// From now on the signals that ask to stop end this process, as they end any other: nobody listens any more.
fn end_with_signals() -> io::Result<()> {
    for signal in [SIGINT, SIGTERM] {
        register_conditional_default(signal, Arc::new(AtomicBool::new(true)))?;
    }
    Ok(())
}

/// What a verb came to.
#[derive(Default)]
struct Came {
    evidence: Evidence,
    /// Those that are shown.
    records: Vec<String>,
}

/// Does a job on this thread, while another takes what it sends.
fn call(job: Job, rows: u64, console: &mut Console) -> Result<Came, Reason> {
    let (ours, theirs) = UnixStream::pair()?;
    let (status, _page) = Status::create()?;
    status.set_time_left(TIME);
    let status = Arc::new(status);
    let begun = Instant::now();
    let mut came = thread::scope(|scope| -> Result<Came, Reason> {
        let _aside = Aside::new()?;
        let taking = scope.spawn(|| take(ours, rows, &status, console));
        run_here(job, theirs, &status)?;
        taking.join().map_err(|_| "the thread that takes the records has panicked".into())
    })?;
    came.evidence.late_calls = status.late();
    let numbers = &mut came.evidence.numbers;
    (numbers.accepted, numbers.sent) = (status.accepted(), status.sent());
    (numbers.rejected, numbers.duration) = (status.rejected(), begun.elapsed());
    Ok(came)
}

/// While it lives, standard output goes where standard error goes: what a connector prints must not stand among its records.
struct Aside(OwnedFd);

impl Aside {
    fn new() -> io::Result<Self> {
        let output = io::stdout().as_fd().try_clone_to_owned()?;
        dup2_stdout(io::stderr())?;
        Ok(Self(output))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Where that fails, records go to standard error, which can be seen.
        let _ = dup2_stdout(&self.0);
    }
}

/// Takes the frames of a verb until its end; asks it to stop after so many records.
fn take(mut channel: UnixStream, rows: u64, status: &Status, console: &mut Console) -> Came {
    let (mut decoder, mut bytes) = (Decoder::default(), vec![0; 64 * 1024]);
    let mut came = Came::default();
    came.evidence.held_by = Some("in this process, without limits and sandbox".to_owned());
    while came.evidence.end.is_none() {
        // Frames come from this very process: what cannot be read is the end.
        let Ok(length @ 1..) = channel.read(&mut bytes) else { break };
        decoder.push(&bytes[..length]);
        while let Ok(Some((kind, payload))) = decoder.next_frame() {
            came.take_frame(kind, payload, rows, console);
        }
        if came.evidence.numbers.delivered >= rows && came.evidence.end.is_none() {
            came.evidence.stop = Some(Stop::Enough);
            status.cancel();
        }
    }
    came
}

impl Came {
    fn take_frame(&mut self, kind: Kind, payload: &[u8], rows: u64, console: &mut Console) {
        match kind {
            Kind::Record => {
                self.evidence.numbers.delivered += 1;
                if self.evidence.numbers.delivered <= rows {
                    let record = split_record(payload).map(|(_, record)| record);
                    self.records.extend(record.map(|record| String::from_utf8_lossy(record).into_owned()));
                }
            }
            Kind::Log => {
                if let Ok(line) = serde_json::from_slice::<LogLine>(payload) {
                    console.line("connector", &line);
                }
            }
            Kind::Panic => {
                if let Ok(panic) = serde_json::from_slice::<PanicReport>(payload) {
                    tell_panic(&panic, console);
                    self.evidence.panics.push(panic);
                }
            }
            Kind::End => self.evidence.end = serde_json::from_slice::<End>(payload).ok(),
            Kind::Ready => self.evidence.is_made = true,
            Kind::Checkpoint | Kind::Rejected => {}
        }
    }
}

fn tell_panic(panic: &PanicReport, console: &mut Console) {
    let place = match (&panic.file, panic.line) {
        (Some(file), Some(line)) => format!("{file}:{line}: "),
        _ => String::new(),
    };
    console.say(Level::Error, &format!("panic at {place}{}", panic.message));
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use crate::{
        console::LogFormat,
        frame::{FailureReport, Stage, append, append_record},
    };

    use super::*;

    /// The outcome of a verb that sends so many records and then this end, of which so many rows are wanted.
    fn outcome(records: u64, end: &End, rows: u64) -> (Outcome, usize) {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let (status, _page) = Status::create().unwrap();
        let sending = thread::spawn({
            let end = serde_json::to_vec(end).unwrap();
            move || {
                let mut bytes = Vec::new();
                for _ in 0..records {
                    append_record(&mut bytes, "", b"{}");
                }
                theirs.write_all(&bytes).unwrap();
                // The end in a read of its own, so that there is time to ask for it.
                thread::sleep(Duration::from_millis(50));
                bytes.clear();
                append(&mut bytes, Kind::End, &end);
                theirs.write_all(&bytes).unwrap();
            }
        });
        let came = take(ours, rows, &status, &mut Console::new(LogFormat::Text, false));
        sending.join().unwrap();
        assert_eq!(status.is_cancelled(), records >= rows);
        let limits = Limits { deadline: TIME, ..Limits::default() };
        let numbers = Numbers { limits, ..came.evidence.numbers };
        (Outcome::of(Evidence { numbers, ..came.evidence }), came.records.len())
    }

    #[test]
    fn an_end_comes_to_what_it_comes_to_in_a_worker_also_after_rows_enough() {
        let failed = |kind: &str| End::Failed { stage: Stage::Verb, failure: FailureReport::new(kind, "x") };
        let table = [
            (End::Done { answer: None }, 5, ExitCode::Done),
            (failed("cancelled"), 5, ExitCode::Done),
            (failed("cancelled"), 3, ExitCode::ConnectorError),
            (failed("connector"), 5, ExitCode::ConnectorError),
            (failed("panic"), 5, ExitCode::ConnectorPanicked),
            (failed("configuration"), 2, ExitCode::Configuration),
            (failed("invalid-record"), 2, ExitCode::InvalidRecords),
            (failed("source-unavailable"), 6, ExitCode::SourceUnavailable),
            (failed("paused"), 2, ExitCode::Paused),
        ];
        for (end, records, code) in table {
            let (outcome, shown) = outcome(records, &end, 5);
            assert_eq!((outcome.code, outcome.numbers.delivered), (code, records), "{end:?}");
            assert_eq!(shown as u64, records.min(5));
        }
    }
}
