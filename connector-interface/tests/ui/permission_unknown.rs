// says: `net` is not a permission: write `network`, `exec`, `connect:<key>`, `read:<key>` or `write:<key>`

mod client;
use client::Weather;

connector_interface::export_connector!(Weather, permissions: ["exec", "net"]);
