// says: missing: `verify_configuration`

use std::collections::BTreeMap;

use connector_interface::{Client, Context, Error, Stream, Timestamp};

pub struct Weather;

impl Client for Weather {
    type Configuration = BTreeMap<String, String>;

    fn new(_: Self::Configuration, _: Context) -> Result<Self, Error> {
        Ok(Self)
    }

    fn discover_streams(&self) -> Result<(), Error> {
        Ok(())
    }

    fn sync_stream(&self, _: &Stream, _: Timestamp) -> Result<(), Error> {
        Ok(())
    }
}

connector_interface::export_connector!(Weather);
