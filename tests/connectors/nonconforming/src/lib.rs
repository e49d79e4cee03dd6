//! A connector that does everything right, save for the one thing that its configuration names: what `check` has to
//! find, and to find alone.

#![forbid(unsafe_code)]

mod configuration;
mod faults;
mod item;
mod walk;

use connector_interface::{Client, Context, Error, Stream, Timestamp, VerifyConfigurationResult};

pub use configuration::{Configuration, Fault, Written};

use walk::Walk;

/// The client.
pub struct Nonconforming {
    configuration: Configuration,
    context: Context,
}

connector_interface::export_connector!(
    Nonconforming,
    record_types: ["Incident", "Issue", "Environment"],
);

impl Client for Nonconforming {
    type Configuration = Written;

    fn new(written: Written, context: Context) -> Result<Self, Error> {
        let client = Self { configuration: written.read()?, context };
        // An empty token has a test of its own.
        assert!(!client.has(Fault::Loads) || client.configuration.api_token.is_empty(), "no client today");
        Ok(client)
    }

    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        if self.configuration.api_token.is_empty() && !self.has(Fault::EmptyConfiguration) {
            return Ok(VerifyConfigurationResult::invalid(["apiToken: must not be empty"]));
        }
        faults::while_verifying(self);
        Ok(VerifyConfigurationResult::valid())
    }

    fn discover_streams(&self) -> Result<(), Error> {
        faults::while_discovering(self);
        let mut ids = vec!["first".to_owned(), "second".to_owned()];
        ids.extend(faults::stream(self));
        for id in ids {
            let uri = format!("https://nonconforming.example/streams/{id}");
            self.context.records.produce(&Stream::new(&id, &uri, &id))?;
        }
        Ok(())
    }

    fn sync_stream(&self, stream: &Stream, cutoff: Timestamp) -> Result<(), Error> {
        faults::while_syncing(self, stream)?;
        Walk::new(self, stream, cutoff).run()
    }
}

impl Nonconforming {
    fn has(&self, fault: Fault) -> bool {
        self.configuration.fault == Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use connector_interface::Stream;
    use connector_testing::{FakeRunner, assert_configuration_schema, assert_resumes};
    use serde_json::{Value, json};

    use super::{Configuration, Nonconforming};

    const CUTOFF: &str = "2020-02-21T00:00:00Z";

    fn stream() -> Stream {
        Stream::new("first", "https://nonconforming.example/streams/first", "first")
    }

    fn configuration(fault: &Value) -> Value {
        json!({ "apiToken": "not-a-real-token", "items": 12, "fault": fault })
    }

    fn records(fault: &Value, cutoff: &str) -> Vec<Value> {
        let runner = FakeRunner::new();
        runner.sync::<Nonconforming>(&configuration(fault), &stream(), cutoff).unwrap();
        runner.records()
    }

    fn numbers(fault: &Value, cutoff: &str) -> Vec<u64> {
        let number = |record: &Value| record["id"].as_str().and_then(|id| id.parse().ok());
        records(fault, cutoff).iter().filter_map(number).collect()
    }

    #[test]
    fn the_schema_file_says_what_the_struct_says() {
        assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
    }

    #[test]
    fn without_a_fault_all_items_come_once_the_newest_first_and_a_sync_can_be_gone_on_with() {
        assert_eq!(numbers(&Value::Null, CUTOFF), [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(numbers(&Value::Null, "2020-02-21T00:10:00Z"), [12, 11, 10]);
        assert_resumes::<Nonconforming>(&configuration(&Value::Null), &stream(), CUTOFF);
    }

    #[test]
    fn faults_are_faults() {
        assert_eq!(numbers(&json!("cutoff"), "2020-02-21T00:10:00Z").len(), 12);
        let twins = records(&json!("unique-self"), CUTOFF);
        let addresses: BTreeSet<&str> = twins.iter().filter_map(|record| record["self"].as_str()).collect();
        assert_eq!((twins.len(), addresses.len()), (13, 12));
        for (key, fault) in [("fault", "missing-configuration"), ("apiToken", "wrong-type")] {
            let written =
                if key == "fault" { json!({ key: fault }) } else { json!({ key: 17, "fault": fault }) };
            assert!(FakeRunner::new().client::<Nonconforming>(written).is_ok(), "{fault}");
        }
        for refused in [json!({}), json!({ "apiToken": 17 }), json!({ "apiToken": "t", "unexpected": 1 })] {
            assert!(FakeRunner::new().client::<Nonconforming>(refused).is_err());
        }
        let lenient = json!({ "apiToken": "t", "unexpected": 1, "fault": "unknown-key" });
        assert!(FakeRunner::new().client::<Nonconforming>(lenient).is_ok());
    }
}
