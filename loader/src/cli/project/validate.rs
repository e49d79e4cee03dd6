//! Checks a project: its file, its connectors, their configurations and secrets, and the places that it writes to.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::{
    cli::{
        CliError,
        args::{Format, Search},
        keep::DataOptions,
        print, printable_lines,
    },
    console::Console,
    exit_code::ExitCode,
    frame::Level,
    project::{Project, ProjectError, schema},
    state::DataFolder,
};

use super::{
    ProjectOptions,
    check::{Complaint, Verdict, check},
    options::search_of,
    room,
};

/// What is to be checked, as it is typed.
#[derive(Debug, Args)]
pub(crate) struct ValidateOptions {
    /// The project file, as --project names it.
    #[arg(conflicts_with = "project")]
    file: Option<PathBuf>,
    #[command(flatten)]
    project: ProjectOptions,
    #[command(flatten)]
    search: Search,
    #[command(flatten)]
    data: DataOptions,
    /// How the verdicts are printed: text gives a line for each connection and problem, json one object.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Print the JSON Schema of project files instead.
    #[arg(long, conflicts_with_all = ["file", "project", "format"])]
    schema: bool,
}

/// All that came of it.
#[derive(Serialize)]
struct Report {
    project: PathBuf,
    valid: bool,
    problems: Vec<Complaint>,
    connections: Vec<Verdict>,
}

/// Checks a project; no connector runs, and nothing is written.
pub(crate) fn validate(options: &ValidateOptions, console: &mut Console) -> Result<ExitCode, CliError> {
    if options.schema {
        return print(format!("{:#}\n", schema()).as_bytes());
    }
    let path = options.file.as_deref().unwrap_or(options.project.path());
    let project = match (Project::read(path, Timestamp::now()), options.format) {
        (Ok(project), _) => project,
        (Err(error), Format::Text) => return Err(error.into()),
        (Err(error), Format::Json) => return refuse(path, &error),
    };
    let report = Report::of(&project, options)?;
    for verdict in &report.connections {
        for warning in &verdict.warnings {
            console.say(Level::Warn, &format!("{}: {warning}", verdict.name));
        }
    }
    match options.format {
        Format::Text => print(printable_lines(&report.text()).as_bytes())?,
        Format::Json => print(format!("{}\n", json!(report)).as_bytes())?,
    };
    Ok(report.exit_code())
}

/// A file that says nothing of connections, for programs.
fn refuse(path: &Path, error: &ProjectError) -> Result<ExitCode, CliError> {
    let exit_code = ProjectError::exit_code();
    let problems: Vec<_> = match error.problems() {
        [] => vec![json!({ "exitCode": exit_code.number(), "message": crate::chain(error) })],
        problems => problems
            .iter()
            .map(|problem| {
                let mut value = json!(problem);
                value["exitCode"] = json!(exit_code.number());
                value["message"] = json!(problem.to_string());
                value
            })
            .collect(),
    };
    let report = json!({ "project": path, "valid": false, "problems": problems, "connections": [] });
    print(format!("{report}\n").as_bytes())?;
    Ok(exit_code)
}

impl Report {
    fn of(project: &Project, options: &ValidateOptions) -> Result<Self, CliError> {
        let search = search_of(project, &options.search);
        let data_folder = options.data.path_for(project.data_folder.as_deref());
        let data_folder = std::path::absolute(&data_folder).unwrap_or(data_folder);
        project.enter()?;
        let problems = places(project, &data_folder);
        let connections: Vec<Verdict> =
            project.connections.iter().map(|connection| check(connection, &search)).collect();
        let valid = problems.is_empty() && connections.iter().all(|verdict| verdict.valid);
        Ok(Self { project: project.path.clone(), valid, problems, connections })
    }

    /// The worst of all endings.
    fn exit_code(&self) -> ExitCode {
        let own = self.problems.iter();
        let all = own.chain(self.connections.iter().flat_map(|verdict| &verdict.problems));
        all.filter_map(|problem| ExitCode::from_number(problem.exit_code))
            .fold(ExitCode::Done, ExitCode::worse)
    }

    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        for problem in &self.problems {
            let _ = writeln!(text, "NO  {}", problem.message);
        }
        for verdict in &self.connections {
            let Verdict { name, connector, version, granted, problems, .. } = verdict;
            for problem in problems {
                let _ = writeln!(text, "NO  {name}: {}", problem.message);
            }
            if let (Some(version), Some(granted), []) = (version, granted, &problems[..]) {
                let _ = writeln!(text, "ok  {name}: {connector} {version}, granted {granted}");
            }
        }
        text
    }
}

/// The places that all connections share.
fn places(project: &Project, data_folder: &Path) -> Vec<Complaint> {
    let mut problems = Vec::new();
    let mut refuse = |error: &dyn std::error::Error| {
        let (exit_code, message) = (ExitCode::OutputFailed.number(), crate::chain(error));
        problems.push(Complaint { exit_code, message });
    };
    let looked = DataFolder::look(data_folder);
    match (&looked, room::for_folder(data_folder)) {
        (Err(error), _) => refuse(error),
        (Ok(()), Err(error)) => refuse(&error),
        (Ok(()), Ok(())) => {}
    }
    if let Some(Err(error)) = project.metrics.as_deref().map(room::for_file) {
        refuse(&error);
    }
    problems
}
