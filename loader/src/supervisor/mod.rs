//! The supervisor: starts a run, watches it, ends it, and says how it ended.
//!
//! It never opens a connector's library; everything that a worker sends is hostile until checked. One loop
//! over a closed set of events; every wait has a deadline.

mod envelope;
mod intake;
mod launch;
mod outcome;
mod output;
mod sink;

use std::{
    collections::BTreeMap,
    fs::File,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use signal_hook::iterator::Signals;

use crate::{
    cgroup::{self, RunCgroup},
    frame::{End, Job, Level, LogLine, PanicReport},
    guardian::{Report, read_reports},
    mask::Masker,
    slug::Slug,
};

use intake::{Intake, IntakeError, Progress};
use launch::{Guardian, Launched, launch};

pub(crate) use launch::{LaunchError, Limits};
pub(crate) use outcome::{Numbers, Outcome, bytes, duration, records};
pub(crate) use sink::{Memory, Sink, Stdout};

use envelope::Envelope;
use outcome::{Evidence, Stop};
use output::Stream;

/// What can happen during a run.
#[derive(Debug)]
pub(crate) enum Event {
    /// The connector is loaded and made.
    Ready,
    /// The connector logged a line.
    Log(LogLine),
    /// The connector panicked, on some thread.
    Panic(PanicReport),
    /// The last frame is in.
    End(End),
    /// The channel has ended, or something on it is wrong.
    IntakeEnded(Result<(), IntakeError>),
    /// The connector wrote a line to stdout or stderr.
    Output(Stream, String),
    /// Nobody writes to that stream any more.
    OutputEnded(Stream),
    /// The guardian says how the worker fares.
    Worker(Report),
    /// The guardian is gone.
    GuardianEnded,
}

/// Events that may wait; whoever brings more has to wait too.
const QUEUE: usize = 1024;
/// How often signals, limits and the live line are looked at.
const TICK: Duration = Duration::from_millis(100);
/// How long a worker may stay after its last frame, or after the end of its channel.
const LINGER: Duration = Duration::from_secs(5);
/// How long killing may take before it is given up as impossible.
const KILL: Duration = Duration::from_secs(20);
/// How long the sink may hold up the end of a run.
const SLOW_SINK: Duration = Duration::from_secs(300);
/// Lines of stderr, and panics, that are kept to explain a death.
const TAIL: usize = 20;

/// One run to be made.
pub(crate) struct Run<'a> {
    pub(crate) id: &'a str,
    pub(crate) slug: &'a Slug,
    pub(crate) version: &'a str,
    pub(crate) stream: Option<&'a str>,
    pub(crate) job: &'a Job,
    pub(crate) limits: Limits,
    /// From when the deadline counts: several runs of one command share it.
    pub(crate) started: Instant,
    pub(crate) masker: &'a Masker,
}

/// Who is told of a run while it goes on. All text has been masked.
pub(crate) trait Observer {
    /// A line of the connector.
    fn line(&mut self, source: &'static str, line: &LogLine);
    /// The figures as they stand; called ten times a second.
    fn progress(&mut self, numbers: &Numbers, memory: Option<u64>);
}

/// Makes a run and waits for its end.
///
/// # Errors
/// Where the run could not be started; an ending of any kind is an [`Outcome`].
pub(crate) fn supervise(
    run: &Run<'_>,
    sink: Box<dyn Sink>,
    signals: &mut Signals,
    observer: &mut dyn Observer,
) -> Result<Outcome, LaunchError> {
    sweep(observer);
    let launched = launch(run)?;
    let (sender, events) = sync_channel(QUEUE);
    let progress = Arc::new(Progress::default());
    let envelope = Envelope::new(run.id, run.slug, run.version, run.stream);
    let Launched { channel, stdout, stderr, reports, status, cgroup, guardian } = launched;
    let intake = Intake { channel, envelope, sink, events: sender.clone(), progress: Arc::clone(&progress) };
    start("intake", move || intake.run())?;
    start_reader(Stream::Stdout, stdout, &sender)?;
    start_reader(Stream::Stderr, stderr, &sender)?;
    start("reports", move || forward_reports(reports, &sender))?;
    let watch = Watch {
        run,
        status,
        cgroup: Some(cgroup),
        guardian,
        progress,
        evidence: Evidence::default(),
        open: Open { intake: true, stdout: true, stderr: true, reports: true },
        asked_to_stop: None,
        over_since: None,
        observer,
    };
    Ok(watch.until_the_end(&events, signals))
}

/// Removes what runners left that were killed together with their guardian.
fn sweep(observer: &mut dyn Observer) {
    // Where there are no cgroups at all, making one says so better.
    let Ok(leftovers) = cgroup::remove_leftovers(is_alive) else { return };
    let mut tell = |message| {
        observer.line("runner", &LogLine { level: Level::Warn, message, tags: BTreeMap::new() });
    };
    for folder in leftovers.removed {
        tell(format!("removed what a runner that was killed has left: {}", folder.display()));
    }
    for failure in leftovers.failures {
        tell(format!("cannot remove what a runner that was killed has left: {}", crate::chain(&failure)));
    }
}

/// A zombie, whose parent has not looked yet, is as dead as one that is gone.
fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
}

fn start(name: &'static str, work: impl FnOnce() + Send + 'static) -> Result<(), LaunchError> {
    let started = thread::Builder::new().name(name.into()).spawn(work);
    started.map(drop).map_err(|source| LaunchError::System { what: "start a thread", source })
}

fn start_reader(stream: Stream, pipe: File, events: &SyncSender<Event>) -> Result<(), LaunchError> {
    let events = events.clone();
    start("output", move || output::read_lines(stream, pipe, &events))
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

/// Keeps the last few: they explain the end, and a connector that says more must not fill memory.
fn remember<T>(tail: &mut Vec<T>, newest: T) {
    if tail.len() >= TAIL {
        tail.remove(0);
    }
    tail.push(newest);
}

/// What still may bring events.
struct Open {
    intake: bool,
    stdout: bool,
    stderr: bool,
    reports: bool,
}

/// A run in progress.
struct Watch<'a> {
    run: &'a Run<'a>,
    status: crate::frame::Status,
    /// None once everything in it has been killed.
    cgroup: Option<RunCgroup>,
    guardian: Guardian,
    progress: Arc<Progress>,
    evidence: Evidence,
    open: Open,
    asked_to_stop: Option<Instant>,
    /// Since when the worker should be gone.
    over_since: Option<Instant>,
    observer: &'a mut dyn Observer,
}

impl Watch<'_> {
    fn until_the_end(mut self, events: &Receiver<Event>, signals: &mut Signals) -> Outcome {
        let mut last_tick = Instant::now();
        while !self.is_over() {
            match events.recv_timeout(TICK) {
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if last_tick.elapsed() >= TICK {
                last_tick = Instant::now();
                self.tick(signals);
            }
        }
        self.conclude()
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Ready => {}
            Event::Log(line) => self.tell("connector", &line),
            Event::Panic(panic) => self.take_panic(panic),
            Event::End(end) => {
                self.evidence.end = Some(end);
                self.over_since.get_or_insert_with(Instant::now);
            }
            Event::IntakeEnded(result) => {
                self.open.intake = false;
                self.over_since.get_or_insert_with(Instant::now);
                if let Err(error) = result {
                    self.evidence.intake = Some(error);
                    self.stop(Stop::Intake);
                }
            }
            Event::Output(stream, text) => self.take_output(stream, text),
            Event::OutputEnded(Stream::Stdout) => self.open.stdout = false,
            Event::OutputEnded(Stream::Stderr) => self.open.stderr = false,
            Event::Worker(Report::Started { .. }) => {}
            Event::Worker(report) => {
                self.evidence.worker = Some(report);
                self.kill();
            }
            Event::GuardianEnded => {
                self.open.reports = false;
                self.kill();
            }
        }
    }

    fn take_panic(&mut self, panic: PanicReport) {
        let panic = PanicReport { message: self.run.masker.mask(&panic.message).into_owned(), ..panic };
        let place = match (&panic.file, panic.line) {
            (Some(file), Some(line)) => format!("{file}:{line}: "),
            _ => String::new(),
        };
        let mut tags = BTreeMap::new();
        tags.extend(panic.thread.clone().map(|thread| ("thread".to_owned(), thread)));
        let message = format!("panic at {place}{}", panic.message);
        self.tell("connector", &LogLine { level: Level::Error, message, tags });
        remember(&mut self.evidence.panics, panic);
    }

    fn take_output(&mut self, stream: Stream, text: String) {
        let source = match stream {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        };
        if stream == Stream::Stderr {
            remember(&mut self.evidence.stderr, self.run.masker.mask(&text).into_owned());
        }
        self.tell(source, &LogLine { level: Level::Info, message: text, tags: BTreeMap::new() });
    }

    /// Tells the observer of a line, with every secret in it masked.
    fn tell(&mut self, source: &'static str, line: &LogLine) {
        let mask = |text: &str| self.run.masker.mask(text).into_owned();
        let tags = line.tags.iter().map(|(key, value)| (mask(key), mask(value))).collect();
        let line = LogLine { level: line.level, message: mask(&line.message), tags };
        self.observer.line(source, &line);
    }

    fn tick(&mut self, signals: &mut Signals) {
        for signal in signals.pending() {
            self.take_signal(signal);
        }
        let numbers = self.numbers();
        let memory = self.cgroup.as_ref().and_then(|cgroup| cgroup.memory().ok());
        self.observer.progress(&numbers, memory.map(|memory| memory.current_bytes));
        if numbers.oom_kills > 0 {
            self.stop(Stop::Memory);
        }
        if self.asked_to_stop.is_some_and(|asked| asked.elapsed() >= self.run.limits.grace) {
            self.kill();
        }
        let finished = self.evidence.end.is_some();
        if !finished && self.run.started.elapsed() >= self.run.limits.deadline {
            self.stop(Stop::Deadline);
        }
        if self.over_since.is_some_and(|since| since.elapsed() >= LINGER) && self.evidence.worker.is_none() {
            self.stop(Stop::Lingered);
        }
    }

    /// The first signal asks the connector to stop; a second one kills it.
    fn take_signal(&mut self, signal: i32) {
        if self.asked_to_stop.is_some() {
            self.kill();
            return;
        }
        self.asked_to_stop = Some(Instant::now());
        self.evidence.stop.get_or_insert(Stop::Signal(signal));
        self.status.cancel();
        let grace = duration(self.run.limits.grace);
        let message = format!("asked the connector to stop; in {grace}, or at a second signal, it is killed");
        let line = LogLine { level: Level::Info, message, tags: BTreeMap::new() };
        self.tell("runner", &line);
    }

    /// Ends the run for a reason, unless it has one already.
    fn stop(&mut self, reason: Stop) {
        self.evidence.stop.get_or_insert(reason);
        self.kill();
    }

    /// Kills every process of the run; what the cgroup knows is read before.
    fn kill(&mut self) {
        self.over_since.get_or_insert_with(Instant::now);
        self.evidence.numbers = self.numbers();
        let Some(cgroup) = self.cgroup.take() else { return };
        if let Err(error) = cgroup.remove(KILL) {
            let message = format!("failed to kill the run: {}", crate::chain(&error));
            let line = LogLine { level: Level::Error, message, tags: BTreeMap::new() };
            self.tell("runner", &line);
        }
    }

    fn numbers(&self) -> Numbers {
        let cgroup = self.cgroup.as_ref();
        let memory = cgroup.and_then(|cgroup| cgroup.memory().ok());
        let events = cgroup.and_then(|cgroup| cgroup.events().ok());
        let known = &self.evidence.numbers;
        Numbers {
            accepted: self.status.accepted(),
            delivered: self.progress.delivered(),
            sent: self.status.sent(),
            rejected: self.status.rejected(),
            checkpoint: self.status.checkpoint(),
            committed: self.progress.committed(),
            memory_limit: self.run.limits.memory,
            memory_peak: memory.and_then(|memory| memory.peak_bytes).or(known.memory_peak),
            oom_kills: events.map_or(known.oom_kills, |events| events.oom_kills),
            duration: self.run.started.elapsed(),
            deadline: self.run.limits.deadline,
        }
    }

    /// Whether nothing can come any more, or has been waited for long enough.
    fn is_over(&self) -> bool {
        let killed = self.cgroup.is_none();
        let worker_gone = self.evidence.worker.is_some() || !self.open.reports;
        let waited = self.over_since.map(|since| since.elapsed()).unwrap_or_default();
        let output_over = !self.open.stdout && !self.open.stderr;
        killed
            && (worker_gone || waited > KILL + LINGER)
            && (output_over || waited > KILL + LINGER)
            && (!self.open.intake || waited > SLOW_SINK)
    }

    fn conclude(mut self) -> Outcome {
        self.evidence.numbers = self.numbers();
        self.evidence.stage = Some(self.status.stage());
        self.guardian.dismiss();
        cgroup::leave_leaf();
        Outcome::of(self.evidence)
    }
}
