//! Tests connectors without network: a runner in memory, a runner for real, a server, recorded traffic.

#![forbid(unsafe_code)]

mod configuration_schema;
mod event;
mod fake_runner;
mod host;
mod memory;
mod mock_server;
mod refusal;

pub use configuration_schema::assert_configuration_schema;
pub use event::{Event, LogLine};
pub use fake_runner::FakeRunner;
pub use mock_server::{Answer, MockServer, Received};
