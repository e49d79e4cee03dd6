//! Where a walk stopped, kept for a later run.

use connector_interface::{Cancellation, Error, State, Timestamp};
use gix::ObjectId;

use crate::{commit::Commit, repository::Repository, walk::Walk};

/// Enough to take the same walk again and go on behind the commit that was last: the heads that it started from.
///
/// Branches may have moved since. What is new on them is not part of this chain of runs but of the next sync,
/// which starts at the time when this chain began.
pub(crate) struct Checkpoint {
    heads: Vec<ObjectId>,
    after: ObjectId,
}

/// The last second that RFC 3339 can write in every time zone, in seconds since 1970.
const LATEST: i64 = 253_402_207_200;

impl Checkpoint {
    pub(crate) fn state(heads: &[ObjectId], after: &Commit) -> Result<State, Error> {
        let heads: Vec<String> = heads.iter().map(ToString::to_string).collect();
        let time = Timestamp::from_unix_seconds(after.seconds().min(LATEST))?;
        Ok(State::at(time).with("heads", heads).with("after", after.id().to_string()))
    }

    /// None where the state is not one of this connector's.
    pub(crate) fn read(state: &State) -> Option<Self> {
        let id = |value: &serde_json::Value| ObjectId::from_hex(value.as_str()?.as_bytes()).ok();
        let heads = state.metadata.get("heads")?.as_array()?.iter().map(id).collect::<Option<_>>()?;
        Some(Self { heads, after: id(state.metadata.get("after")?)? })
    }

    /// The rest of the walk. None where its commits are no longer there.
    pub(crate) fn walk_on<'r>(
        self,
        repository: &'r Repository,
        cancellation: &Cancellation,
    ) -> Result<Option<Walk<'r>>, Error> {
        let Ok(mut walk) = Walk::from_heads(repository, self.heads) else { return Ok(None) };
        while let Some(Ok(commit)) = walk.next() {
            cancellation.check()?;
            if commit.id() == self.after {
                return Ok(Some(walk));
            }
        }
        Ok(None)
    }
}
