//! A connector that reads repositories, branches and commits from local git repositories.
//!
//! It is also the page to copy for a connector of your own. Read the modules in the order of the data:
//! [`configuration`] is what the operator wrote, `repository` opens what it names, `walk` finds the commits,
//! `commit` and `statistics` read one, `records` is what goes out, `checkpoint` is what a later run goes on
//! from. This file ties them together.

#![forbid(unsafe_code)]

mod checkpoint;
mod commit;
pub mod configuration;
mod owner;
mod records;
mod repository;
mod statistics;
mod uri;
mod walk;

use std::{collections::HashMap, ops::RangeInclusive};

use connector_interface::{
    Client, Context, Error, KeptState, Migration, Stream, Timestamp, VerifyConfigurationResult,
};

use crate::{
    checkpoint::Checkpoint, commit::Commit, configuration::Configuration, repository::Repository,
    statistics::LineCounter, walk::Walk,
};

/// The client: answers every verb for the repositories of its configuration.
pub struct Git {
    configuration: Configuration,
    context: Context,
}

connector_interface::export_connector!(
    Git,
    permissions: ["read:path"],
    record_types: ["Repository", "Branch", "Commit"],
);

/// A checkpoint after this many commits: well under a second of work to repeat.
const COMMITS_PER_CHECKPOINT: usize = 500;

impl Client for Git {
    type Configuration = Configuration;

    fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
        Ok(Self { configuration, context })
    }

    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        Ok(match self.open_all() {
            Ok(_) => VerifyConfigurationResult::valid(),
            Err(problems) => VerifyConfigurationResult::invalid(problems),
        })
    }

    fn discover_streams(&self) -> Result<(), Error> {
        let repositories = self.open_all().map_err(|problems| Error::configuration(problems.join("; ")))?;
        let mut seen = HashMap::new();
        for repository in &repositories {
            if let Some(first) = seen.insert(&repository.common_folder, &repository.id) {
                let logger = self.context.logger.with_tag("path", &repository.id);
                logger
                    .warn(format!("path: `{}` is the same repository as `{first}`; left out", repository.id));
                seen.insert(&repository.common_folder, first);
            } else {
                self.context.records.produce(&records::stream(repository))?;
            }
        }
        Ok(())
    }

    fn sync_stream(&self, stream: &Stream, earliest_data_cutoff: Timestamp) -> Result<(), Error> {
        self.sync(stream, earliest_data_cutoff.unix_seconds()..=i64::MAX)
    }

    fn backfill_stream(&self, stream: &Stream, earliest: Timestamp, latest: Timestamp) -> Result<(), Error> {
        self.sync(stream, earliest.unix_seconds()..=latest.unix_seconds())
    }

    /// Only the format counts. A repository that is added to `path` is another stream, one that is taken out is no
    /// stream any more, and `statistics` adds to commits without choosing them: what was read stays read, and older
    /// commits get their statistics by a backfill.
    fn migrate_state(&self, kept: KeptState) -> Result<Migration, Error> {
        Ok(match kept.state_format {
            Self::STATE_FORMAT => Migration::Accepted(None),
            _ => Migration::Refused,
        })
    }

    fn sync_entity(&self, stream: &Stream, entity: &str) -> Result<(), Error> {
        let repository = self.open(stream)?;
        let commit = Commit::read(&repository, repository.resolve(entity)?)?;
        self.produce_commit(&repository, &commit, self.line_counter(&repository)?.as_mut())
    }
}

impl Git {
    /// Produces the commits of these seconds, from the newest to the oldest, and what stands before them.
    fn sync(&self, stream: &Stream, seconds: RangeInclusive<i64>) -> Result<(), Error> {
        let repository = self.open(stream)?;
        let walk = match self.resume(&repository)? {
            Some(walk) => walk,
            None => self.start(&repository)?,
        };
        self.produce_commits(&repository, walk, &seconds)
    }

    /// Opens all repositories of the configuration, or tells everything that is wrong with it.
    fn open_all(&self) -> Result<Vec<Repository>, Vec<String>> {
        let paths = self.configuration.path.as_slice();
        if paths.is_empty() {
            return Err(vec!["path: the list is empty; name at least one git repository".to_owned()]);
        }
        let (mut repositories, mut problems) = (Vec::new(), Vec::new());
        for path in paths {
            match Repository::open(path) {
                Ok(repository) => repositories.push(repository),
                Err(problem) => problems.push(Error::from(problem).to_string()),
            }
        }
        if problems.is_empty() { Ok(repositories) } else { Err(problems) }
    }

    /// Opens the repository of a stream, which may have been written by hand: only its `id` counts.
    fn open(&self, stream: &Stream) -> Result<Repository, Error> {
        let paths = self.configuration.path.as_slice();
        if !paths.iter().any(|path| path == stream.id()) {
            return Err(Error::new(format!(
                "the stream's id `{}` is not among the configured paths, which are `{}`; give one of those ids",
                stream.id(),
                paths.join("`, `")
            )));
        }
        Repository::open(stream.id()).map_err(|problem| Error::configuration(Error::from(problem)))
    }

    /// Starts at the newest commits, after the records that a chain of runs produces only once.
    fn start<'r>(&self, repository: &'r Repository) -> Result<Walk<'r>, Error> {
        let logger = self.context.logger.with_tag("repository", &repository.id);
        let branches = repository.branches(&logger)?;
        self.context.records.produce(&records::repository(repository)?)?;
        for branch in &branches {
            self.context.records.produce(&records::branch(repository, branch))?;
        }
        let mut heads: Vec<_> = branches.iter().map(|branch| branch.head).collect();
        heads.extend(repository.detached_head()?);
        Walk::from_heads(repository, heads)
    }

    /// Goes on where the checkpoint of an earlier run says. None where there is none, or none that still holds.
    fn resume<'r>(&self, repository: &'r Repository) -> Result<Option<Walk<'r>>, Error> {
        let Some(state) = self.context.state.get()? else { return Ok(None) };
        let logger = self.context.logger.with_tag("repository", &repository.id);
        let walk = match Checkpoint::read(&state) {
            Some(checkpoint) => checkpoint.walk_on(repository, &self.context.cancellation)?,
            None => None,
        };
        if walk.is_none() {
            logger.warn("the history that the last run stopped in is gone, perhaps rewritten; starting anew");
        }
        Ok(walk)
    }

    fn produce_commits(
        &self,
        repository: &Repository,
        mut walk: Walk,
        seconds: &RangeInclusive<i64>,
    ) -> Result<(), Error> {
        let mut line_counter = self.line_counter(repository)?;
        let (mut produced, mut last) = (0_usize, None);
        while let Some(commit) = walk.next() {
            self.context.cancellation.check()?;
            let commit = commit?;
            // Dates may lie: a commit older than its own parent hides nothing, because the walk goes on.
            if seconds.contains(&commit.seconds()) {
                self.produce_commit(repository, &commit, line_counter.as_mut())?;
                produced += 1;
                if produced % COMMITS_PER_CHECKPOINT == 0 {
                    self.context.state.set(&Checkpoint::state(walk.heads(), &commit)?)?;
                }
            }
            last = Some(commit);
        }
        let Some(last) = last else { return Ok(()) };
        self.context.state.set(&Checkpoint::state(walk.heads(), &last)?)
    }

    fn produce_commit(
        &self,
        repository: &Repository,
        commit: &Commit,
        line_counter: Option<&mut LineCounter>,
    ) -> Result<(), Error> {
        let statistics = line_counter.map(|counter| counter.count(commit)).transpose()?.flatten();
        Ok(self.context.records.produce(&records::commit(repository, commit, statistics)?)?)
    }

    fn line_counter<'r>(&self, repository: &'r Repository) -> Result<Option<LineCounter<'r>>, Error> {
        self.configuration.statistics.then(|| LineCounter::new(repository)).transpose()
    }
}
