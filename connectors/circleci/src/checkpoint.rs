//! Where an unfinished sync has come to.

use connector_interface::{Context, Error, State, Timestamp};
use serde_json::Value;

pub(crate) enum Checkpoint {
    /// The page with this token is the next.
    Before(String),
    /// No page is left.
    AtTheEnd,
}

const NEXT_PAGE_TOKEN: &str = "nextPageToken";

impl Checkpoint {
    /// The state behind a page, whose last pipeline was created at this time.
    pub(crate) fn state(last_created_at: Timestamp, next_page_token: Option<&str>) -> State {
        State::at(last_created_at).with(NEXT_PAGE_TOKEN, next_page_token)
    }

    /// None where an earlier run has left none.
    pub(crate) fn read(context: &Context) -> Result<Option<Self>, Error> {
        let Some(state) = context.state.get()? else { return Ok(None) };
        Ok(match state.metadata.get(NEXT_PAGE_TOKEN) {
            Some(Value::String(token)) => Some(Self::Before(token.clone())),
            Some(Value::Null) => Some(Self::AtTheEnd),
            _ => {
                context.logger.warn("the state of the last run names no page; starting anew");
                None
            }
        })
    }
}
