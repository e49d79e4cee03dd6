//! The items of the source, each the same whenever it is read.

use connector_interface::{Error, Timestamp};
use serde_json::{Value, json};

use crate::configuration::{Configuration, ItemType};

/// 2020-02-21T00:00:00Z, when the source was set up. Its items came a minute apart.
const ORIGIN: i64 = 1_582_243_200;
const MINUTE: i64 = 60;

/// When the item of this number came into the source.
pub(crate) fn created_at(source: &Configuration, number: u64) -> Result<Timestamp, Error> {
    if number > source.count.saturating_sub(source.recent) {
        return Ok(Timestamp::now());
    }
    let minutes = i64::try_from(number)?;
    Ok(Timestamp::from_unix_seconds(ORIGIN + minutes * MINUTE)?)
}

pub(crate) fn record(source: &Configuration, number: u64, created_at: Timestamp) -> Value {
    let uri = format!("https://paging.example/{number}");
    let title = format!("item {number}{}", "x".repeat(source.padding));
    let place = usize::try_from(number).unwrap_or(0) % source.types.len().max(1);
    match source.types.get(place) {
        Some(ItemType::Environment) => json!({
            "_type": "Environment", "id": number.to_string(), "self": uri, "name": title, "createdAt": created_at,
        }),
        _ => json!({
            "_type": "Incident", "id": number.to_string(), "self": uri, "title": title, "status": "resolved",
            "number": number, "createdAt": created_at,
        }),
    }
}
