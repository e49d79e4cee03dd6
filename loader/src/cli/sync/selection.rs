//! Which of the discovered streams are synced, from where, and in which order.

use std::collections::{HashMap, HashSet};

use globset::Glob;
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    did_you_mean::did_you_mean,
    project::{Project, Selection},
    state::{Request, StateError, StateStore, StreamState},
};

use super::{super::stream::StreamRecord, link::Link};

/// What the operator has named with `--only`.
#[derive(Debug, Default)]
pub(super) struct Selected {
    only: Vec<Only>,
}

#[derive(Debug)]
struct Only {
    connection: String,
    /// None for all that the project selects.
    streams: Option<Selection>,
}

/// Why it cannot be what is meant.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OnlyError {
    #[error("--only {text:?}: the project has no connection of this name; it has {known}{meant}")]
    Unknown { text: String, known: String, meant: String },
    #[error("--only {text:?}: what stands behind the colon is no pattern for streams")]
    Glob {
        text: String,
        #[source]
        source: globset::Error,
    },
}

/// What is to be done of a connection.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// In the order in which they are begun.
    pub(super) streams: Vec<Planned>,
    /// The ids of those that are not synced, and why.
    pub(super) left_out: Vec<(String, &'static str)>,
}

/// A stream that is synced.
#[derive(Debug)]
pub(super) struct Planned {
    /// The id, without secrets.
    pub(super) name: String,
    pub(super) record: StreamRecord,
    pub(super) step: Step,
}

/// What its first run does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "what")]
pub(super) enum Step {
    /// Goes on with a sync that has not come to its end.
    GoOn { records: u64, since: Timestamp, has_checkpoint: bool },
    /// Reads it for the first time.
    First { since: Timestamp },
    /// Reads what is new; of a range that was read already, all of it again.
    New { since: Timestamp },
    /// Asks the connector whether it can go on from a state that does not fit.
    Ask,
    /// Refuses.
    Refuse { why: String },
}

impl Step {
    /// For people.
    pub(super) fn text(&self) -> String {
        let day = |time: &Timestamp| time.strftime("%F %TZ").to_string();
        match self {
            Self::GoOn { records, since, has_checkpoint: true } => {
                format!("goes on after {records} records, data since {}", day(since))
            }
            Self::GoOn { since, .. } => format!("begins anew (no checkpoint), data since {}", day(since)),
            Self::First { since } => format!("first sync, data since {}", day(since)),
            Self::New { since } => format!("data since {}", day(since)),
            Self::Ask => "asks the connector whether its state still fits".to_owned(),
            Self::Refuse { why } => format!("refused: {why}"),
        }
    }

    /// What is unfinished comes first, then what was never read, then what was read longest ago.
    fn rank(&self) -> (u8, Option<Timestamp>) {
        match self {
            Self::GoOn { .. } | Self::Ask => (0, None),
            Self::First { .. } => (1, None),
            Self::New { since } => (2, Some(*since)),
            Self::Refuse { .. } => (3, None),
        }
    }
}

impl Selected {
    /// Reads what was typed: a connection, or a connection, a colon and a pattern for its streams.
    pub(super) fn read(texts: &[String], project: &Project) -> Result<Self, OnlyError> {
        let only = texts.iter().map(|text| Only::read(text, project)).collect::<Result<_, _>>()?;
        Ok(Self { only })
    }

    /// Whether anything of a connection is meant.
    pub(super) fn has(&self, connection: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only.connection == connection)
    }

    fn selects(&self, connection: &str, stream: &str) -> bool {
        let is_meant = |only: &Only| {
            only.connection == connection
                && only.streams.as_ref().is_none_or(|streams| streams.selects(stream))
        };
        self.only.is_empty() || self.only.iter().any(is_meant)
    }

    /// What is to be done of a connection's streams.
    pub(super) fn plan(
        &self,
        link: &Link,
        streams: Vec<StreamRecord>,
        store: &dyn StateStore,
    ) -> Result<Plan, StateError> {
        let states = states(link, store)?;
        let mut plan = Plan::default();
        let mut seen = HashSet::new();
        for record in streams {
            let name = link.masked(&record.id);
            match self.why_not(link, &record, !seen.insert(record.id.clone())) {
                Some(why) => plan.left_out.push((name, why)),
                None => {
                    let step = step(link, states.get(&record.id));
                    plan.streams.push(Planned { name, record, step });
                }
            }
        }
        plan.streams.sort_by_key(|planned| planned.step.rank());
        Ok(plan)
    }

    fn why_not(&self, link: &Link, record: &StreamRecord, is_known: bool) -> Option<&'static str> {
        match () {
            () if is_known => Some("discovered twice"),
            () if record.is_unsubscribed => Some("not subscribed"),
            () if !link.settings.streams.selects(&record.id) => Some("not selected by the project"),
            () if !self.selects(&link.settings.name, &record.id) => Some("not named by --only"),
            () => None,
        }
    }
}

impl Only {
    fn read(text: &str, project: &Project) -> Result<Self, OnlyError> {
        let names = || project.connections.iter().map(|connection| &*connection.name);
        let has = |name: &str| names().any(|known| known == name);
        if has(text) {
            return Ok(Self { connection: text.to_owned(), streams: None });
        }
        let (connection, pattern) = text.split_once(':').unwrap_or((text, "*"));
        if !has(connection) {
            let meant = did_you_mean(connection, names()).map(|name| format!("; did you mean {name:?}?"));
            let known = names().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
            return Err(OnlyError::Unknown {
                text: text.to_owned(),
                known,
                meant: meant.unwrap_or_default(),
            });
        }
        let wrong = |source| OnlyError::Glob { text: text.to_owned(), source };
        let glob = Glob::new(pattern).map_err(wrong)?;
        let streams = Selection::new(&[glob], &[]).map_err(wrong)?;
        Ok(Self { connection: connection.to_owned(), streams: Some(streams) })
    }
}

/// The states of a connection's streams, by their ids. One that is damaged is told of by its run.
fn states(link: &Link, store: &dyn StateStore) -> Result<HashMap<String, StreamState>, StateError> {
    let listed = store.list_of(&link.settings.name, &link.keep.lane)?.into_iter().flatten();
    Ok(listed.map(|(key, stored)| (key.stream, stored.state)).collect())
}

fn step(link: &Link, state: Option<&StreamState>) -> Step {
    let note = &link.prepared.note;
    let sink = link.keep.destination.identity();
    let request = Request {
        run: "",
        now: Timestamp::now(),
        cutoff: link.keep.cutoff,
        overlap: link.keep.overlap,
        connector: note.slug.as_str(),
        version: &note.version,
        state_format: note.state_format,
        fingerprint: &link.prepared.fingerprint,
        sink: &sink,
    };
    step_of(&request, state, link.keep.accepts_changes)
}

fn step_of(request: &Request<'_>, state: Option<&StreamState>, accepts_changes: bool) -> Step {
    let new = StreamState::new(request.connector);
    let state = state.unwrap_or(&new);
    let plan = match state.plan(request) {
        Ok(plan) => plan,
        Err(refusal) => return Step::Refuse { why: refusal.to_string() },
    };
    if !accepts_changes && state.mismatch(request).is_some() {
        return Step::Ask;
    }
    let since = plan.chain.cutoff;
    match plan.is_resumed {
        true => {
            Step::GoOn { records: plan.chain.records, since, has_checkpoint: plan.chain.checkpoint.is_some() }
        }
        false if state.finished.is_some() => Step::New { since },
        false => Step::First { since },
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;
    use crate::state::Cutoff;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn request(cutoff: Option<Timestamp>) -> Request<'static> {
        Request {
            run: "r",
            now: time("2024-06-01T00:00:00Z"),
            cutoff: Cutoff::SinceLast(cutoff),
            overlap: SignedDuration::from_hours(1),
            connector: "git",
            version: "1.0.0",
            state_format: 1,
            fingerprint: "f",
            sink: "stdout",
        }
    }

    #[test]
    fn what_a_stream_begins_with_follows_from_its_state() {
        let since = time("2024-01-01T00:00:00Z");
        let new = StreamState::new("git");
        let mut finished = new.clone();
        finished.finished = Some(crate::state::Finished::set_by_hand(time("2024-05-01T01:00:00Z"), since));
        let begun = new.plan(&request(Some(since))).unwrap().chain;
        let unfinished = StreamState { unfinished: Some(begun), ..new.clone() };
        for (state, cutoff, expected) in [
            (None, Some(since), "first sync, data since 2024-01-01 00:00:00Z"),
            (None, None, "refused: there is no earliest data cutoff"),
            (Some(&finished), None, "data since 2024-05-01 00:00:00Z"),
            (Some(&unfinished), None, "begins anew (no checkpoint), data since 2024-01-01 00:00:00Z"),
            (Some(&StreamState::new("jira")), Some(since), "refused: the state of this stream belongs"),
        ] {
            let text = step_of(&request(cutoff), state, false).text();
            assert!(text.starts_with(expected), "{text}");
        }
        let changed = Request { fingerprint: "other", ..request(Some(since)) };
        assert_eq!(step_of(&changed, Some(&unfinished), false), Step::Ask);
        assert_ne!(step_of(&changed, Some(&unfinished), true), Step::Ask);
    }

    proptest! {
        #[test]
        fn the_unfinished_comes_first_and_then_what_was_read_longest_ago(seconds in proptest::collection::vec(0..1000_i64, 2..20)) {
            let at = |second: &i64| Timestamp::from_second(*second).unwrap();
            let mut steps: Vec<Step> = seconds.iter().map(|second| Step::New { since: at(second) }).collect();
            let since = at(&5);
            steps.extend([Step::First { since }, Step::GoOn { records: 1, since, has_checkpoint: true }]);
            steps.sort_by_key(Step::rank);
            let ranks: Vec<u8> = steps.iter().take(2).map(|step| step.rank().0).collect();
            prop_assert_eq!(ranks, [0, 1]);
            let read: Vec<Timestamp> = steps[2..].iter().filter_map(|step| step.rank().1).collect();
            prop_assert!(read.is_sorted());
        }
    }
}
