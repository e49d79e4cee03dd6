//! What is wrong with a project file.

use std::fmt;
use std::io;
use std::path::PathBuf;

use serde::Serialize;

use crate::exit_code::ExitCode;

/// The largest project file, in bytes: 1 MiB.
pub(super) const MAX_SIZE: u64 = 1 << 20;

/// One thing that is wrong. Nothing of a configuration's values is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    /// The line, from 1.
    pub(crate) line: usize,
    /// The character in the line, from 1.
    pub(crate) column: usize,
    /// The key, behind those that it is in; empty where the file cannot be understood.
    pub(crate) place: String,
    pub(crate) expected: String,
    pub(crate) found: String,
    /// What to do; empty where that goes without saying.
    pub(crate) advice: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {}: ", self.line, self.column)?;
        if !self.place.is_empty() {
            write!(formatter, "{}: ", self.place)?;
        }
        write!(formatter, "expected {}, found {}", self.expected, self.found)?;
        if self.advice.is_empty() { Ok(()) } else { write!(formatter, "; {}", self.advice) }
    }
}

/// Why a project file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProjectError {
    #[error("cannot read project file {}; {advice}", .path.display())]
    Unreadable {
        path: PathBuf,
        advice: &'static str,
        #[source]
        source: io::Error,
    },
    #[error("project file {} has more than {MAX_SIZE} bytes; is it the right file?", .path.display())]
    TooLarge { path: PathBuf },
    #[error("project file {} is not UTF-8 at line {line}; save it as UTF-8", .path.display())]
    NotUtf8 { path: PathBuf, line: usize },
    #[error("project file {} has {}:{}", .path.display(), counted(.problems.len()), lines(.problems))]
    Refused {
        path: PathBuf,
        /// All of them, in the order of the lines.
        problems: Vec<Problem>,
    },
}

impl ProjectError {
    /// The ending that this error leads to.
    pub(crate) const fn exit_code() -> ExitCode {
        ExitCode::Configuration
    }

    /// All that is wrong inside the file.
    pub(crate) fn problems(&self) -> &[Problem] {
        match self {
            Self::Refused { problems, .. } => problems,
            _ => &[],
        }
    }

    pub(super) fn unreadable(path: PathBuf, source: io::Error) -> Self {
        let advice = match source.kind() {
            io::ErrorKind::NotFound => {
                "name another with --project, or make one with `codeclimate-connector init`"
            }
            io::ErrorKind::IsADirectory => "it is a folder; name the file in it",
            io::ErrorKind::PermissionDenied => "let the user that runs this read it",
            _ => "check the path, and the disk that it is on",
        };
        Self::Unreadable { path, advice, source }
    }
}

fn counted(count: usize) -> String {
    if count == 1 { "a problem".to_owned() } else { format!("{count} problems") }
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}
