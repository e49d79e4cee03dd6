//! All that is remembered of one run.

use std::time::Duration;

use serde_json::Value;

use crate::{
    confinement::Fences,
    exit_code::ExitCode,
    history::{Filter, Found, History, Listed, Remembered, RunRecord},
    supervisor::{bytes, duration},
};

use super::{
    super::{CliError, args::Format, print, printable_lines},
    RunsError,
};

/// What names the newest run.
const LAST: &str = "last";

/// Prints one run.
pub(super) fn show(history: &History, run: &str, format: Format) -> Result<ExitCode, CliError> {
    let found = find(history, run)?.map_err(RunsError::Damaged)?;
    let text = match format {
        Format::Text => printable_lines(&text(&found.record)),
        Format::Json => json(&found),
    };
    print(format!("{text}\n").as_bytes())
}

fn find(history: &History, run: &str) -> Result<Listed, CliError> {
    if run == LAST {
        let newest = history.list(&Filter { limit: Some(1), ..Filter::default() })?.pop();
        return Ok(newest.ok_or(RunsError::None)?);
    }
    match history.find(run)? {
        Found::One(listed) => Ok(*listed),
        Found::None => Err(RunsError::Unknown { text: run.to_owned() }.into()),
        Found::Several(runs) => Err(RunsError::Several { text: run.to_owned(), runs }.into()),
    }
}

/// As it was written, also by a newer runner.
fn json(found: &Remembered) -> String {
    let value: Value = serde_json::from_str(&found.text).unwrap_or_default();
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

type Row = (&'static str, Option<String>);

/// For people: how it ended, then everything else. What there is none of has no line.
pub(super) fn text(run: &RunRecord) -> String {
    let mut text =
        format!("run {}: {} (exit code {})\n{}\n", run.run, run.ending, run.exit_code, run.message);
    if !run.advice.is_empty() {
        text.push_str(&format!("Next: {}\n", run.advice));
    }
    for (name, value) in rows(run) {
        text.push_str(&value.map_or_else(String::new, |value| format!("\n  {name:<13} {value}")));
    }
    text
}

fn rows(run: &RunRecord) -> Vec<Row> {
    vec![
        ("started", Some(run.started_at.strftime("%F %TZ").to_string())),
        ("took", Some(duration(Duration::from_millis(run.duration_milliseconds)))),
        ("command", Some(command(run))),
        ("sync", run.sync.clone()),
        ("connection", Some(run.connection.clone())),
        ("stream", run.stream.clone()),
        ("lane", run.lane.clone()),
        (
            "connector",
            Some(format!("{} {}", run.connector.slug, run.connector.version).trim_end().to_owned()),
        ),
        (
            "file",
            Some(&run.connector.sha256)
                .filter(|digest| !digest.is_empty())
                .map(|digest| format!("sha256:{digest}")),
        ),
        ("permissions", Some(or_none(run.permissions.join(", ")))),
        ("sandbox", sandbox(&run.sandbox)),
        ("sink", run.sink.clone()),
        ("records", Some(records(run))),
        ("types", types(run)),
        ("memory", memory(run)),
        ("checkpoints", Some(checkpoints(run))),
        ("chain", chain(run)),
        ("dead letters", dead_letters(run)),
    ]
}

fn or_none(text: String) -> String {
    if text.is_empty() { "none".to_owned() } else { text }
}

fn command(run: &RunRecord) -> String {
    format!("{}, attempt {}", run.verb, run.attempt)
}

/// In the words of a summary; as JSON, where a newer runner knows other fences.
fn sandbox(fences: &Value) -> Option<String> {
    if fences.is_null() {
        return None;
    }
    Some(match serde_json::from_value::<Fences>(fences.clone()) {
        Ok(fences) => fences.described().unwrap_or_else(|| "no sandbox".to_owned()),
        Err(_) => fences.to_string(),
    })
}

fn records(run: &RunRecord) -> String {
    let counts = &run.records;
    let mut parts = vec![format!("{} accepted, {} delivered", counts.accepted, counts.delivered)];
    parts.extend((counts.rejected > 0).then(|| format!("{} rejected", counts.rejected)));
    parts.extend((counts.dead_letters > 0).then(|| format!("{} kept aside", counts.dead_letters)));
    parts.push(bytes(run.bytes));
    parts.join(", ")
}

fn types(run: &RunRecord) -> Option<String> {
    let types: Vec<String> = run.types.iter().map(|(name, count)| format!("{name} {count}")).collect();
    Some(types.join(", ")).filter(|types| !types.is_empty())
}

/// None of a connection that could not be run.
fn memory(run: &RunRecord) -> Option<String> {
    let limit = Some(run.memory.limit).filter(|limit| *limit > 0).map(bytes)?;
    Some(match run.memory.peak {
        Some(peak) => format!("peak {} with file cache, limit {limit}", bytes(peak)),
        None => format!("peak unknown, limit {limit}"),
    })
}

fn checkpoints(run: &RunRecord) -> String {
    let last = |records: Option<u64>| {
        records.map_or_else(|| "none".to_owned(), |records| format!("after {records}"))
    };
    let checkpoints = &run.checkpoints;
    format!(
        "{} durable; last set {}, last durable {}",
        checkpoints.count,
        last(checkpoints.set),
        last(checkpoints.durable)
    )
}

fn chain(run: &RunRecord) -> Option<String> {
    let chain = run.chain.as_ref()?;
    let end = if chain.is_finished { "finished" } else { "unfinished" };
    Some(format!("{}, run {} of it, {end}", chain.id, chain.runs))
}

fn dead_letters(run: &RunRecord) -> Option<String> {
    let path = run.dead_letters.as_ref()?;
    let gone = if path.exists() { "" } else { " (no longer there)" };
    Some(format!("{}{gone}", path.display()))
}
