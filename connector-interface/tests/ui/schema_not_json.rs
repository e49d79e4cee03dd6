// schema: type = "object"
// says: configuration.schema.json is not a JSON object, as line 1 shows: write `{}` into it

mod client;
use client::Weather;

connector_interface::export_connector!(Weather);
