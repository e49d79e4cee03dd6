// says: `Incidents` is not a record type: write it as `codeclimate-connector schema` lists it, such as `Incident`

mod client;
use client::Weather;

connector_interface::export_connector!(Weather, record_types: ["Incidents"]);
