//! The runs of one stream, one after the other.

use std::{collections::BTreeMap, fmt};

use jiff::{SignedDuration, Timestamp};

use crate::history::RunRecord;

use super::{kind::Kind, words::shown};

/// The longest name of a stream or connection on the page, in characters.
const MAX_NAME: usize = 80;

/// What runs repeat: a stream of a connection, or a question about a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place<'a> {
    pub(crate) connection: &'a str,
    /// None where the run was not about a stream.
    pub(crate) stream: Option<&'a str>,
    /// `sync`, or whatever else was done, such as a backfill or `discover-streams`.
    pub(crate) side: &'a str,
}

impl<'a> Place<'a> {
    pub(crate) fn of(run: &'a RunRecord) -> Self {
        let side = match run.lane.as_deref().unwrap_or(&run.verb) {
            "sync-stream" => "sync",
            side => side,
        };
        Place { connection: &run.connection, stream: run.stream.as_deref(), side }
    }

    /// The stream alone, for where the connection is named already.
    pub(crate) fn stream(&self) -> String {
        match (self.stream, self.side) {
            (None, side) => format!("({})", shown(side, MAX_NAME)),
            (Some(stream), "sync") => shown(stream, MAX_NAME),
            (Some(stream), side) => format!("{} ({})", shown(stream, MAX_NAME), shown(side, MAX_NAME)),
        }
    }

    pub(crate) fn connection(&self) -> String {
        shown(self.connection, MAX_NAME)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} / {}", self.connection(), self.stream())
    }
}

/// All runs of one place, the newest first; never empty.
#[derive(Debug)]
pub(crate) struct Course<'a> {
    pub(crate) place: Place<'a>,
    pub(crate) last: &'a RunRecord,
    pub(crate) runs: Vec<&'a RunRecord>,
}

impl Course<'_> {
    /// When it was last done, as far as the runs tell.
    pub(crate) fn done_at(&self) -> Option<Timestamp> {
        self.done().next()
    }

    /// The longest time between two runs that were done; zero with fewer.
    pub(crate) fn longest_gap(&self) -> SignedDuration {
        let gaps = self.done().zip(self.done().skip(1)).map(|(newer, older)| newer.duration_since(older));
        gaps.max().unwrap_or_default()
    }

    fn done(&self) -> impl Iterator<Item = Timestamp> {
        self.runs.iter().filter(|run| Kind::of(run) == Kind::Done).map(|run| run.started_at)
    }
}

/// The runs by place. They come with the newest first.
///
/// What was not about a stream, such as the discovery of streams, tells how a connection stands only until the next run
/// of it.
pub(crate) fn courses(runs: &[RunRecord]) -> Vec<Course<'_>> {
    let mut newest: BTreeMap<&str, &str> = BTreeMap::new();
    let mut found: BTreeMap<Place<'_>, Course<'_>> = BTreeMap::new();
    for run in runs {
        newest.entry(&run.connection).or_insert(&run.run);
        let place = Place::of(run);
        found.entry(place).or_insert_with(|| Course { place, last: run, runs: Vec::new() }).runs.push(run);
    }
    found.retain(|place, course| {
        place.stream.is_some() || newest.get(place.connection) == Some(&course.last.run.as_str())
    });
    found.into_values().collect()
}
