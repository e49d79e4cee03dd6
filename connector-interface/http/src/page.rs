//! One page of an answer, with where the next one is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a page is: a cursor, a number, an offset, or a path with its query. Put it into a state to go on from there.
///
/// ```
/// # use connector_http::{Http, Pages, Position};
/// # use connector_interface::{Error, State, Timestamp};
/// # #[derive(serde::Deserialize)] struct Builds { next: Option<String> }
/// fn read(api: &Http, kept: Option<State>, now: Timestamp) -> Result<(), Error> {
///     let start = kept.and_then(|state| Some(Position::from(state.metadata.get("page")?.as_str()?)));
///     let pages = Pages::cursor("page-token", |body: &Builds| body.next.clone()).starting_at(start);
///     for page in api.get("/builds").pages(pages) {
///         let page = page?;
///         // produce the records of page.body, then set:
///         let state = page.next.map(|next| State::at(now).with("page", next));
/// #       let _ = state;
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(String);

impl Position {
    /// As it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<&str> for Position {
    fn from(position: &str) -> Self {
        Self(position.to_owned())
    }
}

impl From<String> for Position {
    fn from(position: String) -> Self {
        Self(position)
    }
}

impl From<Position> for serde_json::Value {
    fn from(position: Position) -> Self {
        position.0.into()
    }
}

/// One page, with where the next one is. `next` is `None` on the last page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The body of the answer.
    pub body: T,
    /// What to go on from after this page.
    pub next: Option<Position>,
}
