// schema: none
// says: configuration.schema.json`: No such file or directory

mod client;
use client::Weather;

connector_interface::export_connector!(Weather);
