//! How far back a walk over the builds has come, in this run and in the state between runs.

use std::{collections::HashSet, mem, time::Duration};

use connector_http::Position;
use connector_interface::{State, Timestamp};

/// What is added to the time of a build to find those that were created in the same second.
const SECOND: Duration = Duration::from_secs(1);

/// Where a walk goes on: at a page, or at the builds before a time.
#[derive(Debug, Default)]
pub(crate) struct Reached {
    oldest: Option<Timestamp>,
    page: Option<Position>,
    before: Option<Timestamp>,
    /// The builds of the page before, of which some come again: newer ones push them down, and walks overlap.
    last_page: HashSet<String>,
    this_page: HashSet<String>,
}

impl From<Option<State>> for Reached {
    fn from(state: Option<State>) -> Self {
        let Some(state) = state else { return Self::default() };
        let page = state.metadata.get("page").and_then(|page| page.as_str()).map(Position::from);
        Self { oldest: Some(state.checkpoint_time), page, ..Self::default() }
    }
}

impl Reached {
    pub(crate) fn page(&self) -> Option<Position> {
        self.page.clone()
    }

    pub(crate) fn before(&self) -> Option<Timestamp> {
        self.before
    }

    /// Notes a build; false where the page before had it already.
    pub(crate) fn pass(&mut self, id: &str, created_at: Timestamp) -> bool {
        self.oldest = Some(self.oldest.map_or(created_at, |oldest| oldest.min(created_at)));
        self.this_page.insert(id.to_owned());
        !self.last_page.contains(id)
    }

    /// Goes on at the next page; the state to be kept, once there is a build. The page's address says `created_to` again.
    pub(crate) fn turn_to(&mut self, next: Position) -> Option<State> {
        self.last_page = mem::take(&mut self.this_page);
        self.page = Some(next.clone());
        Some(State::at(self.oldest?).with("page", next))
    }

    /// Leaves the page, and goes on at the oldest build; false where that would lead back to the same page.
    pub(crate) fn narrow(&mut self) -> bool {
        let before = self.oldest.map(|oldest| oldest.later_by(SECOND));
        if self.page.take().is_none() || before.is_none() || before == self.before {
            return false;
        }
        self.before = before;
        true
    }
}
