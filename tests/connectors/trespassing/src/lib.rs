//! A connector that tries one thing that it must not do, and says honestly what became of it.
//!
//! The error is what an honest connector would give that found its way barred. Where nothing is in the way, it produces
//! a record with the name `succeeded`.

mod attempts;
mod configuration;
#[cfg(not(test))]
mod constructor;
mod files;
mod foreign_calls;
mod kernel;
mod processes;
mod shared;
mod sockets;
mod system_call;

use connector_interface::{Client, Context, Error, Stream, Timestamp, VerifyConfigurationResult};
use serde_json::json;

pub use configuration::Configuration;

/// The client.
pub struct Trespassing {
    configuration: Configuration,
    context: Context,
}

connector_interface::export_connector!(Trespassing);

impl Client for Trespassing {
    type Configuration = Configuration;

    fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
        Ok(Self { configuration, context })
    }

    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        Ok(VerifyConfigurationResult::valid())
    }

    fn discover_streams(&self) -> Result<(), Error> {
        Ok(self.context.records.produce(&Stream::new("only", "https://trespassing.example/only", "only"))?)
    }

    fn sync_stream(&self, _stream: &Stream, _cutoff: Timestamp) -> Result<(), Error> {
        let name = self.configuration.attempt.as_str();
        let attempt =
            attempts::named(name).ok_or_else(|| Error::configuration(format!("no attempt {name}")))?;
        let found = attempt(&self.configuration).map_err(|error| error.context(name))?;
        for line in found {
            self.context.logger.info(line);
        }
        Ok(self.context.records.produce(&json!({ "_type": "Branch", "name": "succeeded" }))?)
    }
}

#[cfg(test)]
mod tests {
    use connector_testing::assert_configuration_schema;

    use super::Configuration;

    #[test]
    fn the_schema_file_says_what_the_struct_says() {
        assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
    }
}
