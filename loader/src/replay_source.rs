//! Recorded traffic in the place of a source: what `cassette:PATH` in a configuration stands for.
//!
//! In the configurations that `check` and `dev` take, a text `cassette:PATH` becomes the base URL of a server on loopback
//! that replays that cassette. The path starts at the folder of the configuration's file.

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use connector_testing::Cassette;
use serde_json::Value;

use crate::{
    configuration::{Configuration, ConfigurationSource},
    exit_code::ExitCode,
    mask::secret_texts,
};

/// What a text begins with that names a cassette.
const PREFIX: &str = "cassette:";
/// Shorter secrets are parts of ordinary words; a cassette does not look for them.
const SHORTEST_SECRET: usize = 6;
/// What a cassette has in the place of secrets.
const MASK: &str = "[secret]";

/// Servers that replay cassettes, for as long as it lives.
#[derive(Debug, Default)]
pub(crate) struct ReplaySource {
    cassettes: BTreeMap<PathBuf, Cassette>,
}

/// Why a cassette cannot be replayed.
#[derive(Debug, thiserror::Error)]
#[error(
    "{configuration}: {pointer}: {reason}; a connector's tests record cassettes with RECORD_CASSETTES=1 cargo test"
)]
pub(crate) struct CassetteError {
    configuration: ConfigurationSource,
    pointer: String,
    reason: String,
}

impl CassetteError {
    pub(crate) const fn exit_code() -> ExitCode {
        ExitCode::Configuration
    }
}

/// Starts a server for each cassette that the configuration names; gives the configuration with their base URLs.
///
/// Each exchange can be played any number of times. Secrets of the configuration are told to the cassettes, so that a
/// request that holds one is the same as the one that was recorded.
///
/// # Errors
/// [`CassetteError`] where a cassette cannot be read.
pub(crate) fn replay(
    configuration: &Configuration,
    schema: &Value,
) -> Result<(Configuration, ReplaySource), CassetteError> {
    let mut start = Start {
        configuration: configuration.source(),
        folder: folder_of(configuration.source()),
        secrets: secret_texts(configuration, Some(schema)),
        source: ReplaySource::default(),
    };
    let mut map = configuration.as_map().clone();
    for (key, value) in &mut map {
        start.replace(value, &format!("/{key}"))?;
    }
    Ok((Configuration::from_map(configuration.source().clone(), map), start.source))
}

/// The cassettes that a configuration names; none where it cannot be read.
pub(crate) fn cassettes_in(configuration: &Path) -> Vec<PathBuf> {
    let read = fs::read(configuration).ok().and_then(|text| serde_json::from_slice(&text).ok());
    let folder = configuration.parent().unwrap_or(Path::new(""));
    let (mut values, mut found) = (Vec::from_iter(read), Vec::new());
    while let Some(value) = values.pop() {
        match value {
            Value::String(text) => found.extend(text.strip_prefix(PREFIX).map(|path| folder.join(path))),
            Value::Array(items) => values.extend(items),
            Value::Object(members) => values.extend(members.into_iter().map(|(_, member)| member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    found
}

/// Where the paths of cassettes start.
fn folder_of(source: &ConfigurationSource) -> PathBuf {
    match source {
        ConfigurationSource::File(path) | ConfigurationSource::Project { file: path, .. } => {
            path.parent().unwrap_or(Path::new("")).to_owned()
        }
        ConfigurationSource::Stdin => PathBuf::new(),
    }
}

/// The servers while they are started.
struct Start<'c> {
    configuration: &'c ConfigurationSource,
    folder: PathBuf,
    secrets: Vec<(String, String)>,
    source: ReplaySource,
}

impl Start<'_> {
    fn replace(&mut self, value: &mut Value, pointer: &str) -> Result<(), CassetteError> {
        match value {
            Value::String(text) => {
                if let Some(path) = text.strip_prefix(PREFIX) {
                    *text = self.base_url(&self.folder.join(path), pointer)?;
                }
            }
            Value::Array(items) => {
                for (at, item) in items.iter_mut().enumerate() {
                    self.replace(item, &format!("{pointer}/{at}"))?;
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    self.replace(member, &format!("{pointer}/{key}"))?;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
        Ok(())
    }

    fn base_url(&mut self, path: &Path, pointer: &str) -> Result<String, CassetteError> {
        if let Some(cassette) = self.source.cassettes.get(path) {
            return Ok(cassette.base_url());
        }
        let cassette = Cassette::try_replay(path).map_err(|reason| CassetteError {
            configuration: self.configuration.clone(),
            pointer: pointer.to_owned(),
            reason,
        })?;
        let is_looked_for =
            |secret: &&String| secret.len() >= SHORTEST_SECRET && !MASK.contains(secret.as_str());
        let secrets = self.secrets.iter().map(|(_, secret)| secret).filter(is_looked_for);
        let cassette = secrets.fold(cassette.repeating(), |cassette, secret| cassette.secret(secret));
        let base_url = cassette.base_url();
        self.source.cassettes.insert(path.to_owned(), cassette);
        Ok(base_url)
    }
}

impl ReplaySource {
    /// What was asked since the last question and had not been recorded, each in one line with the nearest requests that
    /// there are.
    pub(crate) fn take_unrecorded(&self) -> Vec<String> {
        let complaints = self.cassettes.values().flat_map(Cassette::take_complaints);
        complaints.map(|text| text.lines().map(str::trim).collect::<Vec<_>>().join("; ")).collect()
    }

    /// Lets every cassette begin anew, as a source does that has not been asked yet.
    pub(crate) fn rewind(&self) {
        self.cassettes.values().for_each(Cassette::rewind);
    }
}

impl Drop for ReplaySource {
    fn drop(&mut self) {
        for cassette in std::mem::take(&mut self.cassettes).into_values() {
            // A test fails with what comes back here; whoever replays has asked for it before.
            let _ = cassette.finish();
        }
    }
}
