//! How many lines a commit adds and deletes.

use std::ops::ControlFlow;

use connector_interface::Error;
use gix::diff::{Rewrites, blob::Platform};
use serde::Serialize;

use crate::{commit::Commit, repository::Repository};

/// Lines of all files of a commit, against its first parent.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Statistics {
    additions: u64,
    deletions: u64,
    total: u64,
}

/// Files over this size count as binary: comparing two needs many times their size, and memory is limited.
const LARGEST_TEXT: u64 = 16 << 20;

/// Decoded trees and files that two neighbouring commits share.
const OBJECT_CACHE_BYTES: usize = 16 << 20;

/// Counts as `git show --numstat --first-parent` does, renames found, binary files left out.
pub(crate) struct LineCounter<'r> {
    repository: &'r Repository,
    git: gix::Repository,
    renames: Platform,
    lines: Platform,
}

impl<'r> LineCounter<'r> {
    pub(crate) fn new(repository: &'r Repository) -> Result<Self, Error> {
        let mut git = repository.git.clone();
        git.object_cache_size_if_unset(OBJECT_CACHE_BYTES);
        let mut lines = git
            .diff_resource_cache_for_tree_diff()
            .map_err(|error| repository.error("its files cannot be compared", error))?;
        lines.filter.options.large_file_threshold_bytes = LARGEST_TEXT;
        Ok(Self { repository, git, renames: lines.clone(), lines })
    }

    /// None at the edge of a shallow clone: what the commit changed cannot be known without its parent.
    pub(crate) fn count(&mut self, commit: &Commit) -> Result<Option<Statistics>, Error> {
        if commit.is_boundary() && !commit.parents().is_empty() {
            return Ok(None);
        }
        let repository = self.repository;
        self.compare(commit).map(Some).map_err(|error| {
            error.context(format!(
                "git repository `{}`: the lines of commit {} cannot be counted",
                repository.id,
                commit.id()
            ))
        })
    }

    fn compare(&mut self, commit: &Commit) -> Result<Statistics, Error> {
        let new = self.git.find_tree(commit.tree()?)?;
        let old = match commit.parents().first() {
            Some(&parent) => self.git.find_tree(Commit::read(self.repository, parent)?.tree()?)?,
            None => self.git.empty_tree(),
        };
        let (mut additions, mut deletions) = (0, 0);
        old.changes()?
            .options(|options| {
                options.track_rewrites(Some(Rewrites::default()));
            })
            .for_each_to_obtain_tree_with_cache(&new, &mut self.renames, |change| {
                if !change.entry_mode().is_tree() {
                    let counts = change.diff(&mut self.lines)?.line_counts()?.unwrap_or_default();
                    additions += u64::from(counts.insertions);
                    deletions += u64::from(counts.removals);
                    self.lines.clear_resource_cache_keep_allocation();
                }
                Ok(ControlFlow::Continue(()))
            })?;
        self.renames.clear_resource_cache_keep_allocation();
        Ok(Statistics { additions, deletions, total: additions + deletions })
    }
}
