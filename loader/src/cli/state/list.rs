//! The list of streams of which something is kept.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    console::printable,
    exit_code::ExitCode,
    frame::Level,
    state::{Chain, Database, Finished, Holder, Key, StateStore, Stored},
};

use super::super::{CliError, Console, args::Format, print};

/// One stream, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    connection: &'a str,
    stream: &'a str,
    lane: String,
    connector: &'a str,
    unfinished: Option<&'a Chain>,
    finished: Option<&'a Finished>,
    missing_since: Option<Timestamp>,
    holder: Option<Holder>,
}

/// Prints the streams of one connection, or of all.
pub(super) fn list(
    store: &Database,
    connection: Option<&str>,
    format: Format,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let mut text = String::new();
    for listed in store.list()? {
        let (key, stored) = match listed {
            Ok(listed) => listed,
            // The others are still to be seen.
            Err(error) => {
                console.say(Level::Error, &crate::chain(&error));
                continue;
            }
        };
        if connection.is_some_and(|connection| key.connection != connection) {
            continue;
        }
        let holder = store.holder(&key)?;
        match format {
            Format::Text => text.push_str(&line(&key, &stored, holder.as_ref())),
            Format::Json => {
                let row = row(&key, &stored, holder);
                text.push_str(&(serde_json::to_string(&row).unwrap_or_default() + "\n"));
            }
        }
    }
    if text.is_empty() && format == Format::Text {
        text.push_str("nothing is kept of any stream\n");
    }
    print(text.as_bytes())
}

fn row<'a>(key: &'a Key, stored: &'a Stored, holder: Option<Holder>) -> Row<'a> {
    let state = &stored.state;
    Row {
        connection: &key.connection,
        stream: &key.stream,
        lane: key.lane.to_string(),
        connector: &state.connector,
        unfinished: state.unfinished.as_ref(),
        finished: state.finished.as_ref(),
        missing_since: stored.missing_since,
        holder,
    }
}

fn line(key: &Key, stored: &Stored, holder: Option<&Holder>) -> String {
    let state = &stored.state;
    let held = holder.map(|holder| format!("held by {holder}"));
    let missing =
        stored.missing_since.map(|since| format!("not discovered since {}", since.strftime("%F %TZ")));
    let unfinished = state.unfinished.as_ref().map(unfinished);
    let finished = state.finished.as_ref().map(finished);
    let parts: Vec<String> = [held, unfinished, finished, missing].into_iter().flatten().collect();
    let name = format!("{}  {}  {}", key.connection, key.stream, key.lane);
    format!("{}\n    {}\n", printable(&name), printable(&parts.join("; ")))
}

fn unfinished(chain: &Chain) -> String {
    let Chain { runs, records, .. } = chain;
    let (begun, cutoff) = (chain.started_at.strftime("%F %TZ"), chain.cutoff.strftime("%F %TZ"));
    let token = if chain.checkpoint.is_some() { "" } else { ", no checkpoint" };
    format!("unfinished since {begun}: data since {cutoff}, records: {records}, runs: {runs}{token}")
}

fn finished(finished: &Finished) -> String {
    let (read_up_to, at) = (finished.read_up_to.strftime("%F %TZ"), finished.at.strftime("%F %TZ"));
    match finished.chain {
        Some(_) => format!(
            "read up to {read_up_to}, finished {at}, records: {}, runs: {}",
            finished.records, finished.runs
        ),
        None => format!("read up to {read_up_to}, set by hand {at}"),
    }
}
