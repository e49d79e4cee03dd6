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
    assert_eq!(
        schema.keywords(),
        ["type", "properties", "required"],
        "{name}: no type is known for these keywords"
    );
    take_type(name, &mut schema);
    object(name::record(name), schema)
}

/// The `_type` is no field: it is written, and asked for, by itself.
fn take_type(name: &str, schema: &mut Schema) {
    let properties = schema.properties.get_or_insert_default();
    let (types, others): (Vec<_>, _) = properties.0.drain(..).partition(|(property, _)| property == "_type");
    let constants: Vec<_> = types.iter().map(|(_, schema)| schema.constant.as_deref()).collect();
    assert_eq!(constants, [Some(name)], "{name}: the `_type` is another");
    properties.0 = others;
    schema.required.get_or_insert_default().retain(|property| property != "_type");
}

fn object(name: String, schema: Schema) -> Object {
    let Schema { description, required, properties, .. } = schema;
    let (required, properties) = (required.unwrap_or_default(), properties.unwrap_or_default());
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
    let type_name = name::part(owner, &property);
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
    match (schema.keywords().as_slice(), schema) {
        (["enum"], Schema { words: Some(words), .. }) => Kind::Words(Words { name: name.to_owned(), words }),
        (["oneOf"], Schema { one_of: Some(choices), .. }) => {
            link(&choices).unwrap_or_else(|| panic!("{name}: no type is known for this `oneOf`"))
        }
        (["anyOf"], Schema { any_of: Some(choices), .. }) => {
            assert!(is_date_or_time(&choices), "{name}: no type is known for this `anyOf`");
            Kind::Known("DateOrTime")
        }
        (["type", keywords @ ..], schema) => of_type(name, keywords, schema),
        (keywords, _) => panic!("{name}: no type is known for the keywords {keywords:?}"),
    }
}

fn of_type(name: &str, keywords: &[&str], mut schema: Schema) -> Kind {
    match schema.json_type.take() {
        Some(JsonType::One(json_type)) => of_one_type(name, &json_type, keywords, schema),
        Some(JsonType::Several(several)) => match several.as_slice() {
            [json_type, null] if null == "null" => {
                Kind::OrNull(Box::new(of_one_type(name, json_type, keywords, schema)))
            }
            others => panic!("{name}: no type is known for a value that is one of {others:?}"),
        },
        None => panic!("{name}: no type is known for a value without `type`"),
    }
}

fn of_one_type(name: &str, json_type: &str, keywords: &[&str], schema: Schema) -> Kind {
    let written = |bound: &Option<Number>| bound.as_ref().map(Number::to_string);
    let bounds = (written(&schema.minimum), written(&schema.maximum));
    let bounds = (bounds.0.as_deref(), bounds.1.as_deref());
    match (json_type, keywords, schema) {
        ("string", [], _) => Kind::Known("String"),
        ("string", ["format"], schema) => Kind::Known(text_type(name, schema.format.as_deref())),
        ("boolean", [], _) => Kind::Known("bool"),
        ("integer", [], _) => Kind::Known("i64"),
        ("integer", ["minimum"], _) if bounds.0 == Some("0") => Kind::Known("u64"),
        ("number", ["minimum", "maximum"], _) if bounds == (Some("0"), Some("100")) => {
            Kind::Known("Percentage")
        }
        ("array", ["items"], Schema { items: Some(element), .. }) => {
            Kind::List(Box::new(kind(name, *element)))
        }
        ("object", ["properties"] | ["properties", "required"], schema) => {
            Kind::Object(object(name.to_owned(), schema))
        }
        (json_type, ..) => panic!("{name}: no type is known for {json_type:?} with {keywords:?} {bounds:?}"),
    }
}

fn text_type(name: &str, format: Option<&str>) -> &'static str {
    match format {
        Some("uri") => "Uri",
        Some("date-time") => "DateTime",
        other => panic!("{name}: no type is known for the format {other:?}"),
    }
}

/// A reference to the schema of a record type, or else a URI.
fn link(choices: &[Schema]) -> Option<Kind> {
    let [Schema { reference: Some(reference), .. }, address] = choices else {
        return None;
    };
    let id = reference.strip_prefix(SCHEMA_BASE)?;
    let target = record_types().find(|known| known.id() == id)?;
    is_text_in(address, "uri").then(|| Kind::Link(name::record(target.name())))
}

fn is_date_or_time(choices: &[Schema]) -> bool {
    matches!(choices, [date, time] if is_text_in(date, "date") && is_text_in(time, "date-time"))
}

fn is_text_in(schema: &Schema, format: &str) -> bool {
    matches!(&schema.json_type, Some(JsonType::One(json_type)) if json_type == "string")
        && schema.format.as_deref() == Some(format)
}
