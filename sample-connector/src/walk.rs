//! Every commit that some heads reach, once, the newest first.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashSet},
};

use connector_interface::Error;
use gix::ObjectId;

use crate::{commit::Commit, repository::Repository};

/// Walks back in time from some heads. The same heads give the same order, which is git's own: the newest of all
/// commits that are known so far; of several of one second, the one that became known first.
///
/// gix has such a walk too. This one knows the commit it is about to read when that fails, reads each only once,
/// survives dates that are none, and at the edge of a shallow clone leaves out only the edges that are cut.
pub(crate) struct Walk<'r> {
    repository: &'r Repository,
    heads: Vec<ObjectId>,
    known: HashSet<ObjectId>,
    queue: BTreeMap<(i64, Reverse<usize>), Commit<'r>>,
    /// Parents of the commit that was handed out last.
    parents: Vec<ObjectId>,
}

impl<'r> Walk<'r> {
    pub(crate) fn from_heads(repository: &'r Repository, heads: Vec<ObjectId>) -> Result<Self, Error> {
        let (known, queue) = (HashSet::new(), BTreeMap::new());
        let mut walk = Self { repository, heads, known, queue, parents: Vec::new() };
        walk.enqueue(walk.heads.clone())?;
        Ok(walk)
    }

    /// What it started from.
    pub(crate) fn heads(&self) -> &[ObjectId] {
        &self.heads
    }

    fn enqueue(&mut self, ids: Vec<ObjectId>) -> Result<(), Error> {
        for id in ids {
            if self.known.insert(id) {
                let commit = Commit::read(self.repository, id)?;
                self.queue.insert((commit.seconds(), Reverse(self.known.len())), commit);
            }
        }
        Ok(())
    }
}

impl<'r> Iterator for Walk<'r> {
    type Item = Result<Commit<'r>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let parents = std::mem::take(&mut self.parents);
        if let Err(error) = self.enqueue(parents) {
            return Some(Err(error));
        }
        let (_, commit) = self.queue.pop_last()?;
        if !commit.is_boundary() {
            self.parents = commit.parents();
        }
        Some(Ok(commit))
    }
}
