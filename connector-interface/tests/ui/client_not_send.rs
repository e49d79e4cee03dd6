// says: `Rc<str>` cannot be sent between threads safely

use std::{collections::BTreeMap, rc::Rc};

use connector_interface::{Client, Context, Error, Stream, Timestamp, VerifyConfigurationResult};

pub struct Weather {
    pub station: Rc<str>,
}

impl Client for Weather {
    type Configuration = BTreeMap<String, String>;

    fn new(_: Self::Configuration, _: Context) -> Result<Self, Error> {
        Ok(Self { station: Rc::from("Brocken") })
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
