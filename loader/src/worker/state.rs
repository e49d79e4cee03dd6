//! The state of a stream, as a connector sets it.

use codeclimate_connector_abi::v1::failure_kind;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{frame::FailureReport, state::check_state};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Checkpoint {
    checkpoint_time: String,
    #[serde(default)]
    metadata: Option<serde_json::Map<String, Value>>,
}

/// A state as it is kept: checked, and written on one line.
pub(crate) fn read_state(payload: &[u8]) -> Result<String, FailureReport> {
    let refuse =
        |reason: String| FailureReport::new(failure_kind::CONNECTOR, format!("not a state: {reason}"));
    let checkpoint: Checkpoint =
        serde_json::from_slice(payload).map_err(|error| refuse(error.to_string()))?;
    let time: jiff::Timestamp =
        checkpoint.checkpoint_time.parse().map_err(|error| refuse(format!("checkpointTime: {error}")))?;
    let mut state = json!({ "checkpointTime": time.to_string() });
    if let Some(metadata) = checkpoint.metadata.filter(|metadata| !metadata.is_empty()) {
        state["metadata"] = Value::Object(metadata);
    }
    check_state(&state).map_err(refuse)?;
    Ok(state.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_needs_a_time_and_may_hold_metadata() {
        let cases = [
            (
                r#"{"checkpointTime":"2020-02-21 12:00:00Z"}"#,
                Ok(r#"{"checkpointTime":"2020-02-21T12:00:00Z"}"#),
            ),
            (
                r#"{"checkpointTime":"2020-02-21T12:00:00Z","metadata":{}}"#,
                Ok(r#"{"checkpointTime":"2020-02-21T12:00:00Z"}"#),
            ),
            (
                r#"{"checkpointTime":"2020-02-21T12:00:00Z","metadata":{"a":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}}"#,
                Err("not a state: is nested more than 64 deep"),
            ),
            ("{}", Err("not a state: missing field `checkpointTime`")),
            (r#"{"checkpointTime":"2020"}"#, Err("not a state: ")),
            ("", Err("not a state: EOF while parsing")),
        ];
        for (payload, expected) in cases {
            match (read_state(payload.as_bytes()), expected) {
                (Ok(state), Ok(expected)) => assert_eq!(state, expected),
                (Err(failure), Err(expected)) => {
                    assert!(failure.message.starts_with(expected), "{failure:?}");
                }
                (found, _) => panic!("{payload}: {found:?}"),
            }
        }
    }
}
