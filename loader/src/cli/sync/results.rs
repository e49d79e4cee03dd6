//! What came of a sync, as it goes on and at its end.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::{
    exit_code::ExitCode,
    frame::Level,
    supervisor::{duration, records},
};

use super::{super::Console, selection::Plan, work::Work};

/// How often a sync without a terminal tells how far it is.
const INTERVAL: Duration = Duration::from_secs(30);

/// All that is known of a sync.
pub(super) struct Results {
    pub(super) connections: Vec<ConnectionEnd>,
    pub(super) streams: Vec<StreamEnd>,
    /// What would be done of a connection, where nothing is.
    pub(super) plans: Vec<(usize, Plan)>,
    cancelled: Option<ExitCode>,
    pub(super) started: Instant,
    last_told: Instant,
}

/// What came of a connection.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConnectionEnd {
    pub(super) name: String,
    /// The worst ending of it and of its streams.
    #[serde(serialize_with = "as_number")]
    pub(super) exit_code: ExitCode,
    /// Streams that were to be synced.
    pub(super) streams: usize,
    pub(super) done: usize,
    pub(super) paused: usize,
    pub(super) failed: usize,
    /// Not begun.
    pub(super) left: usize,
    /// Not to be synced.
    pub(super) left_out: usize,
    /// Delivered.
    pub(super) records: u64,
}

/// What came of a stream.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StreamEnd {
    #[serde(skip)]
    pub(super) connection: usize,
    pub(super) stream: String,
    #[serde(serialize_with = "as_number")]
    pub(super) exit_code: ExitCode,
    pub(super) runs: u32,
    pub(super) records: u64,
    /// In bytes, with file cache.
    pub(super) peak_memory: Option<u64>,
    /// In runs.
    #[serde(rename = "durationMilliseconds", serialize_with = "as_milliseconds")]
    pub(super) duration: Duration,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn as_number<S: serde::Serializer>(code: &ExitCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(code.number())
}

fn as_milliseconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

impl StreamEnd {
    /// `stream` is without secrets.
    pub(super) fn new(connection: usize, stream: String, work: &Work, exit_code: ExitCode) -> Self {
        let Work { runs, records, peak, duration, .. } = *work;
        Self { connection, stream, exit_code, runs, records, peak_memory: peak, duration }
    }
}

impl ConnectionEnd {
    /// Of a connection of which nothing has ended yet.
    pub(super) fn new(name: String, exit_code: ExitCode) -> Self {
        let (streams, done, paused, failed, left, left_out) = (0, 0, 0, 0, 0, 0);
        Self { name, exit_code, streams, done, paused, failed, left, left_out, records: 0 }
    }
}

impl Results {
    pub(super) fn new(names: impl IntoIterator<Item = String>) -> Self {
        let connections = names.into_iter().map(|name| ConnectionEnd::new(name, ExitCode::Done)).collect();
        let now = Instant::now();
        Self {
            connections,
            streams: Vec::new(),
            plans: Vec::new(),
            cancelled: None,
            started: now,
            last_told: now,
        }
    }

    /// The worst ending of all.
    pub(super) fn exit_code(&self) -> ExitCode {
        let codes = self.connections.iter().map(|connection| connection.exit_code);
        codes.chain(self.cancelled).fold(ExitCode::Done, ExitCode::worse)
    }

    pub(super) fn cancel(&mut self, code: ExitCode) {
        self.cancelled = Some(code);
    }

    /// The ending, where somebody wants no more runs.
    pub(super) const fn cancelled(&self) -> Option<ExitCode> {
        self.cancelled
    }

    pub(super) fn planned(&mut self, line: usize, plan: &Plan) {
        self.connections[line].streams = plan.streams.len();
        self.connections[line].left_out = plan.left_out.len();
    }

    /// A connection has come to an ending of its own, beside those of its streams.
    pub(super) fn connection_ended(&mut self, line: usize, code: ExitCode) {
        let connection = &mut self.connections[line];
        connection.exit_code = connection.exit_code.worse(code);
    }

    pub(super) fn stream_ended(&mut self, end: StreamEnd) {
        let connection = &mut self.connections[end.connection];
        connection.exit_code = connection.exit_code.worse(end.exit_code);
        connection.records += end.records;
        *match end.exit_code {
            ExitCode::Done => &mut connection.done,
            code if !code.is_failure() => &mut connection.paused,
            _ => &mut connection.failed,
        } += 1;
        self.streams.push(end);
    }

    /// So many streams are not begun.
    pub(super) fn left(&mut self, line: usize, streams: usize) {
        self.connections[line].left += streams;
    }

    /// Tells how far it is: always in the live line, now and then without one.
    pub(super) fn show(&mut self, console: &Console, running: usize) {
        if console.has_live_lines() {
            console.total(Some(self.progress(running)));
        } else if self.last_told.elapsed() >= INTERVAL {
            self.last_told = Instant::now();
            console.beside().say(Level::Info, &self.progress(running));
        }
    }

    fn progress(&self, running: usize) -> String {
        let sum = |count: fn(&ConnectionEnd) -> usize| self.connections.iter().map(count).sum::<usize>();
        let (all, over) = (sum(|end| end.streams), self.streams.len());
        let failed = sum(|end| end.failed);
        let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
        format!(
            "{over} of {}{failed}, {running} running, {}",
            count_streams(all),
            duration(self.started.elapsed())
        )
    }

    /// One sentence of all.
    pub(super) fn sentence(&self) -> String {
        let sum = |count: fn(&ConnectionEnd) -> usize| self.connections.iter().map(count).sum::<usize>();
        let parts = [
            (sum(|end| end.done), "done"),
            (sum(|end| end.paused), "paused"),
            (sum(|end| end.failed), "failed"),
            (sum(|end| end.left), "not begun"),
            (sum(|end| end.left_out), "left out"),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(count, what)| *count > 0 || *what == "done")
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let delivered = self.connections.iter().map(|end| end.records).sum();
        let took = duration(self.started.elapsed());
        format!("streams: {}; {}; after {took}", parts.join(", "), records(delivered))
    }
}

/// So many streams, in words.
pub(super) fn count_streams(count: usize) -> String {
    if count == 1 { "1 stream".to_owned() } else { format!("{count} streams") }
}
