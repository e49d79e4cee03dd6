// says: the export line has no part `permision`: write `permissions` or `record_types`

mod client;
use client::Weather;

connector_interface::export_connector!(Weather, permision: ["network"]);
