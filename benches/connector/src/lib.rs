//! A connector that produces as many records as it is told, as fast as it is let: what benchmarks run.

#![forbid(unsafe_code)]

mod configuration;
pub mod incident;

use std::{thread, time::Duration};

use connector_interface::{Client, Context, Error, State, Stream, Timestamp, VerifyConfigurationResult};

pub use configuration::{Configuration, Form};
use incident::{FIRST, Template, typed, value};

/// The client.
pub struct Bench {
    configuration: Configuration,
    context: Context,
}

connector_interface::export_connector!(Bench, permissions: [], record_types: ["Incident"]);

impl Client for Bench {
    type Configuration = Configuration;

    fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
        Ok(Self { configuration, context })
    }

    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        Ok(VerifyConfigurationResult::valid())
    }

    fn discover_streams(&self) -> Result<(), Error> {
        for number in 1..=self.configuration.streams {
            let name = format!("stream-{number}");
            let uri = format!("https://incidents.example.com/{name}");
            self.context.records.produce(&Stream::new(&name, &uri, &name))?;
        }
        Ok(())
    }

    fn sync_stream(&self, _stream: &Stream, _cutoff: Timestamp) -> Result<(), Error> {
        let (threads, records) = (self.configuration.threads.max(1), self.configuration.records);
        if threads == 1 {
            return self.produce(0..records, self.configuration.checkpoint_every);
        }
        let share = |thread: u64| records * thread / threads;
        thread::scope(|scope| {
            let start =
                |thread| scope.spawn(move || self.produce(share(thread)..share(thread + 1), u64::MAX));
            let running: Vec<_> = (0..threads).map(start).collect();
            running.into_iter().try_for_each(|thread| {
                thread.join().unwrap_or_else(|_| Err(Error::new("a thread that produces has panicked")))
            })
        })?;
        self.context.state.set(&State::at(Timestamp::now()))
    }
}

impl Bench {
    /// Produces a part of the records, until that is done or the connector is asked to stop.
    fn produce(&self, numbers: std::ops::Range<u64>, checkpoint_every: u64) -> Result<(), Error> {
        let mut source = Source::new(&self.configuration)?;
        let last = numbers.end;
        for number in numbers {
            source.produce(&self.context, FIRST + number)?;
            if checkpoint_every != u64::MAX && ((number + 1) % checkpoint_every == 0 || number + 1 == last) {
                self.context.state.set(&State::at(Timestamp::now()).with("number", number))?;
            }
            if number % ASK_EVERY == 0 {
                self.context.cancellation.check()?;
            }
            if self.configuration.pause > 0 {
                thread::sleep(Duration::from_millis(self.configuration.pause));
            }
        }
        Ok(())
    }
}

/// Records between two questions whether to stop.
const ASK_EVERY: u64 = 1000;

/// Where a thread has its records from.
enum Source {
    Fixed(Vec<u8>),
    Json(Template),
    Value,
    Typed,
}

impl Source {
    fn new(configuration: &Configuration) -> Result<Self, Error> {
        Ok(match (&configuration.record, configuration.form) {
            (_, Form::Typed) => Self::Typed,
            (Some(record), _) => Self::Fixed(serde_json::to_vec(record)?),
            (None, Form::Json) => Self::Json(Template::new()?),
            (None, Form::Value) => Self::Value,
        })
    }

    fn produce(&mut self, context: &Context, number: u64) -> Result<(), Error> {
        match self {
            Self::Fixed(record) => context.records.produce_json(record)?,
            Self::Json(template) => context.records.produce_json(template.numbered(number))?,
            Self::Value => context.records.produce(&value(number))?,
            Self::Typed => context.records.produce(&typed(number)?)?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use connector_interface::{Client, Stream};
    use connector_testing::{FakeRunner, assert_configuration_schema};
    use serde_json::json;

    use super::{Bench, Configuration};

    #[test]
    fn every_form_produces_as_many_records_as_it_is_told_on_any_number_of_threads() {
        let stream = Stream::new("stream-1", "https://incidents.example.com/stream-1", "stream-1");
        for form in ["json", "value", "typed"] {
            for threads in [1, 3] {
                let runner = FakeRunner::new();
                let configuration = json!({ "records": 1000, "form": form, "threads": threads });
                let client = runner.client::<Bench>(configuration).unwrap();
                client.sync_stream(&stream, "2020-01-01T00:00:00Z".parse().unwrap()).unwrap();
                let records = runner.records();
                let ids: std::collections::BTreeSet<_> =
                    records.iter().map(|record| record["id"].to_string()).collect();
                assert_eq!((records.len(), ids.len()), (1000, 1000), "{form}, {threads} threads");
            }
        }
    }

    #[test]
    fn who_is_asked_to_stop_says_that_it_was() {
        let stream = Stream::new("stream-1", "https://incidents.example.com/stream-1", "stream-1");
        for threads in [1, 3] {
            let runner = FakeRunner::new().cancelling_after(1);
            let client = runner.client::<Bench>(json!({ "records": 9000, "threads": threads })).unwrap();
            client.sync_stream(&stream, "2020-01-01T00:00:00Z".parse().unwrap()).unwrap_err();
            assert!(runner.records().len() < 9000, "{threads} threads");
        }
    }

    #[test]
    fn the_schema_says_what_the_configuration_is() {
        assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
    }
}
