// says: `permissions` stands twice in the export line: write one list

mod client;
use client::Weather;

connector_interface::export_connector!(Weather, permissions: ["network"], permissions: ["exec"]);
