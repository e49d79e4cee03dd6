//! How a run ended: one line for the operator, one file for programs.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Serialize;

use crate::{
    exit_code::ExitCode,
    supervisor::{Numbers, Outcome, bytes, duration, records},
    whole_file::{self, Readers},
};

/// What of a connector's own words goes into the one line; all of them were lines of their own before.
const SHOWN: usize = 2048;

/// How long the sink must have been waited for to be worth a word.
const TOLD_WAIT: Duration = Duration::from_secs(1);

/// What happened (in words without secrets), the figures, and what to do next.
pub(crate) fn summary(what: &str, outcome: &Outcome, code: ExitCode) -> String {
    let shown = &what[..what.floor_char_boundary(SHOWN)];
    let more = what.len() - shown.len();
    let mut parts =
        vec![if more == 0 { shown.to_owned() } else { format!("{shown}… ({more} bytes more)") }];
    parts.extend(figures(&outcome.numbers));
    parts.extend(outcome.kept.clone());
    parts.extend(Some(held(outcome)).filter(|held| !held.is_empty()));
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

/// How limits and sandbox were held; empty where the worker did not come that far.
pub(crate) fn held(outcome: &Outcome) -> String {
    let fences = outcome.fences.map(|fences| fences.described().unwrap_or_else(|| "no sandbox".to_owned()));
    outcome.held_by.clone().into_iter().chain(fences).collect::<Vec<_>>().join("; ")
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
    if numbers.waited >= TOLD_WAIT {
        parts.push(format!("{} of it waiting for the sink", duration(numbers.waited)));
    }
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

/// Why the outcome could not be written.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot write the outcome to {path}; name a file in a folder that can be written with --outcome-file"
)]
pub(crate) struct ReportError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

impl ReportError {
    pub(crate) fn of_own_file(path: &Path) -> Self {
        let reason = "it is the connector, the configuration or the lock file of this run";
        Self { path: path.to_owned(), source: io::Error::other(reason) }
    }
}

/// Finds out, before anything runs, whether there will be a place for the outcome.
pub(crate) fn check_report_file(path: &Path) -> Result<(), ReportError> {
    let failed = |source| ReportError { path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(failed(io::ErrorKind::IsADirectory.into())),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
        _ => fs::read_dir(folder).map(drop).map_err(failed),
    }
}

/// Writes an outcome as JSON. Whoever reads a regular file sees all of it or what was there before; a device, a pipe or
/// whatever else stands there is written to as it is. Links are followed.
pub(crate) fn write_report(path: &Path, report: &impl Serialize) -> Result<(), ReportError> {
    let failed = |source| ReportError { path: path.to_owned(), source };
    let mut text = serde_json::to_vec_pretty(report).map_err(|error| failed(error.into()))?;
    text.push(b'\n');
    whole_file::write(path, &text, Readers::AsBefore).map_err(failed)
}

/// The outcome of a command that ended before there was a run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EarlyEnd {
    pub(crate) exit_code: u8,
    pub(crate) ending: &'static str,
    pub(crate) message: String,
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_link_is_followed_a_mode_is_kept_and_what_is_no_file_is_written_to_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&file, &link).unwrap();
        write_report(&link, &7).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "7\n");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);

        let device = folder.path().join("device");
        symlink("/dev/null", &device).unwrap();
        write_report(&device, &7).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn a_place_that_cannot_be_is_told_before() {
        let folder = tempfile::tempdir().unwrap();
        check_report_file(&folder.path().join("new")).unwrap();
        check_report_file(Path::new("new-in-this-folder")).unwrap();
        for path in [folder.path().to_owned(), folder.path().join("absent/new")] {
            assert!(check_report_file(&path).is_err(), "{}", path.display());
        }
    }
}
