//! Tells how a sync ended: to people, to programs, to the monitoring.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    exit_code::ExitCode,
    frame::Level,
    history::{Filter, History, RunRecord},
    metrics::{self, SyncSummary},
    project::Project,
    state::StateError,
};

use super::{
    super::{Console, level_of, summary::write_report},
    results::{ConnectionEnd, Results, StreamEnd},
    table,
};

/// Streams whose last success is sought; where more have failed, the metrics have no series for each.
const SOUGHT: usize = 1_000;

/// The command that has come to its end.
pub(super) struct Command<'a> {
    pub(super) id: String,
    pub(super) started_at: Timestamp,
    pub(super) project: &'a Project,
    pub(super) outcome_file: Option<&'a Path>,
}

/// How a sync ended, for programs. Members are added, never changed or removed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SyncReport<'a> {
    exit_code: u8,
    ending: &'static str,
    message: String,
    sync: &'a str,
    project: &'a Path,
    started_at: Timestamp,
    duration_milliseconds: u64,
    connections: &'a [ConnectionEnd],
    streams: Vec<StreamRow<'a>>,
}

#[derive(Serialize)]
struct StreamRow<'a> {
    connection: &'a str,
    #[serde(flatten)]
    end: &'a StreamEnd,
}

/// Tells it to all who want to know; gives the exit code, which a failure to tell changes.
pub(super) fn conclude(
    command: &Command<'_>,
    results: &Results,
    history: &History,
    console: &mut Console,
) -> ExitCode {
    let code = results.exit_code();
    let code = tell_failure(write_metrics(command, results, history, code), code, console);
    if console.is_for_people() {
        console.show(&table::ended(results));
    }
    let mut text = format!("sync: {}; {}", code.title(), results.sentence());
    if code != ExitCode::Done {
        let number = code.number();
        text.push_str(&format!(
            " (exit code {number}, the worst of all; `explain {number}` says more, `runs list --failed` lists the failed runs)"
        ));
    }
    console.say(level_of(code), &text);
    tell_failure(write_outcome(command, results, code), code, console)
}

/// What could not be written makes the ending worse.
fn tell_failure(failure: Option<String>, code: ExitCode, console: &mut Console) -> ExitCode {
    let Some(failure) = failure else { return code };
    console.say(Level::Error, &failure);
    code.worse(ExitCode::OutputFailed)
}

fn write_outcome(command: &Command<'_>, results: &Results, code: ExitCode) -> Option<String> {
    let name = |end: &StreamEnd| &*results.connections[end.connection].name;
    let report = SyncReport {
        exit_code: code.number(),
        ending: code.title(),
        message: results.sentence(),
        sync: &command.id,
        project: &command.project.path,
        started_at: command.started_at,
        duration_milliseconds: u64::try_from(results.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        connections: &results.connections,
        streams: results.streams.iter().map(|end| StreamRow { connection: name(end), end }).collect(),
    };
    write_report(command.outcome_file?, &report).err().map(|error| crate::chain(&error))
}

/// The runs of the sync, and of each stream that was not done in it the last one that was.
fn runs(sync: &str, results: &Results, history: &History) -> Result<Vec<RunRecord>, StateError> {
    let mut runs = Vec::new();
    let mut add = |filter: Filter| {
        history.list(&filter).map(|listed| runs.extend(listed.into_iter().flatten().map(|run| run.record)))
    };
    add(Filter { sync: Some(sync.to_owned()), ..Filter::default() })?;
    for end in results.streams.iter().filter(|end| end.exit_code != ExitCode::Done).take(SOUGHT) {
        add(Filter {
            connection: Some(results.connections[end.connection].name.clone()),
            stream: Some(end.stream.clone()),
            exit_codes: vec![ExitCode::Done],
            // Among them may be ranges that were read once more.
            limit: Some(20),
            ..Filter::default()
        })?;
    }
    Ok(runs)
}

fn write_metrics(
    command: &Command<'_>,
    results: &Results,
    history: &History,
    code: ExitCode,
) -> Option<String> {
    let path = command.project.metrics.as_deref()?;
    let runs = match runs(&command.id, results, history) {
        Ok(runs) => runs,
        Err(error) => return Some(crate::chain(&error)),
    };
    let summary = SyncSummary {
        id: command.id.clone(),
        started_at: command.started_at,
        duration: results.started.elapsed(),
        exit_code: code.number(),
        connections: results
            .connections
            .iter()
            .map(|end| (end.name.clone(), end.exit_code.number()))
            .collect(),
    };
    metrics::write(path, &summary, &runs).err().map(|error| crate::chain(&error))
}
