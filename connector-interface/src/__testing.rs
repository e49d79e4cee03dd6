//! What `connector-testing` makes a runner in memory of. No part of the interface: it may change with every release.

use std::sync::Arc;

pub use codeclimate_connector_abi::v1::{failure_kind, host_call};

use crate::{client::Context, configuration::ConfigurationMap, error::Error};
pub use crate::{failure::Failure, host::Host};

/// What a client is given, with `host` behind all of it.
#[must_use]
pub fn context(host: &Arc<dyn Host>, configuration: ConfigurationMap) -> Context {
    Context::new(host, configuration)
}

/// The error as it crosses to the runner.
#[must_use]
pub fn failure(error: &Error) -> &Failure {
    error.as_failure()
}
