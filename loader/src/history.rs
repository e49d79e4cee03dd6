//! What is remembered of runs that are over, each with how it ended.
//!
//! [`RunRecord`] is what is remembered of one, [`History`] where that is kept: a table beside the states. It is written by
//! whoever makes runs, in as many threads as there are, and read by the commands about runs.

mod filter;
#[cfg(test)]
pub(crate) mod fixture;
mod record;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use filter::Filter;
pub(crate) use record::RunRecord;
pub(crate) use record::{ChainPart, Checkpoints, ConnectorFile, MemoryUse, RecordCounts};
pub(crate) use store::{DamagedRun, Found, History, Listed, Remembered};
