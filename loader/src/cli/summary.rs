//! How a run ended: one line for the operator, one file for programs.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    exit_code::ExitCode,
    supervisor::{Numbers, Outcome, OutcomeReport, bytes, duration, records},
};

/// What happened, the figures, and what to do next.
pub(crate) fn summary(outcome: &Outcome, code: ExitCode) -> String {
    let mut parts = vec![outcome.what.clone()];
    parts.extend(figures(&outcome.numbers));
    parts.extend(outcome.held_by.clone());
    let mut text = parts.join("; ");
    if code != ExitCode::Done {
        if !outcome.advice.is_empty() {
            text.push_str(". Next: ");
            text.push_str(&outcome.advice);
        }
        text.push_str(&format!(" (exit code {}; `explain {}` says more)", code.number(), code.number()));
    }
    text
}

fn figures(numbers: &Numbers) -> Vec<String> {
    let mut parts = Vec::new();
    if numbers.accepted > numbers.delivered {
        let Numbers { accepted, sent, delivered, .. } = numbers;
        parts.push(format!("{} accepted, {sent} sent, {delivered} delivered", records(*accepted)));
    } else {
        parts.push(records(numbers.delivered));
    }
    if numbers.rejected > 0 {
        parts.push(format!("{} rejected", numbers.rejected));
    }
    parts.extend(checkpoint(numbers.checkpoint, numbers.committed));
    parts.extend(numbers.reading.peak.map(|peak| format!("peak memory {} with file cache", bytes(peak))));
    parts.push(format!("after {}", duration(numbers.duration)));
    parts
}

fn checkpoint(set: Option<u64>, committed: Option<u64>) -> Option<String> {
    match (set, committed) {
        (set, Some(committed)) if set <= Some(committed) => {
            Some(format!("last checkpoint after {committed}"))
        }
        (Some(set), Some(committed)) => {
            Some(format!("last checkpoint after {set}, durable after {committed}"))
        }
        (Some(set), None) => Some(format!("last checkpoint after {set}, not durable")),
        (None, _) => None,
    }
}

/// Why the report could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the outcome to {path}")]
pub(crate) struct ReportError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// Writes the report; whoever reads the file sees all of it or what was there before.
pub(crate) fn write_report(path: &Path, report: &OutcomeReport<'_>) -> Result<(), ReportError> {
    let failed = |source| ReportError { path: path.to_owned(), source };
    let mut text = serde_json::to_vec_pretty(report).map_err(|error| failed(error.into()))?;
    text.push(b'\n');
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = path.with_file_name(name);
    let written = fs::write(&new, text).and_then(|()| fs::rename(&new, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&new);
        failed(error)
    })
}
