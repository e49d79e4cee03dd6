//! The one exception to 'the runner never opens a connector': the verb is done in this very process, for a debugger.

use std::{io::Read as _, os::unix::net::UnixStream, sync::Arc, thread, time::Duration};

use codeclimate_connector_abi::v1::verb;
use signal_hook::consts::SIGINT;

use crate::{
    cargo::{Building, ConnectorCrate, Wanted as ToBuild},
    console::Console,
    exit_code::ExitCode,
    frame::{Decoder, End, Kind, Level, LogLine, PanicReport, Status, split_record},
    supervisor::{Observer as _, records},
    worker::{exit, run_here},
};

use super::{
    super::{CliError, prepare::Prepared, print, session::signals, stream::StreamRecord},
    DevOptions, Verb, cancelled_by,
    once::{Ready, number, payload, prepare},
    rows,
};

/// Nobody who looks at each step is hurried.
const TIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Why a verb could not be begun here.
#[derive(Debug, thiserror::Error)]
#[error("cannot run the connector in this process")]
pub(crate) struct InProcessError(#[source] Box<dyn std::error::Error + Send + Sync>);

/// Builds, then runs a verb in this process, which it ends.
pub(super) fn run(
    options: &DevOptions,
    connector: &ConnectorCrate,
    debug: bool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let text = "the connector is loaded into this very process: no limits, no sandbox, nothing is cleaned up; for debuggers, \
                and for connectors that you trust";
    console.say(Level::Warn, text);
    console.flush();
    let library = {
        // Only here: afterwards Ctrl-C ends this process as it ends any other.
        let mut signals = signals()?;
        let mut signal = None;
        let is_over = || {
            signal = signals.pending().next();
            signal.is_some()
        };
        let wanted = ToBuild { profile: options.profile(), target: None, locked: false };
        let library = Building::start(connector, &wanted)?.wait(is_over)?;
        signals.handle().close();
        library.ok_or(CliError::Cancelled(cancelled_by(signal.unwrap_or(SIGINT))))?
    };
    let Ready { prepared, cassettes: _cassettes } = prepare(options, connector, &library)?;
    let code = Here { options, prepared: &prepared, debug, console }.run()?;
    console.flush();
    // What the connector has left to be done at the end of the process is not done, as in a worker.
    exit(code.number().into())
}

/// A verb that is done here.
struct Here<'a> {
    options: &'a DevOptions,
    prepared: &'a Prepared,
    debug: bool,
    console: &'a mut Console,
}

/// What a verb came to.
struct Came {
    end: Option<End>,
    records: Vec<String>,
    /// Those that came beyond the rows to be shown.
    more: u64,
}

impl Here<'_> {
    fn run(&mut self) -> Result<ExitCode, CliError> {
        let verb = self.options.verb;
        let payload = match verb {
            Verb::VerifyConfiguration | Verb::DiscoverStreams => String::new(),
            Verb::SyncStream | Verb::SyncEntity => {
                let stream = match self.stream()? {
                    Ok(stream) => stream,
                    Err(code) => return Ok(code),
                };
                payload(self.options, &stream)?
            }
        };
        let came = self.call(number(verb), payload, self.options.rows)?;
        if let Some(End::Done { answer: Some(answer) }) = &came.end {
            print(format!("{answer}\n").as_bytes())?;
        }
        print(rows::tables(&came.records, rows::width()).as_bytes())?;
        Ok(self.conclude(verb.name(), &came))
    }

    fn stream(&mut self) -> Result<Result<StreamRecord, ExitCode>, CliError> {
        let came = self.call(verb::DISCOVER_STREAMS, String::new(), u64::MAX)?;
        if !matches!(came.end, Some(End::Done { .. })) {
            return Ok(Err(self.conclude("discover-streams", &came)));
        }
        let streams = StreamRecord::read_all(came.records)?;
        match &self.options.stream {
            Some(id) => Ok(Ok(StreamRecord::find(id, streams)?)),
            None => Ok(Ok(streams.into_iter().next().ok_or(CliError::NoStream)?)),
        }
    }

    /// Does a verb on this thread, while another takes what it sends.
    fn call(&mut self, verb: u32, payload: String, rows: u64) -> Result<Came, CliError> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| InProcessError(error);
        let job = self.prepared.job(verb, payload, self.debug);
        let (ours, theirs) = UnixStream::pair().map_err(|error| failed(error.into()))?;
        let (status, _page) = Status::create().map_err(|error| failed(error.into()))?;
        status.set_time_left(TIME);
        let status = Arc::new(status);
        self.console.begin(self.prepared.note.slug.as_str());
        let console = &mut *self.console;
        let came = thread::scope(|scope| {
            let taking = scope.spawn(|| take(ours, rows, &status, console));
            let ran = run_here(job, theirs, &status).map_err(failed);
            let came = taking.join();
            ran.map(|()| came)
        })?;
        self.console.end();
        came.map_err(|_| InProcessError("the thread that takes the records has panicked".into()).into())
    }

    fn conclude(&mut self, verb: &str, came: &Came) -> ExitCode {
        let count = came.records.len() as u64 + came.more;
        let (code, what) = match &came.end {
            Some(End::Done { .. }) => (ExitCode::Done, "done".to_owned()),
            Some(End::Failed { .. }) if came.more > 0 || count == self.options.rows => {
                (ExitCode::Done, "stopped when it was asked to".to_owned())
            }
            Some(End::Failed { failure, .. }) => {
                (ExitCode::ConnectorError, format!("failed: {}: {}", failure.kind, failure.message))
            }
            None => (ExitCode::Bug, "ended without saying how".to_owned()),
        };
        let note = &self.prepared.note;
        let text =
            format!("{} {} {verb}, in this process: {what}; {}", note.slug, note.version, records(count));
        self.console.say(super::super::level_of(code), &self.prepared.masker.mask(&text));
        code
    }
}

/// Takes the frames of a verb until its end; asks it to stop after so many records.
fn take(mut channel: UnixStream, rows: u64, status: &Status, console: &mut Console) -> Came {
    let (mut decoder, mut bytes) = (Decoder::default(), vec![0; 64 * 1024]);
    let mut came = Came { end: None, records: Vec::new(), more: 0 };
    while came.end.is_none() {
        // Frames come from this very process: what cannot be read is the end.
        let Ok(length @ 1..) = channel.read(&mut bytes) else { break };
        decoder.push(&bytes[..length]);
        while let Ok(Some((kind, payload))) = decoder.next_frame() {
            take_frame(kind, payload, &mut came, rows, console);
        }
        if came.records.len() as u64 >= rows {
            status.cancel();
        }
    }
    came
}

fn take_frame(kind: Kind, payload: &[u8], came: &mut Came, rows: u64, console: &mut Console) {
    match kind {
        Kind::Record if came.records.len() as u64 >= rows => came.more += 1,
        Kind::Record => {
            let record =
                split_record(payload).map(|(_, record)| String::from_utf8_lossy(record).into_owned());
            came.records.extend(record);
        }
        Kind::Log => {
            if let Ok(line) = serde_json::from_slice::<LogLine>(payload) {
                console.line("connector", &line);
            }
        }
        Kind::Panic => {
            if let Ok(panic) = serde_json::from_slice::<PanicReport>(payload) {
                tell_panic(&panic, console);
            }
        }
        Kind::End => came.end = serde_json::from_slice(payload).ok(),
        Kind::Ready | Kind::Checkpoint | Kind::Rejected => {}
    }
}

fn tell_panic(panic: &PanicReport, console: &mut Console) {
    let place = match (&panic.file, panic.line) {
        (Some(file), Some(line)) => format!("{file}:{line}: "),
        _ => String::new(),
    };
    console.say(Level::Error, &format!("panic at {place}{}", panic.message));
}
