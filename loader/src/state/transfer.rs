//! States as one JSON document, to carry them to another machine or to keep a copy.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::slug::Slug;

use super::{Key, Lane, StreamState};

/// The form of the document. A runner that changes it raises the number.
const FORM: u32 = 1;
/// The largest document that is read, in bytes: 256 MiB.
pub(crate) const MAX_DOCUMENT: u64 = 256 << 20;
/// The largest state of a checkpoint, in bytes of JSON.
pub(crate) const MAX_CHECKPOINT: usize = 1024 * 1024;
/// The longest name of a connection or id of a stream, in bytes.
const MAX_NAME: usize = 64 << 10;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<S> {
    form: u32,
    states: Vec<S>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry<S> {
    connection: String,
    stream: String,
    lane: String,
    state: S,
}

/// Why a document cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ImportError {
    #[error("it is no document of states, at {place}: {reason}; `state export` writes one")]
    Json { place: String, reason: String },
    #[error("it has form {found}, and this runner reads {FORM}: a newer runner has written it; use that one")]
    Form { found: u32 },
    #[error("{place}: {reason}")]
    Bad { place: String, reason: String },
}

/// Writes states as a document.
pub(crate) fn export(states: &[(Key, StreamState)]) -> String {
    let entry = |(key, state): &(Key, StreamState)| {
        let Key { connection, stream, lane } = key.clone();
        Entry { connection, stream, lane: lane.to_string(), state: state.clone() }
    };
    let document = Document { form: FORM, states: states.iter().map(entry).collect() };
    // A state has nothing that JSON could not say.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// Reads a document, and believes none of it.
///
/// # Errors
/// [`ImportError`] with the place.
pub(crate) fn import(bytes: &[u8]) -> Result<Vec<(Key, StreamState)>, ImportError> {
    check_form(bytes)?;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let document: Document<Entry<StreamState>> =
        serde_path_to_error::deserialize(&mut reader).map_err(|error| not_states(&error))?;
    reader.end().map_err(|error| ImportError::Json { place: "the end".into(), reason: error.to_string() })?;
    let mut states: Vec<(Key, StreamState)> = Vec::new();
    for (index, entry) in document.states.into_iter().enumerate() {
        let place = format!("states[{index}] (stream {:?} of {:?})", entry.stream, entry.connection);
        states.push(check(entry).map_err(|reason| ImportError::Bad { place, reason })?);
    }
    states.sort_by(|one, other| one.0.cmp(&other.0));
    match states.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => {
            let Key { connection, stream, lane } = &pair[0].0;
            let place = format!("stream {stream:?} of {connection:?} ({lane})");
            Err(ImportError::Bad { place, reason: "it stands there twice".into() })
        }
        None => Ok(states),
    }
}

/// The form first: what a newer one holds is nobody's mistake.
fn check_form(bytes: &[u8]) -> Result<(), ImportError> {
    #[derive(Deserialize)]
    struct Form {
        form: u32,
    }
    match serde_json::from_slice(bytes) {
        Ok(Form { form }) if form != FORM => Err(ImportError::Form { found: form }),
        // What else is wrong is told with its place.
        _ => Ok(()),
    }
}

fn not_states(error: &serde_path_to_error::Error<serde_json::Error>) -> ImportError {
    ImportError::Json { place: error.path().to_string(), reason: error.inner().to_string() }
}

fn check(entry: Entry<StreamState>) -> Result<(Key, StreamState), String> {
    let Entry { connection, stream, lane, state } = entry;
    for (name, text) in [("connection", &connection), ("stream", &stream)] {
        if text.len() > MAX_NAME {
            return Err(format!("the {name} has {} bytes, where at most {MAX_NAME} are allowed", text.len()));
        }
    }
    let lane =
        Lane::read(&lane).ok_or_else(|| format!("the lane {lane:?} is neither sync nor a backfill"))?;
    let _: Slug = state.connector.parse().map_err(|error| format!("connector: {error}"))?;
    if let Some(checkpoint) = state.unfinished.as_ref().and_then(|chain| chain.checkpoint.as_ref()) {
        check_state(&checkpoint.state).map_err(|reason| format!("the checkpoint's state {reason}"))?;
        if checkpoint.state_format == 0 {
            return Err("the checkpoint's stateFormat is 0, and the first is 1".to_owned());
        }
    }
    Ok((Key { connection, stream, lane }, state))
}

/// How deep lists and objects of a state are nested at most: it must still be readable inside of a document.
const MAX_DEPTH: usize = 64;

fn depth(value: &Value) -> usize {
    let below = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(members) => members.values().map(depth).max(),
        _ => return 0,
    };
    below.unwrap_or(0) + 1
}

/// Whether JSON is what a connector could have set.
pub(crate) fn check_state(state: &Value) -> Result<(), String> {
    let members = state.as_object().ok_or("is no JSON object")?;
    let time =
        members.get("checkpointTime").and_then(Value::as_str).ok_or("has no text \"checkpointTime\"")?;
    time.parse::<jiff::Timestamp>().map_err(|error| format!("has a bad \"checkpointTime\": {error}"))?;
    if let Some(metadata) = members.get("metadata").filter(|metadata| !metadata.is_object()) {
        return Err(format!("has \"metadata\" that is no object: {metadata}"));
    }
    if let Some(unknown) = members.keys().find(|key| !matches!(key.as_str(), "checkpointTime" | "metadata")) {
        return Err(format!(
            "has an unknown member {unknown:?}; it may have \"checkpointTime\" and \"metadata\""
        ));
    }
    if depth(state) > MAX_DEPTH {
        return Err(format!("is nested more than {MAX_DEPTH} deep"));
    }
    let length = state.to_string().len();
    if length > MAX_CHECKPOINT {
        return Err(format!("has {length} bytes, where at most {MAX_CHECKPOINT} are allowed"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Chain, Checkpoint, Finished};
    use super::*;

    fn states() -> Vec<(Key, StreamState)> {
        let time = "2024-01-01T00:00:00Z".parse().unwrap();
        let state =
            json!({ "checkpointTime": "2024-01-01T00:00:00Z", "metadata": { "page": 3, "x": [1.5, null] } });
        let chain = Chain {
            id: "r-1".into(),
            started_at: time,
            cutoff: time,
            runs: 2,
            sink: "stdout".into(),
            position: json!({ "Commit": [1, 2] }),
            revision: 7,
            records: 90,
            checkpoint: Some(Checkpoint { state, at: time, version: "0.1.0".into(), state_format: 1 }),
            fingerprint: "sha256:1".into(),
            has_progressed: true,
            stalled: 1,
        };
        let finished = Finished {
            read_up_to: time,
            at: time,
            chain: None,
            cutoff: None,
            records: 0,
            runs: 0,
            version: None,
            fingerprint: None,
        };
        let state = StreamState {
            connector: "git".into(),
            epoch: 3,
            unfinished: Some(chain),
            finished: Some(finished),
        };
        let key = |stream: &str, lane| Key { connection: "git".into(), stream: stream.into(), lane };
        let backfill = Lane::Backfill { from: time, to: time };
        vec![
            (key(".", Lane::Sync), state.clone()),
            (key(".", backfill), StreamState::new("git")),
            (key("a \"b\"\n", Lane::Sync), state),
        ]
    }

    #[test]
    fn what_is_exported_is_imported_as_it_was() {
        assert_eq!(import(export(&states()).as_bytes()), Ok(states()));
        assert_eq!(import(export(&[]).as_bytes()), Ok(vec![]));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let good: Value = serde_json::from_str(&export(&states())).unwrap();
        let with = |pointer: &str, value: Value| {
            let mut changed = good.clone();
            *changed.pointer_mut(pointer).unwrap() = value;
            changed
        };
        let twice = {
            let mut changed = good.clone();
            let first = changed["states"][0].clone();
            changed["states"].as_array_mut().unwrap().push(first);
            changed
        };
        let cases = [
            (json!([]), "no document of states, at .: invalid length 0"),
            (json!({ "form": 2, "whatever": 1 }), "it has form 2, and this runner reads 1"),
            (
                with("/states/1/lane", json!("Sync")),
                "states[1] (stream \".\" of \"git\"): the lane \"Sync\" is neither",
            ),
            (with("/states/0/state/epoch", json!(-1)), "at states[0].state.epoch: invalid value"),
            (with("/states/0/state/connector", json!("No Slug")), "connector: "),
            (
                with("/states/0/state/unfinished/cutoff", json!("soon")),
                "at states[0].state.unfinished.cutoff",
            ),
            (
                with("/states/0/state/unfinished/checkpoint/state", json!(7)),
                "the checkpoint's state is no JSON object",
            ),
            (
                with("/states/0/state/unfinished/checkpoint/state/metadata", json!(7)),
                "\"metadata\" that is no object: 7",
            ),
            (with("/states/0/state/unfinished/checkpoint/stateFormat", json!(0)), "stateFormat is 0"),
            (twice, "stream \".\" of \"git\" (sync): it stands there twice"),
        ];
        for (document, complaint) in cases {
            let error = import(document.to_string().as_bytes()).unwrap_err().to_string();
            assert!(error.contains(complaint), "{document}: {error}");
        }
        let trailing = export(&[]) + "{}";
        assert!(import(trailing.as_bytes()).unwrap_err().to_string().contains("trailing characters"));
    }
}
