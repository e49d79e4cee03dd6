// says: `Weather` is not the client of a connector
// says: write `impl Client for Weather` with `type Configuration`, `new`, `verify_configuration`, `discover_streams` and `sync_stream`

pub struct Weather;

connector_interface::export_connector!(Weather);
