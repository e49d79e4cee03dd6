//! The items of the source, each the same whenever it is read.

use connector_interface::{Error, Timestamp};
use serde_json::{Value, json};

/// 2020-02-21T00:00:00Z, when the source was set up. Its items came a minute apart.
const ORIGIN: i64 = 1_582_243_200;
const MINUTE: i64 = 60;

/// When the item of this number came into the source.
pub(crate) fn created_at(number: u64) -> Result<Timestamp, Error> {
    Ok(Timestamp::from_unix_seconds(ORIGIN + i64::try_from(number)? * MINUTE)?)
}

/// Incidents, issues and environments in turn; the last have no time that a cutoff is measured by.
pub(crate) fn record(stream: &str, number: u64) -> Result<Value, Error> {
    let (id, uri) = (number.to_string(), address(stream, number));
    let created_at = created_at(number)?;
    Ok(match number % 3 {
        0 => json!({
            "_type": "Incident", "id": id, "self": uri, "title": format!("incident {number}"), "status": "resolved",
            "createdAt": created_at,
        }),
        1 => json!({
            "_type": "Issue", "id": id, "self": uri, "title": format!("issue {number}"), "status": "triggered",
            "createdAt": created_at,
        }),
        _ => {
            json!({ "_type": "Environment", "id": id, "self": uri, "name": format!("environment {number}") })
        }
    })
}

/// The `self` of an item.
pub(crate) fn address(stream: &str, number: u64) -> String {
    format!("https://nonconforming.example/{stream}/{number}")
}
