//! Writes the Rust types of `connector_interface::records` from the JSON Schemas of the record types.

mod name;
mod object;
mod read;
mod rust;
mod schema;

use connector_schemas::RecordType;

/// The text of the file of one record type, before `rustfmt`.
pub(crate) fn generate(record_type: &RecordType) -> String {
    generate_from(record_type.name(), record_type.id(), record_type.schema_text())
}

/// The same of any schema.
///
/// # Panics
/// Where the schema says what no Rust type is known for.
pub(crate) fn generate_from(name: &str, id: &str, schema: &str) -> String {
    let schema = serde_json::from_str(schema).unwrap_or_else(|error| panic!("schema of {name}: {error}"));
    rust::file(name, id, &read::record(name, schema))
}
