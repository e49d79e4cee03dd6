// says: `STATE_FORMAT` is 0: write 1, which is the first format of a connector's states, or more

use std::collections::BTreeMap;

use connector_interface::{Client, Context, Error, Stream, Timestamp, VerifyConfigurationResult};

pub struct Weather;

impl Client for Weather {
    type Configuration = BTreeMap<String, String>;

    const STATE_FORMAT: u32 = 0;

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
