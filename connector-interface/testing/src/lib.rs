//! Tests connectors without network: a runner in memory, a runner for real, a server, recorded traffic.

#![forbid(unsafe_code)]

mod assertions;
mod cassette;
mod comparison;
mod configuration_schema;
mod difference;
mod ending;
mod event;
mod fake_runner;
mod host;
mod memory;
mod mock_server;
mod real_runner;
mod refusal;
mod resumption;
mod secret;

pub use cassette::Cassette;
pub use configuration_schema::assert_configuration_schema;
pub use ending::{exit_code, resume_after};
pub use event::{Event, LogLine};
pub use fake_runner::FakeRunner;
pub use mock_server::{Answer, MockServer, Received};
pub use real_runner::{RealRunner, Run};
pub use resumption::assert_resumes;
