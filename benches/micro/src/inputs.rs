//! The records that stages are measured with.

use codeclimate_connector_bench::incident::{FIRST, Template};
use connector_interface::Error;
use connector_schemas::{record_type, record_types};
use serde_json::{Value, json};

/// The incident of 343 bytes.
///
/// # Errors
/// Where it cannot be written as JSON.
pub fn incident() -> Result<String, Error> {
    Ok(String::from_utf8(Template::new()?.numbered(FIRST).to_vec())?)
}

/// As many incidents of 343 bytes, which differ in their number.
///
/// # Errors
/// Where they cannot be written as JSON.
pub fn incidents(records: u64) -> Result<Vec<Vec<u8>>, Error> {
    let mut template = Template::new()?;
    Ok((FIRST..FIRST + records).map(|number| template.numbered(number).to_vec()).collect())
}

/// The first example of the schema of each type, with the type's name.
pub fn examples() -> impl Iterator<Item = (&'static str, String)> {
    record_types().map(|known| (known.name(), known.schema()["examples"][0].to_string()))
}

/// The first example of this type's schema.
///
/// # Errors
/// Where there is no such type.
pub fn example(name: &str) -> Result<String, Error> {
    let known = record_type(name).ok_or_else(|| Error::new(format!("there is no record type {name}")))?;
    Ok(known.schema()["examples"][0].to_string())
}

/// An incident with an extra text that makes it about as long as that.
///
/// # Errors
/// Where there is no such type.
pub fn long(bytes: usize) -> Result<String, Error> {
    let text = "Keep the pool of connections open; \"idle\" ones are closed after a minute.\n";
    with_extra("notes", text.repeat(bytes / text.len()).into())
}

/// An incident with an extra property in which objects are nested 100 deep.
///
/// # Errors
/// Where it cannot be written as JSON.
pub fn deep() -> Result<String, Error> {
    with_extra("nested", (0..100).fold(json!(1), |inner, _| json!({ "inner": inner })))
}

/// An incident with an extra property that has 1000 properties.
///
/// # Errors
/// Where it cannot be written as JSON.
pub fn wide() -> Result<String, Error> {
    let members = (0..1000).map(|number| (format!("property{number}"), Value::from(number)));
    with_extra("wide", Value::Object(members.collect()))
}

fn with_extra(name: &str, value: Value) -> Result<String, Error> {
    let mut record: Value = serde_json::from_str(&incident()?)?;
    record[name] = value;
    Ok(record.to_string())
}
