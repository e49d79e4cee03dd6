//! Finds the Rust type of each value that a schema describes; fails on what it does not know.

use connector_schemas::{SCHEMA_BASE, record_types};
use serde_json::Number;

use super::{
    name,
    object::{Kind, Object, Presence, Property, Words},
    schema::{JsonType, Schema},
};

/// The struct of a record type.
pub(crate) fn record(name: &str, mut schema: Schema) -> Object {
    // The `_type` is no field: it is written, and asked for, by itself.
    schema.properties.0.retain(|(property, _)| property != "_type");
    schema.required.retain(|property| property != "_type");
    object(name.to_owned(), schema)
}

fn object(name: String, schema: Schema) -> Object {
    let Schema { description, required, properties, .. } = schema;
    for known in &required {
        assert!(properties.0.iter().any(|(name, _)| name == known), "{name} requires an unknown {known}");
    }
    let property = |(property, schema)| read_property(&name, property, schema, &required);
    let properties = properties.0.into_iter().map(property).collect();
    Object { name, description, properties }
}

fn read_property(owner: &str, property: String, schema: Schema, required: &[String]) -> Property {
    let field = name::field(&property);
    let description = documentation(&schema);
    let type_name = format!("{owner}{}", name::upper_camel_case(&property));
    let (presence, kind) = match (required.contains(&property), kind(&type_name, schema)) {
        (true, Kind::OrNull(_)) => {
            panic!("{owner}.{property} is required and may be null, which has no type yet")
        }
        (true, kind) => (Presence::Required, kind),
        (false, Kind::OrNull(kind)) => (Presence::Nullable, *kind),
        (false, kind) => (Presence::Optional, kind),
    };
    Property { name: property, field, description, presence, kind }
}

/// What the schema says of the value; of a list, also what it says of each element.
fn documentation(schema: &Schema) -> String {
    let element = schema.items.iter().map(|items| items.description.as_str());
    let parts: Vec<_> = [schema.description.as_str()].into_iter().chain(element).collect();
    parts.join("\n\n")
}

fn kind(name: &str, schema: Schema) -> Kind {
    if let Some(words) = schema.words {
        return Kind::Words(Words { name: name.to_owned(), words });
    }
    if let Some(choices) = schema.one_of.as_deref() {
        return link(choices).unwrap_or_else(|| panic!("{name}: no type is known for this `oneOf`"));
    }
    if let Some(choices) = schema.any_of.as_deref() {
        assert!(is_date_or_time(choices), "{name}: no type is known for this `anyOf`");
        return Kind::Known("DateOrTime");
    }
    match &schema.json_type {
        Some(JsonType::One(json_type)) => typed(name, &json_type.clone(), schema),
        Some(JsonType::Several(several)) => match several.as_slice() {
            [json_type, null] if null == "null" => {
                Kind::OrNull(Box::new(typed(name, &json_type.clone(), schema)))
            }
            others => panic!("{name}: no type is known for a value that is one of {others:?}"),
        },
        None => panic!("{name}: no type is known for a value without `type`"),
    }
}

fn typed(name: &str, json_type: &str, schema: Schema) -> Kind {
    let bounds =
        (schema.minimum.as_ref().and_then(Number::as_i64), schema.maximum.as_ref().and_then(Number::as_i64));
    match (json_type, schema.format.as_deref(), bounds) {
        ("string", None, (None, None)) => Kind::Known("String"),
        ("string", Some("uri"), (None, None)) => Kind::Known("Uri"),
        ("string", Some("date-time"), (None, None)) => Kind::Known("Timestamp"),
        ("boolean", None, (None, None)) => Kind::Known("bool"),
        ("integer", None, (None, None)) => Kind::Known("i64"),
        ("integer", None, (Some(0), None)) => Kind::Known("u64"),
        ("number", None, (Some(0), Some(100))) => Kind::Known("Percentage"),
        ("array", None, (None, None)) => Kind::List(Box::new(kind(name, *elements(name, schema)))),
        ("object", None, (None, None)) => Kind::Object(object(name.to_owned(), schema)),
        unknown => panic!("{name}: no type is known for {unknown:?} (type, format, bounds)"),
    }
}

fn elements(name: &str, schema: Schema) -> Box<Schema> {
    schema.items.unwrap_or_else(|| panic!("{name}: no type is known for an array without `items`"))
}

/// A reference to the schema of a record type, or else a URI.
fn link(choices: &[Schema]) -> Option<Kind> {
    let [Schema { reference: Some(reference), .. }, address] = choices else {
        return None;
    };
    let id = reference.strip_prefix(SCHEMA_BASE)?;
    let target = record_types().find(|known| known.id() == id)?;
    is_text_in(address, "uri").then(|| Kind::Link(target.name().to_owned()))
}

fn is_date_or_time(choices: &[Schema]) -> bool {
    matches!(choices, [date, time] if is_text_in(date, "date") && is_text_in(time, "date-time"))
}

fn is_text_in(schema: &Schema, format: &str) -> bool {
    matches!(&schema.json_type, Some(JsonType::One(json_type)) if json_type == "string")
        && schema.format.as_deref() == Some(format)
}
