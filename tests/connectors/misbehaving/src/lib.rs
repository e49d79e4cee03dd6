//! A connector that does what its configuration says, most of it wrong.

mod configuration;
mod endings;
mod leaks;
mod records;

use connector_interface::{Client, Context, Error, Stream, Timestamp, VerifyConfigurationResult};

pub use configuration::{Behaviour, Configuration, Place};

/// The client.
pub struct Misbehaving {
    configuration: Configuration,
    context: Context,
}

connector_interface::export_connector!(Misbehaving);

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

    fn act(&self) -> Result<(), Error> {
        match self.configuration.behaviour {
            Behaviour::Well => records::well(self),
            Behaviour::PrintStorm => records::print_storm(self),
            Behaviour::LargeRecord => records::large(self),
            Behaviour::InvalidRecord => records::invalid(self),
            Behaviour::TolerateInvalidRecord => records::tolerate_invalid(self),
            Behaviour::OtherRecord => records::other(self),
            Behaviour::ProduceAfterReturn => records::after_return(self),
            Behaviour::Leak => {
                leaks::say(self);
                Ok(())
            }
            Behaviour::LeakAndFail => leaks::fail(self),
            Behaviour::LeakAndPanic => leaks::panic(self),
            Behaviour::LeakInStreams => leaks::streams(self),
            Behaviour::Fail => Err(Error::new("the moon is in the way")),
            Behaviour::Unavailable => Err(Error::source_unavailable("503 Service Unavailable")),
            Behaviour::Pause => endings::pause(self),
            Behaviour::Panic => panic!("a bug in the connector"),
            Behaviour::Abort => std::process::abort(),
            Behaviour::Exit => endings::exit(self),
            Behaviour::Segfault => endings::segfault(),
            Behaviour::OverflowStack => endings::overflow_stack(),
            Behaviour::Allocate => endings::allocate(self),
            Behaviour::Hang => endings::hang(self),
            Behaviour::Wait => endings::wait(self),
            Behaviour::CloseChannel => endings::close_channel(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use connector_interface::testing::assert_configuration_schema;

    use super::Configuration;

    #[test]
    fn the_schema_file_says_what_the_struct_says() {
        assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
    }
}
