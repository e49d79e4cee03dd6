//! Writes the Rust types of `connector_interface::records` from the JSON Schemas of the record types.

mod name;
mod object;
mod read;
mod rust;
mod schema;

use connector_schemas::RecordType;

/// The text of the file of one record type, before `rustfmt`.
///
/// # Panics
/// Where the schema says what no Rust type is known for.
pub(crate) fn generate(record_type: &RecordType) -> String {
    let schema = serde_json::from_str(record_type.schema_text())
        .unwrap_or_else(|error| panic!("schema of {}: {error}", record_type.name()));
    rust::file(record_type.id(), &read::record(record_type.name(), schema))
}
