//! A view for each record type, with a column for each property.

use std::fmt::Write as _;

use connector_schemas::{RecordType, record_types};
use rusqlite::{OptionalExtension, Transaction};
use serde_json::Value;

use crate::digest::Digest;

/// Makes the views of all types, unless they are as they should be.
pub(super) fn bring_up_to_date(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let text: String = record_types().map(views_of).collect();
    let digest = Digest::of_bytes(text.as_bytes()).to_string();
    let known: Option<String> = transaction
        .query_row("SELECT value FROM settings WHERE name = 'views'", [], |row| row.get(0))
        .optional()?;
    if known.as_ref() == Some(&digest) {
        return Ok(());
    }
    transaction.execute_batch(&text)?;
    transaction.execute("INSERT OR REPLACE INTO settings VALUES ('views', ?)", [digest])?;
    Ok(())
}

fn views_of(record_type: &RecordType) -> String {
    let name = record_type.name();
    let columns = columns(record_type.schema());
    let history = format!(
        "SELECT r.id AS _id, c.connection AS _connection, c.stream AS _stream, r.run AS _run, \
         r.extracted_at AS _extracted_at{columns} FROM records r JOIN chains c ON c.id = r.chain \
         WHERE r.type = '{name}'"
    );
    let latest =
        format!("{history} AND r.id IN (SELECT max(id) FROM records WHERE type = '{name}' GROUP BY key)");
    let view = |name: String, query: &str| {
        format!("DROP VIEW IF EXISTS \"{name}\"; CREATE VIEW \"{name}\" AS {query};\n")
    };
    view(name.to_owned(), &latest) + &view(format!("{name}_history"), &history)
}

/// A column for each property: values as SQL has them, lists and objects as JSON.
fn columns(schema: &Value) -> String {
    let properties = schema["properties"].as_object();
    let mut columns = String::new();
    for (name, property) in properties.into_iter().flatten() {
        let operator = if is_nested(property) { "->" } else { "->>" };
        // Our own schemas have plain names; whatever they hold, it cannot end its quotes.
        let quoted = name.replace('"', "\"\"");
        let path = name.replace('\'', "''").replace('"', "\\\"");
        // Writing to a string does not fail.
        let _ = write!(columns, ", r.record {operator} '$.\"{path}\"' AS \"{quoted}\"");
    }
    columns
}

/// Whether a value may only be a list or an object.
fn is_nested(property: &Value) -> bool {
    matches!(property["type"].as_str(), Some("array" | "object"))
}
