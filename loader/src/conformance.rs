//! What `check` asks of a connector: the tests, what was seen of its runs, the verdicts.
//!
//! Everything here is pure: runs are made elsewhere, and seen as an [`Observation`].

mod bad_configurations;
mod catalogue;
pub(crate) mod judge;
mod observation;
mod report;
mod verdict;

pub(crate) use bad_configurations::{bad_configurations, valid_configuration};
pub(crate) use catalogue::{Need, Test};
pub(crate) use observation::{Checkpoint, Leak, Observation, Produced, Rejected, Times};
pub(crate) use report::Report;
pub(crate) use verdict::{Finding, Verdict};
