//! Everything that is checked before a connector runs: its file, its configuration, its secrets.

use std::{collections::BTreeMap, env, fs::File, path::PathBuf};

use codeclimate_connector_abi::VERSION;

use crate::{
    configuration::{Configuration, ConfigurationSource},
    confinement::{Rules, Sandbox},
    digest::Digest,
    frame::Job,
    grant::Grants,
    locate::Locator,
    mask::{Masker, secret_texts},
    note::Note,
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
    pub(crate) digest: Digest,
    grants: Grants,
    rules: Rules,
}

impl Prepared {
    /// Finds, reads and checks; nothing of the connector runs.
    pub(crate) fn new(run: &Run) -> Result<Self, CliError> {
        let (path, note) = find(&run.search, &run.connector)?;
        let digest = File::open(&path).and_then(Digest::of);
        let digest = digest.map_err(|source| CliError::System { what: "read the connector", source })?;
        note.check_loadable(&path, host_abi())?;
        let configuration = Configuration::read(&ConfigurationSource::from(run.config.clone()))?;
        configuration.check(&note.configuration_schema)?;
        let secrets = secret_texts(&configuration, Some(&note.configuration_schema));
        let masker = Masker::of(&secrets)?;
        let (allow, deny) = (&run.sandbox.allow, &run.sandbox.deny);
        let grants = Grants::resolve(&note.permissions, deny, configuration.as_map(), allow)?;
        let rules = run.sandbox.rules(grants.clone())?;
        let configuration = configuration.entries().map(|(key, json)| (key.to_owned(), json)).collect();
        Ok(Self { note, masker, path, configuration, secrets, digest, grants, rules })
    }

    /// What it may reach, for the operator.
    pub(crate) fn granted(&self) -> String {
        let Note { slug, version, .. } = &self.note;
        let text = match self.rules.sandbox {
            Sandbox::Off => format!("no sandbox: {slug} {version} may do whatever its user may"),
            _ => format!("granted to {slug} {version}: {}", self.grants),
        };
        self.masker.mask(&text).into_owned()
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
            rules: self.rules.clone(),
        }
    }
}

/// The file of a connector, with what its note says; the name of the file must not say otherwise.
pub(crate) fn find(search: &Search, connector: &str) -> Result<(PathBuf, Note), CliError> {
    let located = locator(search)?.find(connector)?;
    let note = Note::read(&located.path)?;
    note.check_file_name(&located.name)?;
    Ok((located.path, note))
}

/// Where connectors are looked for.
pub(crate) fn locator(search: &Search) -> Result<Locator, CliError> {
    let binary = env::current_exe()
        .map_err(|source| CliError::System { what: "find this program's own file", source })?;
    Ok(Locator::new(&search.connector_path, &|name| env::var_os(name), &binary))
}

/// Major and minor version of the interface that this runner offers.
fn host_abi() -> (u16, u16) {
    let mut parts = VERSION.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}
