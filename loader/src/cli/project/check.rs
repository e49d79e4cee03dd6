//! Checks one connection of a project as far as that goes without running its connector or writing anything.

use std::{
    env,
    error::Error,
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{
    cli::{
        args::Search,
        prepare::{Wanted, judge_by_lock, loadable},
        sandbox::SandboxOptions,
    },
    confinement::{Sandbox, User},
    exit_code::ExitCode,
    grant::Grants,
    mask::{Masker, secret_texts},
    note::Note,
    permission::Permission,
    project::{ConfigurationProblems, Connection, Resolved},
    sealed::Sealed,
    sink::Destination,
};

use super::room;

/// What came of checking a connection.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Verdict {
    pub(super) name: String,
    /// As the project file has it.
    pub(super) connector: String,
    /// Of the connector's file, where that can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
    pub(super) valid: bool,
    /// What it would be granted; nothing where something is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) granted: Option<String>,
    pub(super) problems: Vec<Complaint>,
    pub(super) warnings: Vec<String>,
}

/// One thing that is wrong, with the ending that a sync would have.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Complaint {
    pub(super) exit_code: u8,
    pub(super) message: String,
}

/// Checks a connection. Relative paths of its configuration start at the working directory.
pub(super) fn check(connection: &Connection, search: &Search) -> Verdict {
    let folder = connection.project.parent().unwrap_or(Path::new("/"));
    let sandbox = SandboxOptions::of(&connection.permissions, folder);
    let mut check = Check { connection, sandbox, verdict: Verdict::default() };
    check.verdict.name.clone_from(&connection.name);
    check.verdict.connector.clone_from(&connection.connector);
    check.sink();
    check.user();
    if let Some((note, library)) = check.file(search) {
        check.verdict.version = Some(note.version.clone());
        let withheld = check.lock(&note, &library);
        check.configuration(&note, withheld);
    }
    if connection.cutoff.is_none() {
        check.warn("it has no cutoff, without which the first sync of a stream is refused; write one such as cutoff = \"90d\"");
    }
    check.verdict.valid = check.verdict.problems.is_empty();
    check.verdict
}

struct Check<'a> {
    connection: &'a Connection,
    sandbox: SandboxOptions,
    verdict: Verdict,
}

impl Check<'_> {
    fn refuse(&mut self, code: ExitCode, error: &dyn Error) {
        self.refuse_text(code, crate::chain(error));
    }

    fn refuse_text(&mut self, code: ExitCode, message: String) {
        self.verdict.problems.push(Complaint { exit_code: code.number(), message });
    }

    fn warn(&mut self, text: &str) {
        self.verdict.warnings.push(text.to_owned());
    }

    /// The connector's file, where it can be loaded here under the connection's limits.
    fn file(&mut self, search: &Search) -> Option<(Note, Sealed)> {
        let connection = self.connection;
        let wanted = Wanted {
            search,
            connector: &connection.connector,
            limits: connection.limits,
            sandbox: &self.sandbox,
            configuration: &connection.project,
        };
        let found = loadable(&wanted).map(|found| (found.note, found.library));
        found.map_err(|error| self.refuse(error.exit_code(), &error)).ok()
    }

    /// What the lock file withholds.
    fn lock(&mut self, note: &Note, library: &Sealed) -> Vec<Permission> {
        let judgement = judge_by_lock(&self.sandbox, note, library);
        let judgement = judgement.map_err(|error| self.refuse(error.exit_code(), &error)).unwrap_or_default();
        if !judgement.differences.is_empty() {
            let told: Vec<String> = judgement.differences.iter().map(ToString::to_string).collect();
            let told = told.join("; ");
            self.warn(&format!(
                "the lock file pins {} otherwise ({told}); `codeclimate-connector lock` pins it anew",
                note.slug
            ));
        }
        judgement.withheld
    }

    fn configuration(&mut self, note: &Note, withheld: Vec<Permission>) {
        let schema = &note.configuration_schema;
        let resolved = self.connection.configuration(schema, &|name| env::var_os(name));
        let Resolved { configuration, warnings } = match resolved {
            Ok(resolved) => resolved,
            Err(error) => return self.refuse(ConfigurationProblems::exit_code(), &error),
        };
        self.verdict.warnings.extend(warnings);
        if let Err(error) = configuration.check(schema) {
            return self.refuse(error.exit_code(), &error);
        }
        match Masker::of(&secret_texts(&configuration, Some(schema))) {
            Ok(masker) => self.grants(note, withheld, configuration.as_map(), &masker),
            Err(error) => self.refuse(error.exit_code(), &error),
        }
    }

    fn grants(
        &mut self,
        note: &Note,
        withheld: Vec<Permission>,
        configuration: &serde_json::Map<String, serde_json::Value>,
        masker: &Masker,
    ) {
        let permissions = &self.connection.permissions;
        let denied: Vec<Permission> = permissions.deny.iter().cloned().chain(withheld).collect();
        let grants = match Grants::resolve(&note.permissions, &denied, configuration, &permissions.allow) {
            Ok(grants) => grants,
            Err(error) => {
                let text = masker.mask(&crate::chain(&error)).into_owned();
                return self.refuse_text(ExitCode::Configuration, text);
            }
        };
        let absent: Vec<&PathBuf> = grants.absent().collect();
        for path in absent {
            let text =
                format!("{} is not there, so nothing of it can be granted; make it first", path.display());
            self.warn(&masker.mask(&text));
        }
        let granted = match permissions.sandbox {
            Sandbox::Off => "whatever its user may, as there is no sandbox".to_owned(),
            _ => grants.to_string(),
        };
        self.verdict.granted = Some(masker.mask(&granted).into_owned());
    }

    fn sink(&mut self) {
        let room = match &self.connection.destination {
            Destination::Stdout => Ok(()),
            Destination::Folder(options) => room::for_folder(&options.path),
            Destination::Sqlite(file) => room::for_file(file),
        };
        if let Err(error) = room {
            self.refuse(ExitCode::OutputFailed, &error);
        }
    }

    fn user(&mut self) {
        let user = self.connection.permissions.user.as_deref().map(User::find).transpose();
        if let Err(error) = user {
            self.refuse(ExitCode::Usage, &error);
        }
    }
}
