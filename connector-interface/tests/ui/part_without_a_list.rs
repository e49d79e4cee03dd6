// says: `permissions: ["network"]` and `record_types: ["Incident"]` after it

mod client;
use client::Weather;

connector_interface::export_connector!(Weather, permissions: "network");
