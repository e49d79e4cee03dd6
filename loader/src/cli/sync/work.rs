//! What one thread does: makes one run, and tells how it ended.

use std::{
    collections::HashSet,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use codeclimate_connector_abi::v1::verb;
use signal_hook::iterator::Signals;

use crate::{delivery::Delivery, exit_code::ExitCode, frame::Level, sink::Memory, state::StateStore};

use super::{
    super::{
        CliError, Console,
        journal::Journal,
        kept::{Attempt, Kept},
        session::Session,
        stream::StreamRecord,
    },
    link::Link,
};

/// What all threads share.
pub(super) struct Shared<'s> {
    pub(super) links: &'s [Link],
    pub(super) store: Arc<dyn StateStore>,
    pub(super) journal: Journal,
    pub(super) console: Console,
    pub(super) is_dry: bool,
    pub(super) debug: bool,
}

/// What is to be done of a connection.
pub(super) enum Task {
    /// To find its streams, after so many attempts that failed.
    Discover {
        failed: u32,
    },
    Sync(Box<Work>),
}

/// A stream, and what was done of it so far.
pub(super) struct Work {
    pub(super) stream: StreamRecord,
    /// Attempts in a row that failed without progress.
    pub(super) failed: u32,
    /// The ending of its last run; none before the first.
    pub(super) last: Option<ExitCode>,
    pub(super) runs: u32,
    pub(super) records: u64,
    /// The most memory that a run held, in bytes.
    pub(super) peak: Option<u64>,
    /// In runs, without the waiting between them.
    pub(super) duration: Duration,
}

impl Work {
    pub(super) fn new(stream: StreamRecord) -> Self {
        Self { stream, failed: 0, last: None, runs: 0, records: 0, peak: None, duration: Duration::ZERO }
    }

    /// Counts a run in.
    pub(super) fn add(&mut self, ended: &SyncEnd) {
        self.runs += 1;
        self.duration += ended.duration;
        self.last = Some(ended.result.as_ref().map_or_else(|code| *code, |attempt| attempt.code));
        if let Ok(attempt) = &ended.result {
            self.records += attempt.records;
            self.peak = self.peak.max(attempt.peak);
        }
    }
}

/// How one run of a stream ended; the error is of one that did not begin, and has been told.
pub(super) struct SyncEnd {
    pub(super) result: Result<Attempt, ExitCode>,
    pub(super) duration: Duration,
}

/// How a task ended.
pub(super) enum Ended {
    /// With the streams; else the ending, which has been told.
    Discovered {
        failed: u32,
        result: Result<Vec<StreamRecord>, ExitCode>,
    },
    Synced(Box<Work>, SyncEnd),
}

impl Shared<'_> {
    /// Does a task of a connection.
    pub(super) fn work(&self, line: usize, task: Task, signals: Signals) -> Ended {
        let link = &self.links[line];
        match task {
            Task::Discover { failed } => {
                Ended::Discovered { failed, result: self.discover(link, failed, signals) }
            }
            Task::Sync(work) => {
                let started = Instant::now();
                let result = self.sync(link, &work, signals);
                Ended::Synced(work, SyncEnd { result, duration: started.elapsed() })
            }
        }
    }

    fn discover(&self, link: &Link, failed: u32, signals: Signals) -> Result<Vec<StreamRecord>, ExitCode> {
        let mut console = self.console.of_stream(&link.settings.name, None);
        let mut session = self.session(link, failed, signals, &mut console);
        match self.discovered(link, &mut session) {
            Ok(result) => result,
            Err(error) => {
                let error = error.masked(&link.prepared.masker);
                session.remember_refusal("discover-streams", None, &error);
                Err(refused(&error, session.console))
            }
        }
    }

    fn discovered(
        &self,
        link: &Link,
        session: &mut Session<'_>,
    ) -> Result<Result<Vec<StreamRecord>, ExitCode>, CliError> {
        let (sender, discovered) = mpsc::channel();
        let job = link.prepared.job(verb::DISCOVER_STREAMS, String::new(), self.debug);
        let delivery = Delivery::without_state(Box::new(Memory::new(sender)));
        let outcome = session.run("discover-streams", None, &job, delivery)?.cancelled_if_asked();
        let code = session.conclude("discover-streams", None, &outcome);
        if code != ExitCode::Done {
            return Ok(Err(code));
        }
        let streams = StreamRecord::read_all(discovered)?;
        let ids: HashSet<&str> = streams.iter().map(|stream| &*stream.id).collect();
        if !self.is_dry {
            Kept::with(&link.keep, Arc::clone(&self.store), &link.settings.name)
                .note_discovered(session, &ids)?;
        }
        if streams.is_empty() {
            session
                .console
                .say(Level::Warn, "the connector discovered no stream, so there is nothing to sync");
        }
        Ok(Ok(streams))
    }

    fn sync(&self, link: &Link, work: &Work, signals: Signals) -> Result<Attempt, ExitCode> {
        let name = link.masked(&work.stream.id);
        let mut console = self.console.of_stream(&link.settings.name, Some(&name));
        let mut session = self.session(link, work.failed, signals, &mut console);
        let kept = Kept::with(&link.keep, Arc::clone(&self.store), &link.settings.name);
        let attempt = kept.attempt(&mut session, &work.stream, self.debug);
        attempt.map_err(|error| {
            let error = error.masked(&link.prepared.masker);
            session.remember_refusal("sync-stream", Some(&work.stream.id), &error);
            refused(&error, session.console)
        })
    }

    fn session<'c>(
        &self,
        link: &Link,
        failed: u32,
        signals: Signals,
        console: &'c mut Console,
    ) -> Session<'c> {
        let session =
            Session::of(Arc::clone(&link.prepared), link.bounds, &link.settings.name, signals, console);
        if self.is_dry { session } else { session.remembered_in(self.journal.of_attempt(failed + 1)) }
    }
}

/// Tells why a run did not begin; gives the ending.
fn refused(error: &CliError, console: &mut Console) -> ExitCode {
    console.fail(&crate::chain(error));
    error.exit_code()
}
