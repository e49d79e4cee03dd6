// says: the trait bound `Configuration: serde::
// says: #[derive(serde::Deserialize)]

use connector_interface::{Client, Context, Error, Stream, Timestamp, VerifyConfigurationResult};

pub struct Configuration;

pub struct Weather;

impl Client for Weather {
    type Configuration = Configuration;

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

connector_interface::export_connector!(Weather);
