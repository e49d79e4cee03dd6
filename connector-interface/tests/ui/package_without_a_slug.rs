// package: codeclimate-connector-
// says: the package's name has no slug after `codeclimate-connector-`: add one to `name` in its Cargo.toml

mod client;
use client::Weather;

connector_interface::export_connector!(Weather);
