//! A connector that does what its configuration says, most of it wrong.

mod attacks;
mod behaviour;
mod configuration;
mod deeds;
mod descriptors;
mod endings;
mod files;
mod hangs;
mod leaks;
mod memory;
mod output;
mod panics;
mod processes;
mod records;
mod threads;

use connector_interface::{Client, Context, Error, Stream, Timestamp, VerifyConfigurationResult};

pub use behaviour::Behaviour;
pub use configuration::{Configuration, Place};

/// The client.
pub struct Misbehaving {
    configuration: Configuration,
    context: Context,
}

connector_interface::export_connector!(Misbehaving, permissions: ["exec", "network"]);

impl Client for Misbehaving {
    type Configuration = Configuration;

    fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
        let client = Self { configuration, context };
        client.act_in(Place::Constructor)?;
        Ok(client)
    }

    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        if self.configuration.place == Place::Verify && self.configuration.behaviour == Behaviour::Leak {
            leaks::say(self);
            return Ok(VerifyConfigurationResult::invalid([leaks::every_form(
                &self.configuration.api_token,
            )]));
        }
        self.act_in(Place::Verify)?;
        Ok(VerifyConfigurationResult::valid())
    }

    fn discover_streams(&self) -> Result<(), Error> {
        match self.configuration.behaviour {
            _ if self.configuration.place == Place::Discover => self.act(),
            Behaviour::LeakInStreams => leaks::streams(self),
            _ => records::streams(self),
        }
    }

    fn sync_stream(&self, _stream: &Stream, _cutoff: Timestamp) -> Result<(), Error> {
        self.act_in(Place::Sync)
    }
}

impl Drop for Misbehaving {
    fn drop(&mut self) {
        // An error has nowhere to go from here.
        let _ = self.act_in(Place::Drop);
    }
}

impl Misbehaving {
    fn act_in(&self, place: Place) -> Result<(), Error> {
        if self.configuration.place == place { self.act() } else { Ok(()) }
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
