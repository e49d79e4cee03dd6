//! The supervisor: starts a run, watches it, ends it, and says how it ended.
//!
//! It never opens a connector's library; everything that a worker sends is hostile until checked.

mod admission;
mod backtrace;
mod denials;
mod flood;
mod intake;
mod launch;
mod letter;
mod outcome;
mod output;
mod progress;
mod recheck;
mod report;
mod scan;
mod trace;
mod vitals;
mod wake;
mod watch;

use std::{
    collections::BTreeMap,
    fs::File,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use codeclimate_connector_abi::v1::verb;
use signal_hook::iterator::Signals;

use crate::{
    cgroup::{self, MemoryWatch},
    confinement::{Fences, Reach, Sandbox},
    delivery::Delivery,
    frame::{End, Job, Level, LogLine, PanicReport},
    guardian::{Report, read_reports},
    mask::Masker,
    processes::is_alive,
    sealed::Sealed,
    sink::Envelope,
    slug::Slug,
    temporary,
};

use admission::Admission;
use denials::Denials;
use flood::Flood;
use intake::{Intake, IntakeError};
use launch::{Launched, launch};
use letter::LetterHead;
use output::{Line, Reader, Stream, Tail};
use progress::Progress;
use recheck::Recheck;
use watch::Watch;

pub(crate) use launch::{LaunchError, Limits};
pub(crate) use outcome::{Evidence, Numbers, Outcome, Stop, bytes, denial_hint, duration, records};
pub(crate) use report::{Connector, OutcomeReport, Subject};

/// What can happen during a run.
pub(crate) enum Event {
    /// The worker has confined itself, and may load the connector.
    Confined(Fences),
    /// The connector is loaded and made.
    Ready,
    /// The connector logged a line.
    Log(LogLine),
    /// The connector panicked, on some thread.
    Panic(PanicReport),
    /// The last frame is in.
    End(End),
    /// The channel has ended, or something on it is wrong.
    IntakeEnded(Result<(), IntakeError>, Box<Delivery>),
    /// The connector wrote a line to stdout or stderr.
    Output(Stream, Line),
    /// Nobody writes to that stream any more.
    OutputEnded(Stream),
    /// The soft memory limit was met, or may have been.
    MemoryPressure,
    /// The kernel does not tell of that.
    NotWatched(io::Error),
    /// The guardian says how the worker fares.
    Worker(Report),
    /// The guardian is gone.
    GuardianEnded,
    /// Somebody has signalled the runner.
    Signal,
}

/// Events that may wait; whoever brings more has to wait too.
const QUEUE: usize = 1024;

/// One run to be made.
pub(crate) struct Run<'a> {
    pub(crate) id: &'a str,
    pub(crate) slug: &'a Slug,
    pub(crate) version: &'a str,
    pub(crate) stream: Option<&'a str>,
    /// The name under which states and dead letters are kept.
    pub(crate) connection: &'a str,
    pub(crate) job: &'a Job,
    /// The connector's file, as it was checked.
    pub(crate) library: &'a Sealed,
    /// Whether records are to be checked a second time, out of the connector's reach.
    pub(crate) check_twice: bool,
    pub(crate) limits: Limits,
    /// From when the deadline counts: several runs of one command share it.
    pub(crate) started: Instant,
    pub(crate) masker: &'a Masker,
    /// Becomes true when whoever wants the run has enough of it.
    pub(crate) enough: Option<&'a AtomicBool>,
}

/// Who is told of a run while it goes on. All text has been masked.
pub(crate) trait Observer {
    /// A line of the connector.
    fn line(&mut self, source: &'static str, line: &LogLine);
    /// The figures as they stand; called ten times a second.
    fn progress(&mut self, numbers: &Numbers, memory: Option<u64>);
}

/// Whether this process has looked for left-overs: a sync with many runs does so once.
static SWEPT: AtomicBool = AtomicBool::new(false);

/// Makes a run and waits for its end.
///
/// # Errors
/// Where the run could not be started; an ending of any kind is an [`Outcome`]. The
/// delivery is given back, unless its sink is stuck; it is to be finished where the run is done.
pub(crate) fn supervise(
    run: &Run<'_>,
    delivery: Delivery,
    signals: &mut Signals,
    observer: &mut dyn Observer,
) -> Result<(Outcome, Option<Delivery>), LaunchError> {
    if !SWEPT.swap(true, Ordering::Relaxed) {
        sweep(observer);
    }
    let launched = launch(run)?;
    let (events, receiver) = sync_channel(QUEUE);
    let flood = if run.job.scrutiny.is_some() { Flood::open() } else { Flood::new() };
    let helpers = Helpers {
        flood: Arc::new(flood),
        tail: Tail::default(),
        progress: Arc::default(),
        denials: Arc::default(),
    };
    let Launched { channel, stdout, stderr, reports, status, containment, temporary, guardian } = launched;
    if let Some(watch) = containment.watch_memory(run.limits.soft_memory())? {
        let events = events.clone();
        start("pressure", move || tell_pressure(watch, &events))?;
    }
    let admission = Admission {
        // Only a trace asks.
        reach: match run.job.rules.sandbox {
            Sandbox::Trace => Reach::of(&run.job.rules, temporary.path()),
            _ => Reach::default(),
        },
        denials: Arc::clone(&helpers.denials),
    };
    let intake = Intake {
        channel,
        admission: Some(admission),
        envelope: Envelope::new(run.id, run.slug.as_str(), run.version, run.stream),
        letters: LetterHead::new(run),
        recheck: run.check_twice.then(|| Recheck::new(run.job.verb == verb::DISCOVER_STREAMS)),
        delivery,
        events: events.clone(),
        flood: Arc::clone(&helpers.flood),
        progress: Arc::clone(&helpers.progress),
    };
    start("intake", move || intake.run())?;
    helpers.start_reader(Stream::Stdout, stdout, &events)?;
    helpers.start_reader(Stream::Stderr, stderr, &events)?;
    let wake = events.clone();
    start("reports", move || forward_reports(reports, &events))?;
    let _waker = wake::Waker::start(wake)?;
    let watch = Watch::new(run, helpers, status, containment, temporary, guardian, observer);
    Ok(watch.until_the_end(&receiver, signals))
}

/// What the threads of a run share with its loop.
struct Helpers {
    flood: Arc<Flood>,
    /// The last lines of stderr.
    tail: Tail,
    progress: Arc<Progress>,
    denials: Arc<Denials>,
}

impl Helpers {
    fn start_reader(
        &self,
        stream: Stream,
        pipe: File,
        events: &SyncSender<Event>,
    ) -> Result<(), LaunchError> {
        let tail = if stream == Stream::Stderr { self.tail.clone() } else { Tail::default() };
        let reader = Reader { stream, flood: Arc::clone(&self.flood), tail, events: events.clone() };
        start("output", move || reader.read(pipe))
    }
}

/// Removes what runners left that were killed together with their guardian.
fn sweep(observer: &mut dyn Observer) {
    let mut tell = |message| {
        observer.line("runner", &LogLine { level: Level::Warn, message, tags: BTreeMap::new() });
    };
    let mut removed = temporary::sweep(is_alive);
    // Where there are no cgroups at all, making one says so better.
    if let Ok(leftovers) = cgroup::remove_leftovers(|pid| i32::try_from(pid).is_ok_and(is_alive)) {
        removed.extend(leftovers.removed);
        for failure in leftovers.failures {
            tell(format!("cannot remove what a killed runner has left: {}", crate::chain(&failure)));
        }
    }
    for folder in removed {
        tell(format!("removed what a killed runner has left: {}", folder.display()));
    }
}

fn start(name: &'static str, work: impl FnOnce() + Send + 'static) -> Result<(), LaunchError> {
    let started = thread::Builder::new().name(name.into()).spawn(work);
    started.map(drop).map_err(|source| LaunchError::System { what: "start a thread", source })
}

/// How long the kernel is waited for at a time: also how late the thread notices that the run is over.
const PRESSURE_WAIT: Duration = Duration::from_secs(1);

/// A run that is over sooner is not worth the watching.
const HEAD_START: Duration = Duration::from_millis(20);

fn tell_pressure(mut watch: MemoryWatch, events: &SyncSender<Event>) {
    thread::sleep(HEAD_START);
    // What was met until then is not told: it is looked at once.
    let (mut met, mut longest) = (true, Duration::ZERO);
    loop {
        let event = match watch.wait(longest) {
            Ok(told) if told || met => Event::MemoryPressure,
            Ok(_) => continue,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => Event::NotWatched(error),
        };
        let is_last = matches!(event, Event::NotWatched(_));
        if events.send(event).is_err() || is_last {
            return;
        }
        (met, longest) = (false, PRESSURE_WAIT);
    }
}

fn forward_reports(pipe: File, events: &SyncSender<Event>) {
    for report in read_reports(pipe) {
        if events.send(Event::Worker(report)).is_err() {
            return;
        }
    }
    // As in the other readers: a supervisor that has given up needs no more events.
    let _ = events.send(Event::GuardianEnded);
}

#[cfg(fuzzing)]
pub(crate) use scan::is_confirmed as is_scan_confirmed;

/// Runs an intake over bytes as if a worker had sent them; gives the records before the last durable checkpoint.
#[cfg(test)]
pub(crate) fn take_into(bytes: Vec<u8>, sink: Box<dyn crate::sink::Sink>) -> Option<u64> {
    let (ours, mut theirs) = std::os::unix::net::UnixStream::pair().ok()?;
    std::thread::spawn(move || std::io::Write::write_all(&mut theirs, &bytes));
    take_into_sink(ours, sink).0.committed()
}

/// Runs an intake over a channel to its end, into memory.
#[cfg(any(fuzzing, test))]
pub(crate) fn take_bytes(channel: std::os::unix::net::UnixStream, lines: Arc<std::sync::Mutex<Vec<u8>>>) {
    // What it came to is nobody's concern where any bytes will do.
    let _ = take_into_sink(channel, Box::new(crate::sink::Lines(lines)));
}

/// Runs an intake over a channel to its end; gives how far it came, and why no further.
#[cfg(any(fuzzing, test, feature = "internals"))]
pub(crate) fn take_into_sink(
    channel: std::os::unix::net::UnixStream,
    sink: Box<dyn crate::sink::Sink>,
) -> (Arc<Progress>, Result<(), IntakeError>) {
    let (events, told) = sync_channel(QUEUE);
    let progress: Arc<Progress> = Arc::default();
    let intake = Intake {
        channel,
        admission: None,
        envelope: Envelope::new("fuzz", "fuzz", "0.0.0", None),
        letters: LetterHead::default(),
        recheck: None,
        delivery: Delivery::without_state(sink),
        events,
        flood: Arc::new(Flood::new()),
        progress: Arc::clone(&progress),
    };
    let mut ended = Ok(());
    thread::scope(|scope| {
        scope.spawn(move || intake.run());
        for event in told {
            if let Event::IntakeEnded(result, _) = event {
                ended = result;
            }
        }
    });
    (progress, ended)
}
