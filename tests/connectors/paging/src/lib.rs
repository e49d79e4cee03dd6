//! A connector that walks the pages of a source that it makes up: the same items whenever it is asked, and all of them
//! known to the test. It is what runs that are killed, and go on, are compared with.

#![forbid(unsafe_code)]

mod configuration;
mod item;
mod walk;

use connector_interface::{Client, Context, Error, Stream, Timestamp, VerifyConfigurationResult};

pub use configuration::{Configuration, Ending, ItemType};

use walk::Walk;

/// The client.
pub struct Paging {
    configuration: Configuration,
    context: Context,
}

connector_interface::export_connector!(
    Paging,
    permissions: ["read:source"],
    record_types: ["Incident", "Environment"],
);

impl Client for Paging {
    type Configuration = Configuration;

    fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
        Ok(Self { configuration, context })
    }

    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        Ok(VerifyConfigurationResult::valid())
    }

    fn discover_streams(&self) -> Result<(), Error> {
        let source = self.configuration.now()?;
        for name in &source.streams {
            let uri = format!("https://paging.example/streams/{name}");
            let is_subscribed = !source.unsubscribed.contains(name);
            let stream = Stream::new(name, &uri, name).with("subscribed", is_subscribed);
            self.context.records.produce(&stream)?;
        }
        Ok(())
    }

    fn sync_stream(&self, _stream: &Stream, cutoff: Timestamp) -> Result<(), Error> {
        Walk::new(self.configuration.now()?, &self.context, cutoff).run()
    }
}

#[cfg(test)]
mod tests {
    use connector_interface::{Client, Error, Stream};
    use connector_testing::{FakeRunner, assert_configuration_schema};
    use serde_json::{Value, json};

    use super::{Configuration, Paging};

    fn sync(runner: &FakeRunner, configuration: Value, cutoff: &str) -> Result<Vec<u64>, Error> {
        let stream = Stream::new("items", "https://paging.example/streams/items", "items");
        let before = runner.records().len();
        let ended = runner.client::<Paging>(configuration)?.sync_stream(&stream, cutoff.parse()?);
        let number = |record: &Value| record["id"].as_str().and_then(|id| id.parse().ok());
        ended.map(|()| runner.records()[before..].iter().filter_map(number).collect())
    }

    #[test]
    fn the_schema_file_says_what_the_struct_says() {
        assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
    }

    #[test]
    fn every_item_comes_once_the_newest_first_with_a_state_after_each_page() {
        let runner = FakeRunner::new();
        let numbers = sync(&runner, json!({ "count": 7, "pageSize": 3 }), "2020-02-21T00:00:00Z").unwrap();
        assert_eq!(numbers, [7, 6, 5, 4, 3, 2, 1]);
        let pages: Vec<Value> = runner.states().iter().map(|state| state.metadata["page"].clone()).collect();
        assert_eq!(pages, [1, 2, 3]);
    }

    #[test]
    fn whoever_is_given_the_last_page_sees_nothing_that_is_new() {
        let runner = FakeRunner::new();
        sync(&runner, json!({ "count": 7, "pageSize": 3 }), "2020-02-21T00:00:00Z").unwrap();
        let state = runner.states().pop().unwrap();
        let resumed = FakeRunner::new().with_state(state);
        let numbers =
            sync(&resumed, json!({ "count": 9, "pageSize": 3, "recent": 2 }), "2020-03-01T00:00:00Z");
        assert!(numbers.unwrap().is_empty());
        let numbers = sync(
            &FakeRunner::new(),
            json!({ "count": 9, "pageSize": 3, "recent": 2 }),
            "2020-03-01T00:00:00Z",
        );
        assert_eq!(numbers.unwrap(), [9, 8]);
    }

    #[test]
    fn it_fails_where_it_is_told_to() {
        for (configuration, records, states) in [
            (json!({ "count": 7, "pageSize": 3, "ending": "fail", "endAfter": 5 }), 5, 1),
            (json!({ "count": 7, "pageSize": 3, "ending": "fail" }), 7, 3),
        ] {
            let runner = FakeRunner::new();
            let message = sync(&runner, configuration, "2020-02-21T00:00:00Z").unwrap_err().to_string();
            assert_eq!(message, format!("ends after {records} records of this run"));
            assert_eq!((runner.records().len(), runner.states().len()), (records, states));
        }
    }
}
