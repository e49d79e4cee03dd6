// says: write `export_connector!(Client);` with the name of your client

connector_interface::export_connector!();
