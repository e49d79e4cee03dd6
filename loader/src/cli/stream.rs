//! The stream argument: a record as JSON, a file with one, or the id of a stream to discover.

use std::{fs, io, path::PathBuf};

use connector_schemas::{Checker, RecordError};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{did_you_mean::did_you_mean, exit_code::ExitCode, mask::Masker};

use super::records::record_in;

/// What the operator named.
#[derive(Debug)]
pub(crate) enum StreamArgument {
    /// The record itself.
    Record(StreamRecord),
    /// An id that discovery has to find.
    Id(String),
}

/// A record that the schema of `Stream` accepts.
#[derive(Debug, Clone)]
pub(crate) struct StreamRecord {
    /// The record's `id`.
    pub(crate) id: String,
    /// Whether its source says that nobody wants it: `subscribed` is false.
    pub(crate) is_unsubscribed: bool,
    /// The record.
    pub(crate) json: Box<RawValue>,
}

/// What the runner reads in a record.
#[derive(Deserialize)]
struct Head {
    id: String,
    #[serde(default)]
    subscribed: Option<bool>,
}

/// Why a stream cannot be synced.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StreamError {
    #[error("cannot read the stream from {path}")]
    Unreadable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "{place} is not a Stream record: {error}\nwrite a record such as {EXAMPLE}, or the id of a discovered stream"
    )]
    NotAStream { place: String, error: RecordError },
    #[error("{place} is a record of type {found}, not Stream; write a record such as {EXAMPLE}")]
    OtherType { place: String, found: String },
    #[error("{place} cannot be read: {reason}")]
    Unfit { place: String, reason: String },
    #[error("the connector discovers no stream with id {id:?}; {known}{}", hint(suggestion.as_ref()))]
    Unknown { id: String, known: String, suggestion: Option<String> },
    /// Any of the others, with words of a connector in it.
    #[error("{0}")]
    Masked(String),
}

const EXAMPLE: &str = r#"{"_type":"Stream","id":"...","self":"https://...","name":"..."}"#;
/// Ids that are listed when the one asked for is not among them.
const LISTED: usize = 20;

fn hint(suggestion: Option<&String>) -> String {
    suggestion.map(|id| format!("; did you mean {id:?}?")).unwrap_or_default()
}

impl StreamError {
    pub(crate) fn masked(&self, masker: &Masker) -> Self {
        Self::Masked(masker.mask(&crate::chain(self)).into_owned())
    }

    pub(crate) const fn exit_code() -> ExitCode {
        ExitCode::Usage
    }
}

impl StreamArgument {
    /// Reads the argument as it was typed.
    pub(crate) fn read(text: &str) -> Result<Self, StreamError> {
        if text.trim_start().starts_with('{') {
            return StreamRecord::read("the stream", text.as_bytes(), &Checker::new()).map(Self::Record);
        }
        let Some(path) = text.strip_prefix('@') else { return Ok(Self::Id(text.to_owned())) };
        let bytes = fs::read(path).map_err(|source| StreamError::Unreadable { path: path.into(), source })?;
        StreamRecord::read(path, &bytes, &Checker::new()).map(Self::Record)
    }
}

impl StreamRecord {
    /// Reads and checks a record.
    pub(crate) fn read(place: &str, bytes: &[u8], checker: &Checker) -> Result<Self, StreamError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
        let bytes = record_in(bytes);
        let refused = |error| StreamError::NotAStream { place: place.to_owned(), error };
        let checked = checker.check(bytes).map_err(refused)?;
        let found = checked.record_type().name();
        if found != "Stream" {
            return Err(StreamError::OtherType { place: place.to_owned(), found: found.to_owned() });
        }
        let unreadable = |error: serde_json::Error| StreamError::Unfit {
            place: place.to_owned(),
            reason: error.to_string(),
        };
        let Head { id, subscribed } = serde_json::from_slice(bytes).map_err(unreadable)?;
        let json = serde_json::from_slice(bytes).map_err(unreadable)?;
        Ok(Self { id, is_unsubscribed: subscribed == Some(false), json })
    }

    /// Reads records that a connector has discovered.
    pub(crate) fn read_all(records: impl IntoIterator<Item = String>) -> Result<Vec<Self>, StreamError> {
        let checker = Checker::new();
        let read = |record: String| Self::read("a discovered stream", record.as_bytes(), &checker);
        records.into_iter().map(read).collect()
    }

    /// The one with this id among those discovered.
    pub(crate) fn find(id: &str, mut discovered: Vec<Self>) -> Result<Self, StreamError> {
        if let Some(index) = discovered.iter().position(|stream| stream.id == id) {
            return Ok(discovered.swap_remove(index));
        }
        let ids: Vec<&str> = discovered.iter().map(|stream| stream.id.as_str()).collect();
        let suggestion = did_you_mean(id, ids.iter().copied()).map(str::to_owned);
        Err(StreamError::Unknown { id: id.to_owned(), known: known(&ids), suggestion })
    }
}

fn known(ids: &[&str]) -> String {
    if ids.is_empty() {
        return "it discovers none at all".to_owned();
    }
    let listed: Vec<String> = ids.iter().take(LISTED).map(|id| format!("{id:?}")).collect();
    let more = ids.len().saturating_sub(LISTED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("it discovers {}{more}", listed.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"_type":"Stream","id":"a","self":"https://x.example/a","name":"A"}"#;

    #[test]
    fn a_stream_is_a_record_a_file_or_an_id() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stream.json");
        fs::write(&file, format!("{GOOD}\n")).unwrap();
        let envelope = format!(r#"{{"run":"r","sequence":0,"record":{GOOD}}}"#);
        for text in [GOOD.to_owned(), format!(" {GOOD}"), envelope, format!("@{}", file.display())] {
            let Ok(StreamArgument::Record(stream)) = StreamArgument::read(&text) else { panic!("{text}") };
            assert_eq!((stream.id.as_str(), stream.json.get()), ("a", GOOD));
        }
        let id = StreamArgument::read("acme/rocket").unwrap();
        assert!(matches!(id, StreamArgument::Id(id) if id == "acme/rocket"));
    }

    #[test]
    fn a_stream_is_wanted_unless_its_source_says_otherwise() {
        for (more, is_unsubscribed) in
            [("", false), (r#","subscribed":true"#, false), (r#","subscribed":false"#, true)]
        {
            let record = GOOD.replace('}', &format!("{more}}}"));
            let streams = StreamRecord::read_all([record]).unwrap();
            assert_eq!(streams[0].is_unsubscribed, is_unsubscribed, "{more}");
        }
    }

    #[test]
    fn what_is_no_stream_is_refused_with_what_to_write() {
        let cases = [
            ("{", "is not a Stream record"),
            (r#"{"_type":"Stream","id":"a"}"#, "self"),
            (r#"{"_type":"Branch","name":"main"}"#, "is a record of type Branch, not Stream"),
            ("@/absent/stream.json", "cannot read the stream from /absent/stream.json"),
        ];
        for (text, complaint) in cases {
            let error = StreamArgument::read(text).unwrap_err().to_string();
            assert!(error.contains(complaint), "{text}: {error}");
        }
    }

    #[test]
    fn an_unknown_id_is_answered_with_the_known_ones() {
        let stream = |id: &str| StreamRecord {
            id: id.to_owned(),
            is_unsubscribed: false,
            json: RawValue::NULL.to_owned(),
        };
        let discovered = vec![stream("acme/rocket"), stream("acme/moon")];
        assert_eq!(StreamRecord::find("acme/moon", discovered.clone()).unwrap().id, "acme/moon");
        let error = StreamRecord::find("acme/rokcet", discovered).unwrap_err().to_string();
        assert_eq!(
            error,
            "the connector discovers no stream with id \"acme/rokcet\"; it discovers \"acme/rocket\", \"acme/moon\"; \
             did you mean \"acme/rocket\"?"
        );
        assert!(StreamRecord::find("x", vec![]).unwrap_err().to_string().contains("none at all"));
    }
}
