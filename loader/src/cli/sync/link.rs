//! A connection of the project whose connector and configuration have been checked.

use std::{env, sync::Arc};

use jiff::Timestamp;

use crate::{
    cutoff::parse_cutoff,
    exit_code::ExitCode,
    frame::Level,
    project::{Connection, Project},
    state::{Cutoff, Lane},
};

use super::{
    super::{
        CliError, Console,
        keep::Keep,
        prepare::{Prepared, Wanted},
        sandbox::SandboxOptions,
        session::Bounds,
    },
    Asked,
    retry::Retries,
};

/// A connection that may be run.
pub(super) struct Link {
    pub(super) settings: Connection,
    pub(super) prepared: Arc<Prepared>,
    pub(super) bounds: Bounds,
    pub(super) keep: Keep,
    pub(super) retries: Retries,
}

/// A connection that cannot be run, which has been told.
pub(super) struct Broken {
    pub(super) name: String,
    /// As the project names it.
    pub(super) connector: String,
    pub(super) code: ExitCode,
    /// Why.
    pub(super) message: String,
}

impl Link {
    /// Finds, reads and checks; nothing of the connector runs. What is granted and what is wrong is told.
    pub(super) fn prepare(
        project: &Project,
        settings: &Connection,
        asked: &Asked<'_>,
        console: &Console,
    ) -> Result<Self, Broken> {
        let mut console = console.of_stream(&settings.name, None);
        let prepared = Self::prepared(project, settings, asked, &mut console);
        prepared.map_err(|error| {
            let place = format!("line {} of {}", settings.line, project.path.display());
            console.fail(&format!("cannot be synced ({place}): {}", crate::chain(&error)));
            Broken {
                name: settings.name.clone(),
                connector: settings.connector.clone(),
                code: error.exit_code(),
                message: crate::chain(&error),
            }
        })
    }

    fn prepared(
        project: &Project,
        settings: &Connection,
        asked: &Asked<'_>,
        console: &mut Console,
    ) -> Result<Self, CliError> {
        let settings = asked.applied_to(settings);
        let sandbox = SandboxOptions::of(&settings.permissions, project.folder());
        let wanted = Wanted {
            search: asked.search,
            connector: &settings.connector,
            limits: settings.limits,
            sandbox: &sandbox,
            configuration: &project.path,
        };
        let prepared = Prepared::with(&wanted, |schema| {
            let resolved = settings.configuration(schema, &|name| env::var_os(name))?;
            resolved.warnings.iter().for_each(|warning| console.say(Level::Warn, warning));
            Ok(resolved.configuration)
        })?;
        for (level, notice) in prepared.notices() {
            console.say(level, &notice);
        }
        let (lane, cutoff) = timing(&settings, asked)?;
        Ok(Self {
            bounds: Bounds {
                limits: settings.limits,
                fail_on_rejected: settings.fails_on_rejected,
                check_twice: settings.permissions.check_twice,
            },
            keep: Keep::of(&settings, asked.data_folder, lane, cutoff),
            retries: Retries { most: settings.retries, first_wait: settings.retry_wait },
            prepared: Arc::new(prepared),
            settings,
        })
    }

    /// A text of the connector without secrets.
    pub(super) fn masked(&self, text: &str) -> String {
        self.prepared.masker.mask(text).into_owned()
    }
}

/// What is read: what is new, or a range once more.
fn timing(settings: &Connection, asked: &Asked<'_>) -> Result<(Lane, Cutoff), CliError> {
    if let Some((from, to)) = asked.backfill {
        return Ok((Lane::Backfill { from, to }, Cutoff::Exactly(from)));
    }
    let cutoff = settings.cutoff.as_deref().map(|text| parse_cutoff(text, Timestamp::now())).transpose()?;
    Ok((Lane::Sync, Cutoff::SinceLast(cutoff)))
}
