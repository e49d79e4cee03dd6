//! Everything that is checked before a connector runs: its file, its configuration, its secrets.

use std::{
    collections::BTreeMap,
    env,
    panic::resume_unwind,
    path::{Path, PathBuf},
    thread::{self, JoinHandle},
};

use codeclimate_connector_abi::VERSION;
use serde_json::Value;

use crate::{
    configuration::{Configuration, ConfigurationSource, warm_up},
    confinement::{Rules, Sandbox, readable_by_all},
    digest::Digest,
    examination::{Examination, Host},
    frame::{Job, Level, Rejections},
    grant::Grants,
    locate::{Located, Locator},
    lock::{Difference, Judgement, Lock, LockError, Pin},
    mask::{Masker, secret_texts},
    note::{self, Note},
    permission::{Permission, listed},
    sealed::Sealed,
    slug::Slug,
    state::fingerprint,
    supervisor::{LaunchError, Limits, bytes},
};

use super::{
    CliError,
    args::{LEAST_MEMORY, Run, Search},
    sandbox::SandboxOptions,
    summary::ReportError,
};

/// Which connector is to run, and within which bounds.
pub(crate) struct Wanted<'a> {
    pub(crate) search: &'a Search,
    /// The slug, or the path of the file.
    pub(crate) connector: &'a str,
    pub(crate) limits: Limits,
    pub(crate) sandbox: &'a SandboxOptions,
    /// The file that says what it is to read.
    pub(crate) configuration: &'a Path,
}

impl<'a> From<&'a Run> for Wanted<'a> {
    fn from(run: &'a Run) -> Self {
        Self {
            search: &run.search,
            connector: &run.connector,
            limits: run.limits.limits(),
            sandbox: &run.sandbox,
            configuration: &run.config,
        }
    }
}

/// A connector that may be run with a configuration: both have been checked.
pub(crate) struct Prepared {
    pub(crate) note: Note,
    pub(crate) masker: Masker,
    path: PathBuf,
    /// Its file, as it was checked.
    pub(crate) library: Sealed,
    configuration: BTreeMap<String, String>,
    secrets: Vec<(String, String)>,
    /// Of the configuration, without its secrets.
    pub(crate) fingerprint: String,
    grants: Grants,
    rules: Rules,
    /// The files that it was read from.
    files: [PathBuf; 3],
    /// What it asks for and was not granted.
    withheld: Vec<Permission>,
    /// How the file differs from its pin, where that is no obstacle.
    replaced: Option<String>,
}

impl Prepared {
    /// Finds, reads and checks; nothing of the connector runs.
    pub(crate) fn new(run: &Run) -> Result<Self, CliError> {
        let source = ConfigurationSource::from(run.config.clone());
        Self::with(&Wanted::from(run), |_| Ok(Configuration::read(&source)?))
    }

    /// As [`Prepared::new`], with a configuration that is read once its schema is known.
    pub(crate) fn with(
        wanted: &Wanted<'_>,
        read: impl FnOnce(&Value) -> Result<Configuration, CliError>,
    ) -> Result<Self, CliError> {
        let sandbox = wanted.sandbox;
        beside("schemas", warm_up)?;
        let is_off = sandbox.is_off();
        let system = beside("system", move || if is_off { Vec::new() } else { readable_by_all() })?;
        let Loadable { path, note, library } = loadable(wanted)?;
        let files = [path.clone(), wanted.configuration.to_owned(), sandbox.lock_path().to_owned()];
        let Judgement { withheld, differences } = judge_by_lock(sandbox, &note, &library)?;
        let replaced = replaced(sandbox, &note.slug, &differences);
        let configuration = read(&note.configuration_schema)?;
        configuration.check(&note.configuration_schema)?;
        let fingerprint = fingerprint(&configuration, &note.configuration_schema);
        let secrets = secret_texts(&configuration, Some(&note.configuration_schema));
        let masker = Masker::of(&secrets)?;
        let denied: Vec<_> = sandbox.deny.iter().cloned().chain(withheld).collect();
        let grants = Grants::resolve(&note.permissions, &denied, configuration.as_map(), &sandbox.allow)?;
        let system = system.join().unwrap_or_else(|panic| resume_unwind(panic));
        let rules = sandbox.rules(system, grants.clone(), wanted.limits.temporary)?;
        let configuration = configuration.entries().map(|(key, json)| (key.to_owned(), json)).collect();
        Ok(Self {
            note,
            masker,
            path,
            library,
            configuration,
            secrets,
            fingerprint,
            grants,
            rules,
            withheld: denied,
            replaced,
            files,
        })
    }

    /// What the operator is told before anything runs.
    pub(crate) fn notices(&self) -> Vec<(Level, String)> {
        let replaced = self.replaced.iter().map(|text| (Level::Warn, text.clone()));
        let absent = self.grants.absent().map(|path| {
            let path = self.masker.mask(&path.display().to_string()).into_owned();
            let text = format!(
                "{path} is not there, so nothing of it can be granted; make it first, or grant its folder (`~` is not expanded)"
            );
            (Level::Warn, text)
        });
        replaced.chain([(Level::Info, self.granted())]).chain(absent).collect()
    }

    /// What was not granted, for the operator who has forgotten it; empty where that is nothing.
    pub(crate) fn withheld(&self) -> String {
        match &self.withheld[..] {
            [] => String::new(),
            withheld => format!("; withheld by --deny or the lock file: {}", listed(withheld)),
        }
    }

    /// What it was granted, without secrets.
    pub(crate) fn permissions(&self) -> Vec<String> {
        let Grants { exec, ports, read, write } = &self.grants;
        let named = |what: &str, path: &PathBuf| format!("{what}:{}", path.display());
        let paths =
            read.iter().map(|path| named("read", path)).chain(write.iter().map(|path| named("write", path)));
        let granted = exec.then(|| "exec".to_owned()).into_iter();
        let granted = granted.chain(ports.iter().map(|port| format!("connect:{port}"))).chain(paths);
        granted.map(|text| self.masker.mask(&text).into_owned()).collect()
    }

    /// Whether there is a sandbox around it.
    pub(crate) fn is_sandboxed(&self) -> bool {
        self.rules.sandbox != Sandbox::Off
    }

    /// From now on its runs reach nothing over the network, whatever it asks for.
    pub(crate) fn take_network_away(&mut self) {
        self.rules.ports.clear();
    }

    /// How many secret texts its configuration holds.
    pub(crate) fn secret_count(&self) -> usize {
        self.secrets.len()
    }

    /// What it may reach.
    fn granted(&self) -> String {
        let Note { slug, version, .. } = &self.note;
        let text = match self.rules.sandbox {
            Sandbox::Off => format!("no sandbox: {slug} {version} may do whatever its user may"),
            _ => format!("granted to {slug} {version}: {}{}", self.grants, self.withheld()),
        };
        self.masker.mask(&text).into_owned()
    }

    /// An outcome must not take the place of what it is the outcome of.
    pub(crate) fn spare(&self, outcome: &Path) -> Result<(), ReportError> {
        spare(outcome, &self.files)
    }

    /// A job for the worker.
    pub(crate) fn job(&self, verb: u32, payload: String, debug: bool) -> Job {
        Job {
            connector: self.path.clone(),
            verb,
            payload,
            configuration: self.configuration.clone(),
            state: None,
            rejections: Rejections::default(),
            debug,
            sources: None,
            secrets: self.secrets.clone(),
            rules: self.rules.clone(),
            stop: None,
            scrutiny: None,
        }
    }
}

/// Does on a thread what need not wait for the file of the connector. Whoever has no use for it any more, does not wait.
fn beside<T: Send + 'static>(
    name: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, CliError> {
    let started = thread::Builder::new().name(name.into()).spawn(work);
    Ok(started.map_err(|source| LaunchError::System { what: "start a thread", source })?)
}

/// As [`Prepared::spare`], as far as the command line tells the files.
pub(crate) fn spare_named(run: &Run, outcome: &Path) -> Result<(), ReportError> {
    let lock = run.sandbox.lock_path().to_owned();
    spare(outcome, &[PathBuf::from(&run.connector), run.config.clone(), lock])
}

/// An outcome must not take the place of these files.
pub(crate) fn spare(outcome: &Path, files: &[PathBuf]) -> Result<(), ReportError> {
    let Ok(target) = outcome.canonicalize() else { return Ok(()) };
    let is_own = files.iter().any(|file| file.canonicalize().is_ok_and(|file| file == target));
    if is_own { Err(ReportError::of_own_file(outcome)) } else { Ok(()) }
}

/// A connector that this runner can load.
pub(crate) struct Loadable {
    pub(crate) path: PathBuf,
    pub(crate) note: Note,
    /// Its file, as it was examined.
    pub(crate) library: Sealed,
}

/// The file that is to be loaded, examined.
pub(crate) fn loadable(wanted: &Wanted<'_>) -> Result<Loadable, CliError> {
    let Located { path, name } = locator(wanted.search)?.find(wanted.connector)?;
    let library = note::seal(&path)?;
    let content = library.bytes()?;
    let note = Examination::new(&path, &name, &content, &host()).loadable()?;
    let (memory, size) = (wanted.limits.memory, content.len() as u64);
    if memory < size.saturating_add(LEAST_MEMORY) {
        return Err(CliError::TooLittleMemory { memory: bytes(memory), size: bytes(size) });
    }
    Ok(Loadable { path, note, library })
}

/// A connector as a lock file would pin it, granted all that it asks for.
pub(crate) fn pin_of(note: &Note, sha256: Digest) -> Pin {
    let Note { slug, version, permissions, .. } = note;
    Pin {
        slug: slug.clone(),
        version: version.clone(),
        sha256,
        permissions: permissions.clone(),
        withheld: Vec::new(),
    }
}

/// What the lock file says of a connector; nothing where there is none, for which nothing needs to be hashed.
pub(crate) fn judge_by_lock(
    options: &SandboxOptions,
    note: &Note,
    library: &Sealed,
) -> Result<Judgement, CliError> {
    if options.locked && options.is_off() {
        return Err(LockError::NotHeld.into());
    }
    let path = options.lock_path();
    let must_exist = options.locked || options.lock_file.is_some();
    let lock = if must_exist { Some(Lock::read_existing(path)?) } else { Lock::read(path)? };
    let Some(lock) = lock else { return Ok(Judgement::default()) };
    Ok(lock.judge(path, &pin_of(note, library.digest()?), options.locked)?)
}

/// How a connector differs from its pin, where that is no obstacle.
fn replaced(options: &SandboxOptions, slug: &Slug, differences: &[Difference]) -> Option<String> {
    let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
    let text = format!(
        "{} pins {slug} otherwise ({}); it asks for nothing more, so it runs; `codeclimate-connector lock` pins it anew",
        options.lock_path().display(),
        told.join("; ")
    );
    Some(text).filter(|_| !differences.is_empty())
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
