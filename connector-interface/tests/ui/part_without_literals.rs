// says: permissions and record types are literals: write each out, such as `permissions: ["network"]`

mod client;
use client::Weather;

const NETWORK: &str = "network";

connector_interface::export_connector!(Weather, permissions: [NETWORK]);
