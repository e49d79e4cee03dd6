//! How far each stream has been read, kept from run to run.
//!
//! [`StreamState`] is what is kept and the rules by which it changes, [`StateStore`] where it is kept, [`Database`] the
//! store that is built in, and [`Lease`] what one run may do with one stream.

mod data_folder;
mod database;
mod file;
mod fingerprint;
mod key;
mod lease;
mod rules;
mod run_id;
mod store;
mod stream;
#[cfg(test)]
mod tests;
mod transfer;

pub(crate) use data_folder::DataFolder;
pub(crate) use database::{Database, is_at};
pub(crate) use file::{Durability, begin, open as open_database};
pub(crate) use fingerprint::fingerprint;
pub(crate) use key::{Key, Lane};
pub(crate) use lease::Lease;
pub(crate) use rules::{Cutoff, Mismatch, Plan, Refusal, Request, reset_command};
pub(crate) use run_id::begun_at;
pub(crate) use store::{Change, Hold, Holder, StateError, StateStore, Stored};
pub(crate) use stream::{Chain, Checkpoint, Finished, Mark, StreamState};
pub(crate) use transfer::{ImportError, MAX_CHECKPOINT, MAX_DOCUMENT, check_state, export, import};

/// Where a sink stood at a checkpoint, in the sink's own words. Only the sink that gave it can read it.
pub(crate) type Position = serde_json::Value;
