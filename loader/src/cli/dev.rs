//! For authors: builds a connector, runs a verb of it, shows the records, and does so again whenever they save.

mod changes;
mod in_process;
mod once;
mod rows;
mod sink;

use std::{
    env,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use signal_hook::{consts::SIGTERM, iterator::Signals};

use crate::{
    cargo::{ConnectorCrate, Profile},
    console::Console,
    cutoff::parse_cutoff,
    exit_code::ExitCode,
    frame::Level,
    supervisor::Limits,
    typed::parse_count,
};

use super::{
    CliError,
    args::{AUTHORS_CUTOFF, LimitOptions},
    sandbox::SandboxOptions,
    session::signals,
    tell,
};

use changes::{Changes, Watched, Woken};
use once::{Step, once};

pub(crate) use changes::WatchError;
pub(crate) use in_process::InProcessError;

/// What is to be run of which crate.
#[derive(Debug, Args)]
pub(crate) struct DevOptions {
    /// The folder of the connector's crate, or one inside of it.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// What is asked of the connector.
    #[arg(value_enum, default_value = "sync-stream")]
    verb: Verb,
    /// The package, by its name or slug, where a workspace has several connectors.
    #[arg(long, value_name = "NAME")]
    package: Option<String>,
    /// The configuration: a file that holds a JSON object. Without it, check.json in the crate's folder.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The stream that is synced, by its id. Without it, the first that the connector discovers.
    #[arg(long, value_name = "ID")]
    stream: Option<String>,
    /// The entity that sync-entity is asked for.
    #[arg(long, value_name = "ENTITY", required_if_eq("verb", "sync-entity"))]
    entity: Option<String>,
    /// The earliest data wanted: 2024-01-31, 2024-01-31T12:00:00Z, or an age such as 90d.
    #[arg(long, value_name = "TIME", default_value = AUTHORS_CUTOFF)]
    cutoff: String,
    /// Show so many records, then ask the connector to stop.
    #[arg(long, value_name = "COUNT", default_value = "20", value_parser = |text: &str| parse_count(text, 1))]
    rows: u64,
    /// Build optimised, as for a release.
    #[arg(long)]
    release: bool,
    /// Build and run once, and exit as the run ended.
    #[arg(long)]
    once: bool,
    /// Run once in this very process, for a debugger: without limits, sandbox or cleaning up.
    #[arg(long)]
    in_process: bool,
    #[command(flatten)]
    limits: LimitOptions,
    #[command(flatten)]
    sandbox: SandboxOptions,
}

/// What can be asked of a connector here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Verb {
    /// Whether the configuration works.
    VerifyConfiguration,
    /// Which streams there are.
    DiscoverStreams,
    /// The records of a stream.
    SyncStream,
    /// The records of one entity of a stream.
    SyncEntity,
}

impl Verb {
    const fn name(self) -> &'static str {
        match self {
            Self::VerifyConfiguration => "verify-configuration",
            Self::DiscoverStreams => "discover-streams",
            Self::SyncStream => "sync-stream",
            Self::SyncEntity => "sync-entity",
        }
    }
}

/// How long a connector that was asked to stop may take, where nobody says: its author is waiting.
const GRACE: Duration = Duration::from_secs(2);

impl DevOptions {
    /// Whether this process is the one that a debugger looks into.
    pub(crate) const fn is_in_process(&self) -> bool {
        self.in_process
    }

    fn connector(&self) -> Result<ConnectorCrate, CliError> {
        Ok(ConnectorCrate::find(&self.folder, self.package.as_deref())?)
    }

    fn configuration(&self, connector: &ConnectorCrate) -> PathBuf {
        self.config.clone().unwrap_or_else(|| connector.folder.join("check.json"))
    }

    /// The same from wherever: paths start where they were typed.
    fn typed_here(mut self) -> Self {
        let typed = [&mut self.config, &mut self.sandbox.lock_file].into_iter().flatten();
        for path in typed.chain([&mut self.folder]) {
            if let Ok(absolute) = std::path::absolute(&*path) {
                *path = absolute;
            }
        }
        self
    }

    fn cutoff(&self) -> Result<Timestamp, CliError> {
        Ok(parse_cutoff(&self.cutoff, Timestamp::now())?)
    }

    fn profile(&self) -> Profile {
        if self.release { Profile::Release } else { Profile::Dev }
    }

    fn limits(&self) -> Limits {
        Limits { grace: self.limits.grace().unwrap_or(GRACE), ..self.limits.limits() }
    }
}

/// Builds and runs, once or again with each change, until somebody ends it.
pub(crate) fn dev(options: DevOptions, debug: bool, console: &mut Console) -> Result<ExitCode, CliError> {
    options.cutoff()?;
    let options = &options.typed_here();
    let connector = options.connector()?;
    // Where its paths start, whether they stand in the configuration or the connector opens them.
    env::set_current_dir(&connector.folder).map_err(CliError::no_folder)?;
    if options.in_process {
        console.say(Level::Warn, in_process::WARNING);
    }
    let mut signals = signals()?;
    let enough = Arc::new(AtomicBool::new(false));
    let mut step = Step { options, connector, debug, enough, changes: None, is_patient: false };
    if options.once || options.in_process {
        return Ok(once(&step, &mut signals, console)?.unwrap_or(ExitCode::Done));
    }
    let configuration = options.configuration(&step.connector);
    if !configuration.parent().is_some_and(Path::is_dir) {
        return Err(CliError::NoDevConfiguration(configuration));
    }
    step.changes = Some(watch(&step)?);
    again_and_again(&mut step, &mut signals, console)
}

fn watch(step: &Step<'_>) -> Result<Changes, CliError> {
    let configuration = step.options.configuration(&step.connector);
    let watched = Watched { folder: step.connector.folder.clone(), configuration };
    Ok(Changes::of(&watched, Arc::clone(&step.enough))?)
}

fn again_and_again(
    step: &mut Step<'_>,
    signals: &mut Signals,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    loop {
        let ended = once(step, signals, console);
        if let Err(error) = ended.as_ref() {
            tell(console, error);
        }
        if let Ok(Some(code @ (ExitCode::Interrupted | ExitCode::Terminated))) = ended {
            return Ok(code);
        }
        // A build may change what it is made from; if each such change ended it, none would come to its end.
        step.is_patient = matches!(ended, Ok(None));
        let Some(changes) = &step.changes else { return Ok(ended?.unwrap_or(ExitCode::Done)) };
        if !changes.is_pending() {
            console.say(Level::Info, &waiting_for(&step.connector.folder));
        }
        match changes.wait(signals) {
            Woken::Signal(signal) => return Ok(cancelled_by(signal)),
            Woken::Changed(file) => console.say(Level::Info, &changed(&file, &step.connector.folder)),
        }
        // The manifest may be what has changed. One that cannot be read now is built, and told of, as it was.
        if let Ok(connector) = step.options.connector() {
            step.connector = connector;
        }
        // There may be other folders and cassettes now; where they cannot be watched, the old ones still are.
        if let Ok(changes) = watch(step) {
            step.changes = Some(changes);
        }
        step.enough.store(false, Ordering::Relaxed);
    }
}

fn changed(file: &Path, folder: &Path) -> String {
    format!("changed: {}", file.strip_prefix(folder).unwrap_or(file).display())
}

fn waiting_for(folder: &Path) -> String {
    format!("waiting for a change in {}; Ctrl-C ends", folder.display())
}

pub(super) fn cancelled_by(signal: i32) -> ExitCode {
    if signal == SIGTERM { ExitCode::Terminated } else { ExitCode::Interrupted }
}
