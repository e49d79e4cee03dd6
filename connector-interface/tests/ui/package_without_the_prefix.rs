// package: weather-connector
// says: the package of a connector is named `codeclimate-connector-<slug>`: change `name` in its Cargo.toml

mod client;
use client::Weather;

connector_interface::export_connector!(Weather);
