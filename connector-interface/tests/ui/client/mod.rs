//! A client with nothing wrong, for the cases that are about the export line.

use std::collections::BTreeMap;

use connector_interface::{Client, Context, Error, Stream, Timestamp, VerifyConfigurationResult};

pub struct Weather;

impl Client for Weather {
    type Configuration = BTreeMap<String, String>;

    fn new(_: Self::Configuration, _: Context) -> Result<Self, Error> {
        Ok(Self)
    }

    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        Ok(VerifyConfigurationResult::valid())
    }

    fn discover_streams(&self) -> Result<(), Error> {
        Ok(())
    }

    fn sync_stream(&self, _: &Stream, _: Timestamp) -> Result<(), Error> {
        Ok(())
    }
}
