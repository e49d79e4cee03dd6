//! Tests connectors without network: a runner in memory, a runner for real, a server, recorded traffic.
