//! Why a configuration cannot be read.

use std::io;

use super::{ConfigurationSource, MAX_CONFIGURATION_SIZE};
use crate::exit_code::ExitCode;

/// Why a configuration cannot be read. No variant holds a value of it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// The system refused.
    #[error("cannot read {configuration}; {advice}")]
    Unreadable {
        /// Where it should come from.
        configuration: ConfigurationSource,
        /// What to do.
        advice: &'static str,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// Larger than a configuration may be.
    #[error("{configuration} has more than {MAX_CONFIGURATION_SIZE} bytes; is it the right file?")]
    TooLarge {
        /// Where it comes from.
        configuration: ConfigurationSource,
    },
    /// Nothing in it.
    #[error("{configuration} is empty; write a JSON object, at least {{}}")]
    Empty {
        /// Where it comes from.
        configuration: ConfigurationSource,
    },
    /// Not UTF-8.
    #[error("{configuration} is not UTF-8 at line {line}, byte {column}; save it as UTF-8")]
    NotUtf8 {
        /// Where it comes from.
        configuration: ConfigurationSource,
        /// The line, from 1.
        line: usize,
        /// The byte in the line, from 1.
        column: usize,
    },
    /// Not JSON. The line is not shown: what breaks the syntax is often next to a secret.
    #[error("{configuration} is not JSON at line {line}, column {column}: {reason}")]
    NotJson {
        /// Where it comes from.
        configuration: ConfigurationSource,
        /// The line, from 1.
        line: usize,
        /// The byte in the line, from 1.
        column: usize,
        /// What the parser expected, and what to do.
        reason: String,
    },
    /// JSON, but not an object.
    #[error("{configuration} must be a JSON object such as {{\"key\": \"value\"}}, but is {found}")]
    NotAnObject {
        /// Where it comes from.
        configuration: ConfigurationSource,
        /// The type that it has.
        found: &'static str,
    },
    /// A key stands twice in one object.
    #[error(
        "{configuration} has the key {pointer} twice, the second time before line {line}, column {column}; leave one of them"
    )]
    DuplicateKey {
        /// Where it comes from.
        configuration: ConfigurationSource,
        /// A JSON pointer to the key.
        pointer: String,
        /// The line, from 1.
        line: usize,
        /// The byte in the line, from 1.
        column: usize,
    },
}

impl ConfigurationError {
    /// The ending that this error leads to.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        ExitCode::Configuration
    }

    pub(super) fn unreadable(configuration: &ConfigurationSource, cause: io::Error) -> ConfigurationError {
        let advice = match cause.kind() {
            io::ErrorKind::NotFound => "check the path, or write `-` to read it from standard input",
            io::ErrorKind::NotADirectory => "check the path: a part before the last one is a file",
            io::ErrorKind::IsADirectory => "it is a folder; give the JSON file in it",
            io::ErrorKind::PermissionDenied => "let the user that runs this read it, and nobody else",
            _ => "check the file and the disk that it is on",
        };
        ConfigurationError::Unreadable { configuration: configuration.clone(), advice, cause }
    }
}
