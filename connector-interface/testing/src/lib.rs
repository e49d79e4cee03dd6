//! Tests connectors without network: a runner in memory, a runner for real, a server, recorded traffic.

#![forbid(unsafe_code)]

mod mock_server;

pub use mock_server::{Answer, MockServer, Received};
