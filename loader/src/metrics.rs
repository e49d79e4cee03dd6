//! What monitoring reads after a sync: a file in Prometheus' text format, for node_exporter's textfile collector.
//!
//! All values are gauges, because the file tells of one sync and is written anew by the next. The names follow
//! <https://prometheus.io/docs/practices/naming/>: base units, and `_total` for counters only.

mod families;
#[cfg(test)]
pub(crate) mod samples;
mod standing;
#[cfg(test)]
mod tests;

use std::{io, path::Path, path::PathBuf, time::Duration};

use jiff::Timestamp;
use prometheus::TextEncoder;

use crate::{
    history::RunRecord,
    whole_file::{self, Readers},
};

/// One `sync` command that has ended.
#[derive(Debug, Clone)]
pub(crate) struct SyncSummary {
    /// The id that its runs carry.
    pub(crate) id: String,
    pub(crate) started_at: Timestamp,
    pub(crate) duration: Duration,
    /// The worst ending of its runs.
    pub(crate) exit_code: u8,
    /// The worst ending of each connection, also of one that did not come to a run.
    pub(crate) connections: Vec<(String, u8)>,
}

/// Why there are no metrics.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MetricsError {
    #[error("failed to put the metrics together")]
    Text(#[source] prometheus::Error),
    #[error(
        "cannot write the metrics to {path}; name a file in a folder that is there and that you may write to"
    )]
    Unwritable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// Writes the metrics of a sync to a file that everybody may read; a collector sees all of it, or what was there before.
///
/// `runs` are those of the sync, in any order. Older ones may be among them: the last success of a stream that failed
/// this time is found there, and nothing else is taken from them.
///
/// # Errors
/// Where the file cannot be written.
pub(crate) fn write(path: &Path, sync: &SyncSummary, runs: &[RunRecord]) -> Result<(), MetricsError> {
    let text = text(sync, runs).map_err(MetricsError::Text)?;
    let unwritable = |source| MetricsError::Unwritable { path: path.to_owned(), source };
    whole_file::write(path, text.as_bytes(), Readers::Everyone).map_err(unwritable)
}

fn text(sync: &SyncSummary, runs: &[RunRecord]) -> prometheus::Result<String> {
    let standings = standing::standings(&sync.id, runs);
    TextEncoder::new().encode_to_string(&families::families(sync, &standings)?)
}
