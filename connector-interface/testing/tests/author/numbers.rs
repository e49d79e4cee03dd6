//! A client that produces numbers as branches, and can be told to go wrong.

use connector_interface::{Client, Context, Error, State, Stream, Timestamp, VerifyConfigurationResult};
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) const CUTOFF: &str = "2020-02-21T00:00:00Z";

/// How it goes wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fault {
    #[default]
    None,
    /// It sets its state before the records that belong to it.
    StateFirst,
    /// It begins with a record of its own where it goes on.
    Greeting,
    /// It goes on where it is told to stop, and then says that it is finished.
    StopsWithOk,
    /// The same, but only behind its first record.
    StopsMidwayWithOk,
    /// It never reads its state.
    Forgetful,
    NoState,
    FailsWhereItGoesOn,
    /// It asks nothing, so it is not stopped.
    Deaf,
    ProducesInVerify,
    DiscoversBranches,
    DiscoversNothing,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Configuration {
    count: u32,
    #[serde(default)]
    fault: Fault,
}

pub(crate) struct Numbers {
    configuration: Configuration,
    context: Context,
}

pub(crate) fn branch(name: &str) -> Value {
    json!({ "_type": "Branch", "name": name })
}

pub(crate) fn numbered(number: u64) -> Value {
    branch(&number.to_string())
}

pub(crate) fn stream() -> Stream {
    Stream::new("numbers", "https://numbers.example", "numbers")
}

impl Client for Numbers {
    type Configuration = Configuration;

    fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
        Ok(Self { configuration, context })
    }

    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        if self.configuration.fault == Fault::ProducesInVerify {
            self.context.records.produce(&numbered(0))?;
        }
        Ok(VerifyConfigurationResult::valid())
    }

    fn discover_streams(&self) -> Result<(), Error> {
        match self.configuration.fault {
            Fault::DiscoversNothing => Ok(()),
            Fault::DiscoversBranches => Ok(self.context.records.produce(&numbered(0))?),
            _ => Ok(self.context.records.produce(&stream())?),
        }
    }

    fn sync_stream(&self, _stream: &Stream, earliest: Timestamp) -> Result<(), Error> {
        let begun = self.context.state.get()?.filter(|_| self.configuration.fault != Fault::Forgetful);
        let last = begun.and_then(|state| state.metadata["number"].as_u64()).unwrap_or_default();
        self.greet(last)?;
        for number in last + 1..=u64::from(self.configuration.count) {
            if self.stops_with_ok(number) && self.context.cancellation.is_cancelled() {
                return Ok(());
            }
            if self.configuration.fault != Fault::Deaf {
                self.context.cancellation.check()?;
            }
            self.produce(number, earliest)?;
        }
        Ok(())
    }

    fn backfill_stream(&self, _: &Stream, earliest: Timestamp, latest: Timestamp) -> Result<(), Error> {
        Ok(self.context.records.produce(&branch(&format!("{earliest}..{latest}")))?)
    }

    fn sync_entity(&self, _stream: &Stream, entity: &str) -> Result<(), Error> {
        Ok(self.context.records.produce(&branch(entity))?)
    }
}

impl Numbers {
    fn stops_with_ok(&self, number: u64) -> bool {
        match self.configuration.fault {
            Fault::StopsWithOk => true,
            Fault::StopsMidwayWithOk => number > 1,
            _ => false,
        }
    }

    fn greet(&self, last: u64) -> Result<(), Error> {
        match self.configuration.fault {
            Fault::Greeting if last > 0 => Ok(self.context.records.produce(&branch("hello"))?),
            Fault::FailsWhereItGoesOn if last > 0 => Err(Error::new("the cursor has run out")),
            _ => Ok(()),
        }
    }

    fn produce(&self, number: u64, earliest: Timestamp) -> Result<(), Error> {
        let state = State::at(earliest).with("number", number);
        match self.configuration.fault {
            Fault::NoState => self.context.records.produce(&numbered(number))?,
            Fault::StateFirst => {
                self.context.state.set(&state)?;
                self.context.records.produce(&numbered(number))?;
            }
            _ => {
                self.context.records.produce(&numbered(number))?;
                self.context.state.set(&state)?;
            }
        }
        Ok(())
    }
}
