//! Syncs all connections of a project: discovers their streams, goes on with what is unfinished, reads what is new.

mod crew;
mod dry;
mod link;
mod report;
mod results;
mod retry;
mod room;
mod schedule;
mod selection;
mod table;
mod work;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    containment::Enforcement,
    exit_code::ExitCode,
    frame::Level,
    history::History,
    project::{Connection, Project},
    state::{DataFolder, Database},
    supervisor::bytes,
};

use super::{
    CliError, Console, allow_many_files,
    args::{Format, Search},
    journal::Journal,
    keep::{DataOptions, read_range},
    prepare::spare,
    project::{ProjectOptions, search_of},
    summary::check_report_file,
};

use crew::Crew;
use link::{Broken, Link};
use report::{Command, conclude};
use results::ConnectionEnd;
use selection::Selected;
use work::Shared;

pub(crate) use selection::OnlyError;

/// What is to be synced, as it is typed.
#[derive(Debug, Args)]
pub(crate) struct SyncOptions {
    #[command(flatten)]
    project: ProjectOptions,
    #[command(flatten)]
    search: Search,
    #[command(flatten)]
    data: DataOptions,
    /// Runs at a time, instead of what the project says.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    jobs: Option<u16>,
    /// Only this connection, or only its streams of this pattern, such as main or 'main:acme/*'. May be given several times.
    #[arg(long, value_name = "CONNECTION[:STREAMS]")]
    only: Vec<String>,
    /// Read a range of time once more, such as 2024-01-01..2024-02-01. What is kept of the streams stays as it is.
    #[arg(long, value_name = "FROM..TO")]
    backfill: Option<String>,
    /// By what means the limits are held, instead of what the project says.
    #[arg(long, value_name = "MEANS", env = "CODECLIMATE_CONNECTOR_LIMITS", value_enum)]
    limits: Option<Enforcement>,
    /// Discover the streams, print what would be done, and do none of it.
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run, how that is printed.
    #[arg(long, value_enum, default_value = "text", requires = "dry_run")]
    format: Format,
    /// Also write how the sync ended to this file, as a JSON object.
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub(crate) outcome_file: Option<PathBuf>,
}

/// What the operator asked for beyond the project.
pub(super) struct Asked<'a> {
    search: &'a Search,
    data_folder: &'a Path,
    backfill: Option<(Timestamp, Timestamp)>,
    limits: Option<Enforcement>,
}

impl Asked<'_> {
    /// A connection as it is meant for this command.
    fn applied_to(&self, settings: &Connection) -> Connection {
        let mut settings = settings.clone();
        settings.limits.enforcement = self.limits.unwrap_or(settings.limits.enforcement);
        settings
    }
}

/// Syncs all that is selected; the exit code is the worst ending.
pub(crate) fn sync(options: &SyncOptions, debug: bool, console: &mut Console) -> Result<ExitCode, CliError> {
    let started_at = Timestamp::now();
    options.outcome_file.as_deref().map(check_report_file).transpose()?;
    let outcome_file = options.outcome_file.as_deref().map(std::path::absolute).transpose();
    let outcome_file = outcome_file.map_err(CliError::no_folder)?;
    let project = Project::read(options.project.path(), started_at)?;
    let search = search_of(&project, &options.search);
    let selected = Selected::read(&options.only, &project)?;
    let backfill = options.backfill.as_deref().map(|text| read_range(text, started_at)).transpose()?;
    let data_folder = data_folder(options, &project)?;
    // Relative paths in a configuration start where the project lies, wherever the command was typed.
    project.enter()?;
    let folder = DataFolder::open(&data_folder)?;
    let (store, history) = (Database::open(&folder)?, Arc::new(History::open(&folder)?));
    let asked = Asked { search: &search, data_folder: &data_folder, backfill, limits: options.limits };
    let (links, broken) = prepare(&project, &selected, &asked, console);
    let id = Uuid::now_v7().to_string();
    if let Some(path) = &outcome_file {
        spare(path, std::slice::from_ref(&project.path))?;
        links.iter().try_for_each(|link| link.prepared.spare(path))?;
    }
    allow_many_files();
    let jobs = options.jobs.map_or(project.jobs, usize::from);
    let shared = Shared {
        links: &links,
        store: Arc::new(store),
        journal: Journal::new(Arc::clone(&history), Some(id.clone())),
        console: console.beside(),
        is_dry: options.dry_run,
        debug,
    };
    let room = room::room();
    tell_room(&links, jobs, room, console);
    for Broken { name, connector, code, message } in broken.iter().filter(|_| !options.dry_run) {
        shared.journal.remember_unrun(name, connector, (*code, message), console);
    }
    let mut results = Crew::new(&shared, &selected, jobs, room)?.work();
    results.connections.extend(broken.into_iter().map(|broken| ConnectionEnd::new(broken.name, broken.code)));
    if options.dry_run {
        return dry::print_plan(&results, options.format);
    }
    let command = Command { id, started_at, project: &project, outcome_file: outcome_file.as_deref() };
    Ok(conclude(&command, &results, &history, console))
}

/// Where states are kept.
fn data_folder(options: &SyncOptions, project: &Project) -> Result<PathBuf, CliError> {
    let folder = options.data.path_for(project.data_folder.as_deref());
    std::path::absolute(folder).map_err(CliError::no_folder)
}

/// The connections that can be run, and the endings of those that cannot.
fn prepare(
    project: &Project,
    selected: &Selected,
    asked: &Asked<'_>,
    console: &Console,
) -> (Vec<Link>, Vec<Broken>) {
    let (mut links, mut broken) = (Vec::new(), Vec::new());
    for connection in project.connections.iter().filter(|connection| selected.has(&connection.name)) {
        match Link::prepare(project, connection, asked, console) {
            Ok(link) => links.push(link),
            Err(ended) => broken.push(ended),
        }
    }
    (links, broken)
}

/// Says so where memory allows less at once than was asked for.
fn tell_room(links: &[Link], jobs: usize, room: u64, console: &mut Console) {
    let Some(least) = links.iter().map(|link| link.bounds.limits.memory).min() else { return };
    let possible = (room / least.max(1)).max(1);
    if jobs as u64 > possible {
        let text = format!(
            "no more than {possible} of {jobs} runs at a time: their limits together are to stay within {}, four fifths of the memory that is available",
            bytes(room)
        );
        console.say(Level::Info, &text);
    }
}
