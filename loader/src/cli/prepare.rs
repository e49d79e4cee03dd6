//! Everything that is checked before a connector runs: its file, its configuration, its secrets.

use std::{collections::BTreeMap, env, path::PathBuf};

use codeclimate_connector_abi::VERSION;

use crate::{
    configuration::{Configuration, ConfigurationSource},
    examination::{Examination, Host},
    frame::Job,
    locate::{Located, Locator},
    mask::{Masker, secret_texts},
    note::{self, Note},
};

use super::{
    CliError,
    args::{Run, Search},
};

/// A connector that may be run with a configuration: both have been checked.
pub(crate) struct Prepared {
    pub(crate) note: Note,
    pub(crate) masker: Masker,
    path: PathBuf,
    configuration: BTreeMap<String, String>,
    secrets: Vec<(String, String)>,
}

impl Prepared {
    /// Finds, reads and checks; nothing of the connector runs.
    pub(crate) fn new(run: &Run) -> Result<Self, CliError> {
        let found = find(&run.search, &run.connector)?;
        let path = found.path.clone();
        let note = found.examine(&host()).loadable()?;
        let configuration = Configuration::read(&ConfigurationSource::from(run.config.clone()))?;
        configuration.check(&note.configuration_schema)?;
        let secrets = secret_texts(&configuration, Some(&note.configuration_schema));
        let masker = Masker::of(&secrets)?;
        let configuration = configuration.entries().map(|(key, json)| (key.to_owned(), json)).collect();
        Ok(Self { note, masker, path, configuration, secrets })
    }

    /// A job for the worker.
    pub(crate) fn job(&self, verb: u32, payload: String, debug: bool) -> Job {
        Job {
            connector: self.path.clone(),
            verb,
            payload,
            configuration: self.configuration.clone(),
            state: None,
            debug,
            secrets: self.secrets.clone(),
            runner: std::process::id().cast_signed(),
        }
    }
}

/// The file of a connector with all that is in it.
pub(crate) struct FoundFile {
    pub(crate) path: PathBuf,
    /// As it was named: the name of the file must not say otherwise than the file.
    name: PathBuf,
    pub(crate) bytes: Vec<u8>,
}

impl FoundFile {
    /// What it is, and whether it can be loaded.
    pub(crate) fn examine(&self, host: &Host) -> Examination {
        Examination::new(&self.path, &self.name, &self.bytes, host)
    }
}

/// The file of a connector.
pub(crate) fn find(search: &Search, connector: &str) -> Result<FoundFile, CliError> {
    let Located { path, name } = locator(search)?.find(connector)?;
    let bytes = note::read(&path)?;
    Ok(FoundFile { path, name, bytes })
}

/// Where connectors are looked for.
pub(crate) fn locator(search: &Search) -> Result<Locator, CliError> {
    let binary = env::current_exe()
        .map_err(|source| CliError::System { what: "find this program's own file", source })?;
    Ok(Locator::new(&search.connector_path, &|name| env::var_os(name), &binary))
}

/// What this system and this runner offer a connector.
pub(crate) fn host() -> Host {
    let mut parts = VERSION.split('.').map(|part| part.parse().unwrap_or(0));
    Host::here((parts.next().unwrap_or(0), parts.next().unwrap_or(0)))
}
