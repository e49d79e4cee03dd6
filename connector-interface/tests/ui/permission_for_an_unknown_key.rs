// says: `connect:baseURL` names a key that is not in configuration.schema.json: write the key as it stands there

mod client;
use client::Weather;

connector_interface::export_connector!(Weather, permissions: ["connect:baseURL"]);
