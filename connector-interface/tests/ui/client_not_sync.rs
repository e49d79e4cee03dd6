// says: `Cell<u64>` cannot be shared between threads safely

use std::{cell::Cell, collections::BTreeMap};

use connector_interface::{Client, Context, Error, Stream, Timestamp, VerifyConfigurationResult};

pub struct Weather {
    pub requests: Cell<u64>,
}

impl Client for Weather {
    type Configuration = BTreeMap<String, String>;

    fn new(_: Self::Configuration, _: Context) -> Result<Self, Error> {
        Ok(Self { requests: Cell::new(0) })
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
