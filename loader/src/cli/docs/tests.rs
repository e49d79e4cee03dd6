//! Snapshots of the reference.

use std::path::Path;

use serde_json::json;

use super::*;
use crate::{elf::fixture::Fixture, note::ROOT_MODULE};

fn docs(content: &Value) -> String {
    let bytes = Fixture::new(&content.to_string(), ROOT_MODULE).bytes();
    of(&Note::from_bytes(Path::new("x.so"), &bytes).unwrap())
}

#[test]
fn every_form_of_schema_is_told() {
    let content = json!({
        "slug": "weather", "version": "0.1.0", "abi": "1.0.0", "panic": "unwind",
        "description": "Reads the weather", "homepage": "https://weather.example", "license": "MIT",
        "recordTypes": ["Environment", "Cloud"], "permissions": ["network", "read:certificate"],
        "configurationSchema": {
            "title": "Weather", "description": "Reads the weather.",
            "required": ["stations", "unit"],
            "properties": {
                "stations": {
                    "type": "array", "items": {"$ref": "#/$defs/Station"}, "title": "Names",
                    "description": "Names of\nthe <b>stations</b> | more.", "examples": [[{"name": "a|b`c"}]],
                },
                "unit": {"$ref": "#/$defs/Unit", "default": "celsius"},
                "apiToken": {"type": "string", "secret": true},
                "certificate": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "level": {"enum": ["low", "high"]},
            },
            "$defs": {
                "Station": {"type": "object", "required": ["name"], "properties": {
                    "name": {"type": "string"}, "height": {"type": "integer", "minimum": 0},
                }},
                "Unit": {"description": "How heat is told.", "oneOf": [
                    {"const": "celsius", "description": "From 0 to 100."},
                    {"const": "kelvin", "description": "From the bottom."},
                ]},
            },
        },
    });
    insta::assert_snapshot!(docs(&content));
}

#[test]
fn a_connector_that_says_little_has_a_short_reference() {
    let content = json!({
        "slug": "weather", "version": "0.1.0", "abi": "1.0.0", "panic": "unwind", "configurationSchema": {},
    });
    insta::assert_snapshot!(docs(&content));
}
