//! The list of runs.

use crate::{
    exit_code::ExitCode,
    frame::Level,
    history::{Filter, History, Remembered},
};

use super::{
    super::{CliError, Console, args::Format, print},
    table::table,
};

/// Prints runs, the newest first.
pub(super) fn list(
    history: &History,
    filter: &Filter,
    format: Format,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let mut found = Vec::new();
    for listed in history.list(filter)? {
        match listed {
            Ok(remembered) => found.push(remembered),
            // The others are still to be seen.
            Err(damaged) => console.say(Level::Error, &damaged.to_string()),
        }
    }
    let text = match format {
        Format::Json => found.iter().map(line).collect(),
        Format::Text if found.is_empty() => "no such run is remembered\n".to_owned(),
        Format::Text => table(&found.into_iter().map(|found| found.record).collect::<Vec<_>>()),
    };
    print(text.as_bytes())
}

/// A run as one line of JSON, as it was written.
pub(super) fn line(run: &Remembered) -> String {
    // Between the tokens of JSON, a line break is as good as a space; within a string it cannot stand.
    format!("{}\n", run.text.replace(['\n', '\r'], " "))
}
