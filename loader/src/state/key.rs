//! What a state is kept under.

use std::fmt;

use jiff::Timestamp;

/// Whose state it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// The connector together with its configuration; the connector's slug, where the operator gave no name.
    pub(crate) connection: String,
    /// The id of the stream.
    pub(crate) stream: String,
    pub(crate) lane: Lane,
}

/// What is counted apart from each other for one stream.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// One sync after the other.
    #[default]
    Sync,
    /// One range of time, read once more.
    Backfill {
        /// The earliest data.
        from: Timestamp,
        /// The latest data.
        to: Timestamp,
    },
    /// A file of dead letters, checked again; its name.
    DeadLetters(String),
}

impl fmt::Display for Lane {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sync => formatter.write_str("sync"),
            Self::Backfill { from, to } => write!(formatter, "backfill {from}..{to}"),
            Self::DeadLetters(file) => write!(formatter, "dead-letters {file}"),
        }
    }
}

impl Lane {
    /// Reads what [`fmt::Display`] writes.
    pub(crate) fn read(text: &str) -> Option<Self> {
        if text == "sync" {
            return Some(Self::Sync);
        }
        if let Some(file) = text.strip_prefix("dead-letters ") {
            return Some(Self::DeadLetters(file.to_owned()));
        }
        let (from, to) = text.strip_prefix("backfill ")?.split_once("..")?;
        Some(Self::Backfill { from: from.parse().ok()?, to: to.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_is_read_as_it_is_written() {
        let [from, to] = ["2024-01-01T00:00:00Z", "2024-02-01T00:00:00.5Z"].map(|text| text.parse().unwrap());
        for lane in [Lane::Sync, Lane::Backfill { from, to }, Lane::DeadLetters("a b.ndjson".into())] {
            assert_eq!(Lane::read(&lane.to_string()), Some(lane));
        }
        for text in ["", "Sync", "backfill 2024..2025", "backfill"] {
            assert_eq!(Lane::read(text), None, "{text}");
        }
    }
}
