//! One run in progress: one loop over a closed set of events, in which every wait has a deadline.

mod limits;

use std::{
    collections::BTreeMap,
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use signal_hook::iterator::Signals;

use crate::{
    cgroup,
    containment::{Containment, Reading},
    delivery::Delivery,
    frame::{End, Level, LogLine, PanicReport, Status},
    guardian::Report,
    temporary::TemporaryFolder,
};

use super::{
    Event, Helpers, Observer, Run,
    backtrace::own_frames,
    denials::Denial,
    launch::Guardian,
    outcome::{Evidence, Numbers, Outcome, Stop, duration, list_denials},
    output::{Line, Stream},
    progress::Tally,
    vitals::Vitals,
};

/// How often signals, limits and the live line are looked at.
const TICK: Duration = Duration::from_millis(100);
/// The same in a run that is looked at: how much memory it holds is seen at these moments.
const FAST_TICK: Duration = Duration::from_millis(10);
/// How long a worker may stay after its last frame, or after the end of its channel.
const LINGER: Duration = Duration::from_secs(5);
/// How long killing may take before it is given up as impossible.
const KILL: Duration = Duration::from_secs(20);
/// How long the sink may hold up a run, all in all, without the deadline coming nearer; and then its end.
const SLOW_SINK: Duration = Duration::from_secs(300);
/// Panics that are kept to explain a death.
const PANICS: usize = 20;

/// What still may bring events.
struct Open {
    intake: bool,
    stdout: bool,
    stderr: bool,
    reports: bool,
}

/// A run in progress.
pub(crate) struct Watch<'a> {
    run: &'a Run<'a>,
    helpers: Helpers,
    status: Status,
    /// None once everything in it has been killed.
    containment: Option<Containment>,
    temporary: TemporaryFolder,
    guardian: Guardian,
    vitals: Vitals,
    evidence: Evidence,
    reading: Reading,
    open: Open,
    /// Once the intake has ended.
    delivery: Option<Delivery>,
    /// When the connector was asked to stop, by whomever.
    asked_to_stop: Option<Instant>,
    /// When the last frame was in, or the worker gone.
    ended: Option<Instant>,
    /// Since when the worker should be gone.
    over_since: Option<Instant>,
    files_counted: Instant,
    /// Whether somebody who has asked twice does not want to wait for the sink any more.
    gives_up: bool,
    observer: &'a mut dyn Observer,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(
        run: &'a Run<'a>,
        helpers: Helpers,
        status: Status,
        containment: Containment,
        temporary: TemporaryFolder,
        guardian: Guardian,
        observer: &'a mut dyn Observer,
    ) -> Self {
        let evidence = Evidence {
            held_by: containment.described(),
            rules: Some(run.job.rules.clone()),
            ..Evidence::default()
        };
        Self {
            run,
            helpers,
            status,
            containment: Some(containment),
            temporary,
            guardian,
            vitals: Vitals::new(),
            evidence,
            reading: Reading::default(),
            open: Open { intake: true, stdout: true, stderr: true, reports: true },
            delivery: None,
            asked_to_stop: None,
            ended: None,
            over_since: None,
            files_counted: Instant::now(),
            gives_up: false,
            observer,
        }
    }

    pub(crate) fn until_the_end(
        mut self,
        events: &Receiver<Event>,
        signals: &mut Signals,
    ) -> (Outcome, Option<Delivery>) {
        let mut last_tick = Instant::now();
        let tick = if self.run.job.scrutiny.is_some() { FAST_TICK } else { TICK };
        while !self.is_over() {
            match events.recv_timeout(tick) {
                Ok(event) => {
                    if matches!(event, Event::Signal | Event::Worker(_) | Event::GuardianEnded) {
                        // What killed them may have been meant for the runner too.
                        self.take_signals(signals);
                    }
                    self.take(event);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if last_tick.elapsed() >= tick {
                last_tick = Instant::now();
                self.tick(signals);
            }
        }
        self.conclude()
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Confined(fences) => {
                self.vitals.sign();
                self.evidence.fences = Some(fences);
            }
            Event::Ready => {
                self.vitals.sign();
                self.evidence.is_made = true;
            }
            Event::Log(line) => {
                self.vitals.sign();
                self.tell("connector", &line);
            }
            Event::Panic(panic) => self.take_panic(panic),
            Event::End(end) => {
                self.note_planned_stop();
                self.ended.get_or_insert_with(Instant::now);
                self.evidence.end = Some(self.masked(end));
                self.over_since.get_or_insert_with(Instant::now);
            }
            Event::IntakeEnded(result, delivery) => {
                self.open.intake = false;
                self.delivery = Some(*delivery);
                self.over_since.get_or_insert_with(Instant::now);
                if let Err(error) = result {
                    self.evidence.intake = Some(error);
                    self.stop(Stop::Intake);
                }
            }
            Event::Output(stream, line) => self.take_output(stream, &line),
            Event::OutputEnded(Stream::Stdout) => self.open.stdout = false,
            Event::OutputEnded(Stream::Stderr) => self.open.stderr = false,
            Event::MemoryPressure => {
                self.read();
                self.check_memory();
            }
            Event::Signal | Event::Worker(Report::Started { .. }) => {}
            Event::NotWatched(error) => {
                let text = "the kernel does not tell when the run comes near its memory limit, which is looked at ten times a \
                            second all the same";
                self.say(Level::Warn, format!("{text}: {error}"));
            }
            Event::Worker(report) => {
                self.ended.get_or_insert_with(Instant::now);
                self.evidence.worker = Some(report);
                self.kill();
                // It has told all there is to tell, and cleans up while the rest comes in.
                self.guardian.release();
            }
            Event::GuardianEnded => {
                self.open.reports = false;
                if self.evidence.worker.is_none() && self.containment.is_some() {
                    self.evidence.stop.get_or_insert(Stop::GuardianLost);
                }
                self.kill();
            }
        }
    }

    fn take_panic(&mut self, panic: PanicReport) {
        self.vitals.sign();
        let way = panic.backtrace.as_deref().zip(self.run.job.sources.as_deref());
        let here = std::env::current_dir().unwrap_or_default();
        let way = way.map(|(text, sources)| own_frames(text, sources, &here)).unwrap_or_default();
        let message = self.run.masker.mask(&panic.message).into_owned();
        let panic = PanicReport { message, backtrace: None, ..panic };
        let place = match (&panic.file, panic.line) {
            (Some(file), Some(line)) => format!("{file}:{line}: "),
            _ => String::new(),
        };
        let mut tags = BTreeMap::new();
        tags.extend(panic.thread.clone().map(|thread| ("thread".to_owned(), thread)));
        let message = format!("panic at {place}{}", panic.message);
        self.tell("connector", &LogLine { level: Level::Error, message, tags });
        for frame in way {
            let message = format!("    {frame}");
            self.tell("connector", &LogLine { level: Level::Error, message, tags: BTreeMap::new() });
        }
        if self.evidence.panics.len() >= PANICS {
            self.evidence.panics.remove(0);
        }
        self.evidence.panics.push(panic);
    }

    fn take_output(&mut self, stream: Stream, line: &Line) {
        self.vitals.sign();
        let source = match stream {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        };
        let message = line.masked(self.run.masker);
        self.tell(source, &LogLine { level: Level::Info, message, tags: BTreeMap::new() });
    }

    /// What the worker has masked already, if it is honest.
    fn masked(&self, end: End) -> End {
        let End::Failed { stage, mut failure } = end else { return end };
        failure.message = self.run.masker.mask(&failure.message).into_owned();
        End::Failed { stage, failure }
    }

    /// Tells the observer of a line, with every secret in it masked.
    fn tell(&mut self, source: &'static str, line: &LogLine) {
        let mask = |text: &str| self.run.masker.mask(text).into_owned();
        let tags = line.tags.iter().map(|(key, value)| (mask(key), mask(value))).collect();
        let line = LogLine { level: line.level, message: mask(&line.message), tags };
        self.observer.line(source, &line);
    }

    fn say(&mut self, level: Level, message: String) {
        self.tell("runner", &LogLine { level, message, tags: BTreeMap::new() });
    }

    fn take_signals(&mut self, signals: &mut Signals) {
        for signal in signals.pending() {
            self.take_signal(signal);
        }
    }

    /// The first signal asks the connector to stop; a second one kills it.
    fn take_signal(&mut self, signal: i32) {
        if self.containment.is_none() {
            // Nobody is left to be asked: what is waited for is the reader of the records.
            self.evidence.stop = Some(Stop::heard(self.evidence.stop, signal));
            self.gives_up = true;
            return;
        }
        if matches!(self.evidence.stop, Some(Stop::Signal(_))) {
            self.kill();
            return;
        }
        // Who was asked already keeps the grace period that began then.
        let was_asked = matches!(self.evidence.stop, Some(Stop::Planned | Stop::Enough));
        self.asked_to_stop = self.asked_to_stop.filter(|_| was_asked).or_else(|| Some(Instant::now()));
        self.evidence.stop = Some(Stop::heard(self.evidence.stop, signal));
        self.status.cancel();
        let grace = duration(self.run.limits.grace);
        self.say(
            Level::Info,
            format!("asked the connector to stop; in {grace}, or at a second signal, it is killed"),
        );
    }

    /// The worker asks by itself where its job says so; from then on it has the grace period.
    pub(super) fn note_planned_stop(&mut self) {
        let is_planned = self.run.job.stop.is_some() && self.status.is_cancelled();
        if is_planned && self.asked_to_stop.is_none() {
            self.asked_to_stop = Some(Instant::now());
            self.evidence.stop.get_or_insert(Stop::Planned);
        }
    }

    /// Ends the run for a reason, unless it has one already.
    fn stop(&mut self, reason: Stop) {
        self.evidence.stop.get_or_insert(reason);
        self.kill();
    }

    /// Kills every process of the run; what is known of it is read before.
    fn kill(&mut self) {
        self.over_since.get_or_insert_with(Instant::now);
        self.read();
        let Some(containment) = self.containment.take() else { return };
        if let Err(error) = containment.remove(KILL) {
            self.say(Level::Error, format!("failed to kill the run: {}", crate::chain(&error)));
        }
    }

    fn numbers(&self) -> Numbers {
        Numbers {
            accepted: self.status.accepted(),
            delivered: self.helpers.progress.delivered(),
            // The worker counts what it has sent a moment after it has.
            sent: self.status.sent().max(self.helpers.progress.delivered()),
            rejected: self.status.rejected(),
            tally: Tally::default(),
            checkpoint: self.status.checkpoint(),
            committed: self.helpers.progress.committed(),
            limits: self.run.limits,
            reading: self.reading.clone(),
            duration: self.run.started.elapsed(),
            waited: self.waited(),
        }
    }

    /// How long the sink has been waited for, as far as the deadline waits too.
    fn waited(&self) -> Duration {
        self.helpers.progress.waited().min(SLOW_SINK)
    }

    /// What the sandbox denied is told whatever came of it: a connector that does well may still be worth a question.
    fn tell_denials(&mut self) {
        self.helpers.denials.end();
        let mask = |text: &str| self.run.masker.mask(text).into_owned();
        // A path may hold a secret.
        let masked = |denial: Denial| Denial {
            what: mask(&denial.what),
            grant: denial.grant.as_deref().map(mask),
            ..denial
        };
        self.evidence.denials = self.helpers.denials.list().into_iter().map(masked).collect();
        if let Some(why) = self.helpers.denials.broken() {
            self.say(Level::Warn, format!("what the sandbox denies could not be told to its end: {why}"));
        }
        let (usual, odd): (Vec<_>, Vec<_>) = self.evidence.denials.iter().partition(|denial| denial.is_usual);
        let lines = [(Level::Debug, list_denials(&usual)), (Level::Warn, list_denials(&odd))];
        for (level, denials) in lines.into_iter().filter(|(_, denials)| !denials.is_empty()) {
            self.say(level, format!("the sandbox denied {denials}"));
        }
    }

    /// Whether nothing can come any more, or has been waited for long enough.
    fn is_over(&self) -> bool {
        let killed = self.containment.is_none();
        let worker_gone = self.evidence.worker.is_some() || !self.open.reports;
        let waited = self.over_since.map(|since| since.elapsed()).unwrap_or_default();
        let output_over = !self.open.stdout && !self.open.stderr;
        killed
            && (worker_gone || waited > KILL + LINGER)
            && (output_over || waited > KILL + LINGER)
            && (!self.open.intake || waited > SLOW_SINK || self.gives_up)
    }

    fn conclude(mut self) -> (Outcome, Option<Delivery>) {
        self.evidence.held_back += self.helpers.flood.take_held_back();
        if self.evidence.held_back > 0 {
            let lines = self.evidence.held_back;
            self.say(
                Level::Warn,
                format!("{lines} lines of the connector were left out: it writes too many"),
            );
        }
        self.tell_denials();
        let stderr = self.helpers.tail.lines();
        self.evidence.stderr = stderr.iter().map(|line| line.masked(self.run.masker)).collect();
        self.evidence.is_sink_stuck = self.open.intake;
        self.evidence.numbers = Numbers { tally: self.helpers.progress.tally(), ..self.numbers() };
        self.evidence.stage = Some(self.status.stage());
        self.evidence.late_calls = self.status.late();
        self.evidence.stopping = self.asked_to_stop.map(|asked| {
            self.ended.map_or_else(|| asked.elapsed(), |ended| ended.saturating_duration_since(asked))
        });
        self.guardian.dismiss();
        drop(self.temporary);
        cgroup::leave_leaf();
        (Outcome::of(self.evidence), self.delivery)
    }
}
