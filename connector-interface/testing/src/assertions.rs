//! What a test claims of the records, states and lines of a client.

use connector_interface::State;
use serde_json::{Value, json};

use crate::{
    comparison::{compare_lists, compare_sets},
    difference::excerpt,
    event::Event,
    fake_runner::FakeRunner,
    host::checker,
    secret::Secret,
};

/// What a test claims. Each panics where it is not so, and says what was found in its place.
impl FakeRunner {
    /// Exactly these records were produced, in this order.
    ///
    /// ```
    /// # use connector_testing::FakeRunner;
    /// # use serde_json::json;
    /// let runner = FakeRunner::new();
    /// runner.context().records.produce(&json!({ "_type": "Branch", "name": "main" }))?;
    /// runner.assert_produced(&[json!({ "_type": "Branch", "name": "main" })]);
    /// # Ok::<(), connector_interface::Error>(())
    /// ```
    ///
    /// # Panics
    /// Names the first record that is another, and every place where it is.
    #[track_caller]
    pub fn assert_produced(&self, expected: &[Value]) {
        claim(compare_lists(expected, &self.records()));
    }

    /// Exactly these records were produced, in whatever order.
    ///
    /// # Panics
    /// Names the records that are missing, and those that are not expected.
    #[track_caller]
    pub fn assert_produced_set(&self, expected: &[Value]) {
        claim(compare_sets(expected, &self.records()));
    }

    /// Records were produced, and all of this type.
    ///
    /// # Panics
    /// Where there is none, or one of another type.
    #[track_caller]
    pub fn assert_all_of_type(&self, record_type: &str) {
        claim(all_of_type(&self.records(), record_type));
    }

    /// No record has a property that its type does not know. The runner accepts such properties, and an optional one
    /// that is misspelt is found in no other way.
    ///
    /// # Panics
    /// Names each such property, and the one that was probably meant.
    #[track_caller]
    pub fn assert_no_unknown_properties(&self) {
        claim(no_unknown_properties(&self.records()));
    }

    /// A state was set when exactly this many records had been produced.
    ///
    /// # Panics
    /// Tells behind how many records states were set.
    #[track_caller]
    pub fn assert_state_after_records(&self, records: usize) {
        claim(state_after_records(&self.events(), records));
    }

    /// This secret stands nowhere in records, states and lines: not plain, escaped as in JSON, encoded as in a URL or in
    /// base64.
    ///
    /// # Panics
    /// Tells what holds it, without showing it. An empty secret is none.
    #[track_caller]
    pub fn assert_nothing_secret(&self, secret: &str) {
        claim(nothing_secret(&self.events(), secret));
    }
}

#[track_caller]
pub(crate) fn claim(verdict: Result<(), String>) {
    if let Err(complaint) = verdict {
        panic!("{complaint}");
    }
}

fn all_of_type(records: &[Value], record_type: &str) -> Result<(), String> {
    if records.is_empty() {
        return Err(format!("expected records of type {record_type}, found no record"));
    }
    match records.iter().position(|record| record["_type"] != record_type) {
        Some(index) => {
            let record = excerpt(&records[index]);
            Err(format!("expected records of type {record_type} only, but record {index} is {record}"))
        }
        None => Ok(()),
    }
}

fn no_unknown_properties(records: &[Value]) -> Result<(), String> {
    let mut complaints = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let unknown = checker().unknown_properties(record.to_string().as_bytes());
        let unknown = unknown.map_err(|error| format!("record {index}: {error}"))?;
        let of_type = record["_type"].as_str().unwrap_or_default();
        complaints.extend(unknown.iter().map(|error| format!("record {index} ({of_type}) {error}")));
    }
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n")) }
}

fn state_after_records(events: &[Event], wanted: usize) -> Result<(), String> {
    let (mut records, mut places) = (0, Vec::new());
    for event in events {
        match event {
            Event::Record(_) => records += 1,
            Event::State(_) => places.push(records),
            Event::Log(_) => {}
        }
    }
    if places.contains(&wanted) {
        return Ok(());
    }
    let found = if places.is_empty() { "no state".to_owned() } else { format!("states after {places:?}") };
    Err(format!("expected a state after {wanted} records, found {found}, with {records} records in all"))
}

fn nothing_secret(events: &[Event], secret: &str) -> Result<(), String> {
    let secret =
        Secret::new(secret).ok_or("an empty secret would be everywhere: give the one to look for")?;
    for (index, event) in events.iter().enumerate() {
        let (what, text) = match event {
            Event::Record(record) => ("record", record.to_string()),
            Event::State(state) => ("state", state_text(state)),
            Event::Log(line) => ("log line", format!("{line} {:?}", line.tags)),
        };
        if secret.is_in(text.as_bytes()) {
            let shown = String::from_utf8_lossy(&secret.replaced_in(text.as_bytes())).into_owned();
            return Err(format!("the secret stands in a {what} (event {index}): {shown}"));
        }
    }
    Ok(())
}

fn state_text(state: &State) -> String {
    json!(state).to_string()
}
