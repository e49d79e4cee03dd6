//! What is seen of a run: a sink that remembers, and an observer that listens.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use connector_schemas::record_type;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    conformance::{Checkpoint, Leak, Produced, Times},
    console::Console,
    frame::LogLine,
    mask::Masker,
    sink::{Outgoing, SinkError, Transient},
    supervisor::{Numbers, Observer},
};

/// What all that is remembered of one run may take: some two million records.
const MOST: usize = 256 * 1024 * 1024;
/// What a record takes beside its `self`.
const OVERHEAD: usize = size_of::<Produced>() + 16;
/// Leaks, and lines of standard output, that are remembered.
const FEW: usize = 20;
/// How much of a text is shown.
const SHOWN: usize = 300;

/// What a run has left so far. Shared with the thread that takes its records.
#[derive(Clone, Default)]
pub(super) struct Remembered(Arc<Mutex<Memory>>);

/// What a run has left.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) records: Vec<Produced>,
    /// Records of type `Stream`, as they were produced.
    pub(super) streams: Vec<String>,
    pub(super) checkpoints: Vec<Checkpoint>,
    pub(super) stdout: Vec<String>,
    pub(super) stdout_lines: u64,
    pub(super) leaks: Vec<Leak>,
    pub(super) peak_memory: Option<u64>,
    taken: usize,
}

impl Remembered {
    pub(super) fn take(&self) -> Memory {
        std::mem::take(&mut *self.lock())
    }

    pub(super) fn is_full(&self) -> bool {
        self.lock().is_full()
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    /// Remembers the secrets that the masker finds in a text.
    pub(super) fn look_for_secrets(&mut self, masker: &Masker, text: &str, place: impl FnOnce() -> String) {
        let masked = masker.mask(text);
        if matches!(masked, std::borrow::Cow::Owned(_)) {
            self.leak(masker, &masked, place);
        }
    }

    /// Remembers the secrets that have been replaced in a text.
    pub(super) fn look_for_marks(&mut self, masker: &Masker, masked: &str, place: impl FnOnce() -> String) {
        if masked.contains("[secret ") && !masker.replaced_in(masked).is_empty() {
            self.leak(masker, masked, place);
        }
    }

    fn leak(&mut self, masker: &Masker, masked: &str, place: impl FnOnce() -> String) {
        if self.leaks.len() >= FEW {
            return;
        }
        let place = place();
        let text = excerpt(masked);
        let labels = masker.replaced_in(masked);
        let first_key = |label: &str| label.split('/').next().unwrap_or_default().to_owned();
        if labels.is_empty() {
            self.leaks.push(Leak { key: String::new(), place, text });
            return;
        }
        for label in labels {
            self.leaks.push(Leak { key: first_key(label), place: place.clone(), text: text.clone() });
        }
    }

    /// Whether more was produced than is remembered.
    pub(super) fn is_full(&self) -> bool {
        self.taken > MOST
    }

    fn make_room(&mut self, bytes: usize) -> Result<(), SinkError> {
        self.taken += bytes;
        if !self.is_full() {
            return Ok(());
        }
        let reason = "they are more than fit into 256 MiB";
        Err(SinkError::new("cannot remember the records that are checked", io::Error::other(reason)))
    }
}

/// The text around its first mark, where it is long.
fn excerpt(masked: &str) -> String {
    let mark = masked.find("[secret").unwrap_or_default();
    let start = masked.floor_char_boundary(mark.saturating_sub(SHOWN / 2));
    let end = masked.floor_char_boundary((start + SHOWN).min(masked.len()));
    masked[start..end].to_owned()
}

/// Takes the records of a run, and remembers what is compared of them.
pub(super) struct Recording {
    pub(super) remembered: Remembered,
    pub(super) masker: Masker,
}

impl Transient for Recording {
    fn take(&mut self, outgoing: &Outgoing<'_>) -> Result<(), SinkError> {
        let failed = |error: serde_json::Error| SinkError::new("cannot remember a record", error);
        let value: Value = serde_json::from_str(outgoing.record).map_err(failed)?;
        let produced = Produced {
            record_type: outgoing.record_type,
            digest: digest(&value),
            uri: outgoing.uri.map(Into::into),
            times: record_type(outgoing.record_type).and_then(|known| Times::of(known, &value)),
        };
        let mut memory = self.remembered.lock();
        memory.make_room(OVERHEAD + outgoing.uri.map_or(0, str::len))?;
        if outgoing.record_type == "Stream" {
            memory.make_room(outgoing.record.len())?;
            memory.streams.push(outgoing.record.to_owned());
        }
        memory
            .look_for_secrets(&self.masker, outgoing.record, || format!("record {}", outgoing.sequence + 1));
        memory.records.push(produced);
        Ok(())
    }

    fn note_state(&mut self, state: &str) -> Result<(), SinkError> {
        let mut memory = self.remembered.lock();
        memory.make_room(size_of::<Checkpoint>() + state.len())?;
        let number = memory.checkpoints.len() + 1;
        memory.look_for_secrets(&self.masker, state, || format!("the state of checkpoint {number}"));
        let after = memory.records.len();
        memory.checkpoints.push(Checkpoint { after, state: state.to_owned() });
        Ok(())
    }
}

/// Equal for equal records, whatever the order of their keys.
fn digest(value: &Value) -> [u8; 16] {
    let mut hasher = Sha256::new();
    feed(&mut hasher, value);
    let digest = hasher.finalize();
    std::array::from_fn(|at| digest[at])
}

fn feed(hasher: &mut Sha256, value: &Value) {
    match value {
        Value::Array(items) => {
            hasher.update(b"[");
            items.iter().for_each(|item| feed(hasher, item));
            hasher.update(b"]");
        }
        Value::Object(members) => {
            hasher.update(b"{");
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            for (key, value) in members {
                feed_text(hasher, &Value::from(key.as_str()).to_string());
                feed(hasher, value);
            }
            hasher.update(b"}");
        }
        scalar => feed_text(hasher, &scalar.to_string()),
    }
}

fn feed_text(hasher: &mut Sha256, text: &str) {
    hasher.update((text.len() as u64).to_le_bytes());
    hasher.update(text);
}

/// Listens to a run; its lines are shown where they are wanted.
pub(super) struct Listening<'a> {
    pub(super) remembered: Remembered,
    pub(super) masker: &'a Masker,
    pub(super) console: &'a mut Console,
    pub(super) shows_lines: bool,
}

impl Observer for Listening<'_> {
    fn line(&mut self, source: &'static str, line: &LogLine) {
        let mut memory = self.remembered.lock();
        if source == "stdout" {
            memory.stdout_lines += 1;
            if memory.stdout.len() < FEW {
                memory.stdout.push(excerpt(&line.message));
            }
        }
        // The runner's own words are of what it was given.
        if source != "runner" {
            let text = line
                .tags
                .iter()
                .fold(line.message.clone(), |text, (key, value)| format!("{text} {key}={value}"));
            memory.look_for_marks(self.masker, &text, || place_of(source).to_owned());
        }
        drop(memory);
        if self.shows_lines {
            self.console.line(source, line);
        }
    }

    fn progress(&mut self, _numbers: &Numbers, memory: Option<u64>) {
        let mut remembered = self.remembered.lock();
        remembered.peak_memory = remembered.peak_memory.max(memory);
    }
}

fn place_of(source: &str) -> &'static str {
    match source {
        "stdout" => "a line of standard output",
        "stderr" => "a line of standard error",
        _ => "a line of the log",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn masker() -> Masker {
        Masker::of(&[("auth/token".to_owned(), "hunter2hunter2".to_owned())]).unwrap()
    }

    #[test]
    fn records_are_the_same_whatever_the_order_of_their_keys() {
        let one: Value = serde_json::from_str(r#"{"a":1,"b":{"c":[1,"2"],"d":null}}"#).unwrap();
        let other: Value = serde_json::from_str(r#"{"b":{"d":null,"c":[1,"2"]},"a":1}"#).unwrap();
        assert_eq!(digest(&one), digest(&other));
        let different = [
            json!({ "a": 1, "b": { "c": [1, "2"] } }),
            json!({ "a": 1, "b": { "c": ["2", 1], "d": null } }),
            json!({ "a": 1, "b": { "c": ["1", "2"], "d": null } }),
            json!({ "a": 1, "bc": [1, "2"], "d": null }),
        ];
        for value in different {
            assert_ne!(digest(&one), digest(&value), "{value}");
        }
    }

    #[test]
    fn secrets_are_found_in_records_states_and_masked_lines() {
        let remembered = Remembered::default();
        let mut sink = Recording { remembered: remembered.clone(), masker: masker() };
        let outgoing = Outgoing {
            line: crate::sink::Line::whole(b""),
            record: r#"{"_type":"Branch","name":"hunter2hunter2"}"#,
            record_type: "Branch",
            uri: None,
            sequence: 11,
            extracted_at: "",
        };
        sink.take(&outgoing).unwrap();
        sink.note_state(r#"{"page":"hunter2hunter2"}"#).unwrap();
        let memory = remembered.take();
        let found: Vec<_> = memory.leaks.iter().map(|leak| (&*leak.key, &*leak.place)).collect();
        assert_eq!(found, [("auth", "record 12"), ("auth", "the state of checkpoint 1")]);
        assert!(memory.leaks.iter().all(|leak| leak.text.contains("[secret auth/token]")));
        let mut memory = Memory::default();
        memory.look_for_marks(&masker(), "it is [secret]", || "a line".to_owned());
        memory.look_for_marks(&masker(), "it is [secret auth/token]", || "a line".to_owned());
        assert_eq!(memory.leaks.len(), 1);
    }
}
