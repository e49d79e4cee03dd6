//! The configuration of a connector, as the operator wrote it.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use serde_json::{Map, Value};

mod check;
mod error;
mod expectation;
mod json;
mod secret;
#[cfg(test)]
mod tests;

pub(crate) use check::warm_up;
pub use check::{CheckError, Problem};
pub use error::ConfigurationError;
pub use secret::Secret;

/// The largest configuration, in bytes: 1 MiB.
pub const MAX_CONFIGURATION_SIZE: u64 = 1 << 20;

/// Where a configuration comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigurationSource {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// A connection of a project file, which is no JSON: it is read as a project, not by [`Configuration::read`].
    Project {
        /// The file.
        file: PathBuf,
        /// The connection.
        connection: String,
    },
}

impl From<PathBuf> for ConfigurationSource {
    /// The source that an argument names: `-` is standard input.
    fn from(argument: PathBuf) -> ConfigurationSource {
        if argument.as_os_str() == "-" {
            return ConfigurationSource::Stdin;
        }
        ConfigurationSource::File(argument)
    }
}

impl fmt::Display for ConfigurationSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigurationSource::File(path) => write!(formatter, "configuration {}", path.display()),
            ConfigurationSource::Stdin => formatter.write_str("the configuration on standard input"),
            ConfigurationSource::Project { file, connection } => {
                write!(formatter, "the configuration of connection {connection:?} in {}", file.display())
            }
        }
    }
}

/// A JSON object whose keys are all different. Its values may be secrets, so that `Debug` shows keys only.
///
/// Whole numbers beyond 64 bits are kept as the nearest floating-point number, as `serde_json` reads them.
#[derive(Clone, PartialEq)]
pub struct Configuration {
    source: ConfigurationSource,
    map: Map<String, Value>,
}

impl fmt::Debug for Configuration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<&String> = self.map.keys().collect();
        formatter.debug_struct("Configuration").field("source", &self.source).field("keys", &keys).finish()
    }
}

impl Configuration {
    /// Reads a configuration from its source.
    ///
    /// # Errors
    ///
    /// A [`ConfigurationError`] with the place of the fault; it never shows a value.
    pub fn read(source: &ConfigurationSource) -> Result<Configuration, ConfigurationError> {
        let bytes = match source {
            ConfigurationSource::File(path) | ConfigurationSource::Project { file: path, .. } => {
                File::open(path).and_then(capped)
            }
            ConfigurationSource::Stdin => capped(io::stdin().lock()),
        };
        let bytes = bytes.map_err(|cause| ConfigurationError::unreadable(source, cause))?;
        Configuration::from_bytes(source, &bytes)
    }

    /// Reads a configuration from bytes; `source` only appears in errors.
    ///
    /// # Errors
    ///
    /// As [`Configuration::read`], save for those of reading the source.
    pub fn from_bytes(
        source: &ConfigurationSource,
        bytes: &[u8],
    ) -> Result<Configuration, ConfigurationError> {
        if bytes.len() as u64 > MAX_CONFIGURATION_SIZE {
            return Err(ConfigurationError::TooLarge { configuration: source.clone() });
        }
        let map = json::object(source, bytes)?;
        Ok(Configuration { source: source.clone(), map })
    }

    /// A configuration that has been read already.
    pub(crate) fn from_map(source: ConfigurationSource, map: Map<String, Value>) -> Configuration {
        Configuration { source, map }
    }

    /// The values without an inside that a schema marks as secret, each by itself.
    pub(crate) fn secret_leaves(&self, schema: &Value) -> Vec<Secret<'_>> {
        secret::leaves(secret::marked(schema, &self.map))
    }

    /// Where it comes from.
    #[must_use]
    pub fn source(&self) -> &ConfigurationSource {
        &self.source
    }

    /// The object.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.map
    }

    /// Each key with the JSON text of its value, as they cross into the connector.
    pub fn entries(&self) -> impl Iterator<Item = (&str, String)> {
        self.map.iter().map(|(key, value)| (key.as_str(), value.to_string()))
    }

    /// Checks it against the connector's schema.
    ///
    /// The draft is the one that `$schema` names, or else 2020-12; formats are asserted, those unknown to it are not.
    ///
    /// # Errors
    ///
    /// [`CheckError::Refused`] with all problems at once, or [`CheckError::BadSchema`] when it is the schema that is wrong.
    pub fn check(&self, schema: &Value) -> Result<(), CheckError> {
        check::check(&self.source, &self.map, schema)
    }

    /// The values that must never be shown: those that the schema marks `"secret": true` and all beneath them, or, without
    /// a schema, every string.
    #[must_use]
    pub fn secrets(&self, schema: Option<&Value>) -> Vec<Secret<'_>> {
        match schema {
            Some(schema) => secret::marked(schema, &self.map),
            None => secret::strings(&self.map),
        }
    }
}

/// All of a reader, up to one byte more than a configuration may have.
fn capped(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_CONFIGURATION_SIZE + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
