// says: ONE_EXPORT_LINE_IN_A_LIBRARY

mod client;
use client::Weather;

connector_interface::export_connector!(Weather);
connector_interface::export_connector!(Weather);
