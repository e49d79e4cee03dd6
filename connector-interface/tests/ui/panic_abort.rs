// says: take `panic = "abort"` out of the profiles in Cargo.toml
// panic: abort

mod client;
use client::Weather;

connector_interface::export_connector!(Weather);
