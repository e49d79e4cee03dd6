//! Strict mode: finds the properties that a record's type does not know.

use jsonschema::json::{Array as _, Node as _, Object as _};
use serde_json::{Map, Value};

use crate::error::FieldError;
use crate::expectation::nested_record;
use crate::found;
use crate::nearest::nearest;
use crate::record_type::RecordType;
use crate::tape::{TapeNode, push_step};

/// Every property of the record, nested ones too, that no schema describes.
pub(crate) fn unknown_properties(record_type: &'static RecordType, record: TapeNode<'_>) -> Vec<FieldError> {
    let mut search = Search { pointer: String::new(), unknown: Vec::new() };
    search.visit(record_type.schema(), record, record_type.name());
    search.unknown
}

/// A walk through a record and, beside it, through the schema.
struct Search {
    /// Where the walk is.
    pointer: String,
    unknown: Vec<FieldError>,
}

impl Search {
    /// `owner` is the record type that the schema belongs to. The walk goes only as deep as schemas do.
    fn visit(&mut self, schema: &Value, node: TapeNode<'_>, owner: &str) {
        if let Some(nested) = nested_record(schema) {
            self.visit(nested.schema(), node, nested.name());
        } else if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            self.visit_members(properties, node, owner);
        } else if let Some(items) = schema.get("items") {
            for (index, element) in node.as_array().into_iter().flat_map(|array| array.elements()).enumerate()
            {
                self.step(&index.to_string(), |search| search.visit(items, element, owner));
            }
        }
    }

    fn visit_members(&mut self, properties: &Map<String, Value>, node: TapeNode<'_>, owner: &str) {
        for (name, value) in node.as_object().into_iter().flat_map(|object| object.members()) {
            self.step(name, |search| match properties.get(name) {
                Some(schema) => search.visit(schema, value, owner),
                None => search.report(name, properties, node, owner),
            });
        }
    }

    fn report(&mut self, name: &str, properties: &Map<String, Value>, object: TapeNode<'_>, owner: &str) {
        let absent = properties.keys().map(String::as_str).filter(|known| object.property(known).is_none());
        let written = found::excerpt(name);
        let expected = format!("a property of {owner}");
        let error = FieldError::mismatch(&*self.pointer, expected, format!("the property `{written}`"))
            .saying(format!("unknown property `{written}`"))
            .suggesting(nearest(name, absent));
        self.unknown.push(error);
    }

    fn step(&mut self, name: &str, visit: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        push_step(&mut self.pointer, name);
        visit(self);
        self.pointer.truncate(length);
    }
}
