//! The threads that make the runs, and who decides what each does next.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::mpsc::{Receiver, Sender, channel},
    thread::{self, Scope},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use signal_hook::{consts::SIGTERM, iterator::Signals};

use crate::{exit_code::ExitCode, frame::Level};

use super::{
    super::{CliError, kept::Next as Following, session::signals, stream::StreamRecord},
    results::{Results, StreamEnd, count_streams},
    schedule::{Next, Schedule},
    selection::{Plan, Selected},
    work::{Ended, Shared, SyncEnd, Task, Work},
};

/// How often signals and the live line are looked at.
const TICK: Duration = Duration::from_millis(100);
/// Streams of a connection in a row whose source was unavailable, whatever was tried, before the rest is left.
const UNAVAILABLE: u32 = 3;

const NO_ROOM: &str = "no run could be started: the system lacks threads or descriptors";

/// Who decides.
pub(super) struct Crew<'s> {
    shared: &'s Shared<'s>,
    selected: &'s Selected,
    schedule: Schedule<Task>,
    results: Results,
    signals: Signals,
    /// Streams in a row whose source was unavailable, by connection.
    unavailable: Vec<u32>,
    /// Connections of which nothing more is begun.
    closed: Vec<bool>,
}

impl<'s> Crew<'s> {
    /// One for the streams of all connections, still to be discovered.
    pub(super) fn new(
        shared: &'s Shared<'s>,
        selected: &'s Selected,
        jobs: usize,
        room: u64,
    ) -> Result<Self, CliError> {
        let memory = shared.links.iter().map(|link| link.bounds.limits.memory);
        let mut schedule = Schedule::new(memory, jobs, room);
        (0..shared.links.len()).for_each(|line| schedule.push(line, Task::Discover { failed: 0 }));
        Ok(Self {
            shared,
            selected,
            schedule,
            results: Results::new(shared.links.iter().map(|link| link.settings.name.clone())),
            signals: signals()?,
            unavailable: vec![0; shared.links.len()],
            closed: vec![false; shared.links.len()],
        })
    }

    /// Works until there is nothing left to do.
    pub(super) fn work(mut self) -> Results {
        let (sender, ended) = channel();
        thread::scope(|scope| {
            loop {
                self.take_signals();
                match self.schedule.next(Instant::now()) {
                    Next::Start(line, task) => self.start(scope, &sender, line, task),
                    Next::Wait(until) => self.wait(&ended, until),
                    Next::Over => break,
                }
            }
        });
        self.shared.console.total(None);
        self.results.plans.sort_by_key(|(line, _)| *line);
        self.results
    }

    fn wait(&mut self, ended: &Receiver<(usize, Option<Ended>)>, until: Option<Instant>) {
        self.results.show(&self.shared.console, self.schedule.running());
        let patience = until.map_or(TICK, |until| until.saturating_duration_since(Instant::now()).min(TICK));
        if let Ok((line, ended)) = ended.recv_timeout(patience) {
            self.schedule.ended(line);
            self.take(line, ended);
        }
    }

    fn start<'scope>(
        &mut self,
        scope: &'scope Scope<'scope, 's>,
        sender: &Sender<(usize, Option<Ended>)>,
        line: usize,
        task: Task,
    ) {
        let Ok(signals) = signals() else { return self.wait_for_room(line, task) };
        // From here on the run hears what comes. What came before is heard here.
        self.take_signals();
        if let Some(code) = self.results.cancelled() {
            self.schedule.ended(line);
            return self.leave(line, task, code);
        }
        let (shared, sender) = (self.shared, sender.clone());
        let work = move || {
            let ended = panic::catch_unwind(AssertUnwindSafe(|| shared.work(line, task, signals)));
            // Whoever waits for it is there as long as this thread.
            let _ = sender.send((line, ended.ok()));
        };
        if thread::Builder::new().name("run".into()).spawn_scoped(scope, work).is_err() {
            self.schedule.ended(line);
            self.fail(line, ExitCode::Unenforceable, NO_ROOM);
        }
    }

    /// The system is short of descriptors: there are to be no more runs at once than there are now.
    fn wait_for_room(&mut self, line: usize, task: Task) {
        self.schedule.put_back(line, task);
        match self.schedule.running() {
            0 => self.fail(line, ExitCode::Unenforceable, NO_ROOM),
            running => self.schedule.lower_jobs(running),
        }
    }

    fn take(&mut self, line: usize, ended: Option<Ended>) {
        match ended {
            Some(Ended::Discovered { result: Ok(streams), .. }) => self.take_streams(line, streams),
            Some(Ended::Discovered { failed, result: Err(code) }) => {
                self.take_no_streams(line, failed + 1, code);
            }
            Some(Ended::Synced(work, ended)) => self.take_run(line, work, ended),
            None => {
                self.fail(
                    line,
                    ExitCode::Bug,
                    "the thread of a run has panicked: this is a bug in the runner",
                );
            }
        }
    }

    fn take_streams(&mut self, line: usize, streams: Vec<StreamRecord>) {
        let link = &self.shared.links[line];
        let plan = self.selected.plan(link, streams, &*self.shared.store);
        match plan {
            Ok(plan) => {
                self.results.planned(line, &plan);
                if plan.streams.is_empty() && !plan.left_out.is_empty() {
                    let text = format!(
                        "none of its {} is to be synced; --dry-run says why",
                        count_streams(plan.left_out.len())
                    );
                    self.say(line, Level::Warn, &text);
                }
                self.take_plan(line, plan);
            }
            Err(error) => {
                self.fail(line, error.exit_code(), &crate::chain(&error));
            }
        }
    }

    fn take_plan(&mut self, line: usize, plan: Plan) {
        match () {
            () if self.shared.is_dry => self.results.plans.push((line, plan)),
            () if self.closed[line] => self.results.left(line, plan.streams.len()),
            () => {
                for stream in plan.streams {
                    self.schedule.push(line, Task::Sync(Box::new(Work::new(stream.record))));
                }
            }
        }
    }

    fn take_no_streams(&mut self, line: usize, failed: u32, code: ExitCode) {
        let wait = self.shared.links[line].retries.wait(code, failed);
        match wait.filter(|_| !self.closed[line]) {
            Some(wait) => {
                self.tell_retry(line, None, wait);
                self.schedule.push_later(line, Instant::now() + wait, Task::Discover { failed });
            }
            None => {
                self.results.connection_ended(line, code);
                self.draw_consequences(line, code);
            }
        }
    }

    fn take_run(&mut self, line: usize, mut work: Box<Work>, ended: SyncEnd) {
        work.add(&ended);
        let attempt = match ended.result {
            Ok(attempt) => attempt,
            Err(code) => return self.conclude(line, &work, code),
        };
        work.failed = if attempt.has_progressed() { 1 } else { work.failed + 1 };
        let link = &self.shared.links[line];
        let is_wanted = !self.closed[line] && !attempt.is_cancelled;
        let next = attempt.next(link.settings.longest_wait);
        let name = link.masked(&work.stream.id);
        if let Some((level, text)) = next.told().filter(|_| is_wanted) {
            self.say_of(line, Some(&name), level, &text);
        }
        match (next, link.retries.wait(attempt.code, work.failed)) {
            (Following::GoOn { at }, _) if is_wanted => {
                work.failed = 0;
                self.go_on(line, work, at);
            }
            (Following::Over, Some(wait)) if is_wanted => {
                self.tell_retry(line, Some(&name), wait);
                self.schedule.push_later(line, Instant::now() + wait, Task::Sync(work));
            }
            _ => self.conclude(line, &work, attempt.code),
        }
    }

    fn go_on(&mut self, line: usize, work: Box<Work>, at: Option<Timestamp>) {
        let left = at.and_then(|at| Duration::try_from(at.duration_since(Timestamp::now())).ok());
        match left {
            Some(left) => self.schedule.push_later(line, Instant::now() + left, Task::Sync(work)),
            None => self.schedule.push(line, Task::Sync(work)),
        }
    }

    /// Nothing more is done of a stream.
    fn conclude(&mut self, line: usize, work: &Work, code: ExitCode) {
        self.stream_ended(line, work, code);
        let unavailable = &mut self.unavailable[line];
        *unavailable = if code == ExitCode::SourceUnavailable { *unavailable + 1 } else { 0 };
        self.draw_consequences(line, code);
    }

    fn stream_ended(&mut self, line: usize, work: &Work, code: ExitCode) {
        let name = self.shared.links[line].masked(&work.stream.id);
        self.results.stream_ended(StreamEnd::new(line, name, work, code));
    }

    /// Where others would fare no better, nothing more is done of them.
    fn draw_consequences(&mut self, line: usize, code: ExitCode) {
        let links = self.shared.links;
        let sink = |line: usize| links[line].keep.destination.identity();
        let has_same_sink = |other: &usize| sink(*other) == sink(line);
        let closed: Vec<usize> = match code {
            ExitCode::OutputFailed => (0..links.len()).filter(has_same_sink).collect(),
            ExitCode::Unenforceable => (0..links.len()).collect(),
            ExitCode::Configuration | ExitCode::ConnectorUnusable | ExitCode::ConnectorNotFound => vec![line],
            ExitCode::SourceUnavailable if self.unavailable[line] >= UNAVAILABLE => vec![line],
            _ => Vec::new(),
        };
        closed.into_iter().for_each(|line| self.close(line, code));
    }

    /// Leaves what is still to be done of a connection to the next sync; `cause` is why.
    fn close(&mut self, line: usize, cause: ExitCode) {
        self.closed[line] = true;
        let left = self.schedule.give_up(line);
        if !left.is_empty() && self.results.cancelled().is_none() {
            let text = format!("{} left to the next sync: now they would fare no better", count_tasks(&left));
            self.say(line, Level::Error, &text);
        }
        left.into_iter().for_each(|task| self.leave(line, task, cause));
    }

    /// Leaves one task to the next sync.
    fn leave(&mut self, line: usize, task: Task, cause: ExitCode) {
        match task {
            Task::Discover { .. } => self.results.connection_ended(line, cause),
            Task::Sync(work) => match work.last {
                Some(code) => self.stream_ended(line, &work, code),
                None => self.results.left(line, 1),
            },
        }
    }

    fn take_signals(&mut self) {
        let Some(signal) = self.signals.pending().next() else { return };
        if self.results.cancelled().is_some() {
            return;
        }
        let code = if signal == SIGTERM { ExitCode::Terminated } else { ExitCode::Interrupted };
        self.results.cancel(code);
        (0..self.shared.links.len()).for_each(|line| self.close(line, code));
    }

    /// A connection ends for a reason of its own, which is told and remembered.
    fn fail(&mut self, line: usize, code: ExitCode, text: &str) {
        self.results.connection_ended(line, code);
        let link = &self.shared.links[line];
        let name = &link.settings.name;
        let mut console = self.shared.console.of_stream(name, None);
        console.say(Level::Error, text);
        if !self.shared.is_dry {
            self.shared.journal.remember_unrun(
                name,
                link.prepared.note.slug.as_str(),
                (code, text),
                &mut console,
            );
        }
        self.close(line, code);
    }

    fn tell_retry(&self, line: usize, stream: Option<&str>, wait: Duration) {
        let text = format!("is tried again in {}", crate::supervisor::duration(wait));
        self.say_of(line, stream, Level::Info, &text);
    }

    fn say(&self, line: usize, level: Level, text: &str) {
        self.say_of(line, None, level, text);
    }

    fn say_of(&self, line: usize, stream: Option<&str>, level: Level, text: &str) {
        let name = &self.shared.links[line].settings.name;
        self.shared.console.of_stream(name, stream).say(level, text);
    }
}

fn count_tasks(tasks: &[Task]) -> String {
    match tasks {
        [Task::Discover { .. }] => "its streams are".to_owned(),
        [_] => "1 stream is".to_owned(),
        _ => format!("{} streams are", tasks.len()),
    }
}
