//! What `check` asks of a connector: the tests, what was seen of its runs, the verdicts.
//!
//! Everything here is pure: runs are made elsewhere, and seen as an [`Observation`].

mod catalogue;
mod observation;
mod verdict;

#[expect(unused_imports, reason = "`check` is being built on it")]
pub(crate) use catalogue::{Need, Test};
#[expect(unused_imports, reason = "`check` is being built on it")]
pub(crate) use observation::{Checkpoint, Leak, Observation, Produced, Rejected, Times};
#[expect(unused_imports, reason = "`check` is being built on it")]
pub(crate) use verdict::{Failure, Finding, Place, Verdict};
