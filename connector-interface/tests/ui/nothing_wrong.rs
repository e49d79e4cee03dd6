// Compiles, so that the others fail for what they are about.

mod client;
use client::Weather;

connector_interface::export_connector!(
    Weather,
    permissions: ["network", "connect:baseUrl", "exec", "read:baseUrl", "write:baseUrl"],
    record_types: ["Incident", "Environment"],
);
