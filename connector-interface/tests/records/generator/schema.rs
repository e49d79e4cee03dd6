//! A schema as its file has it: the keywords that the generator knows, and no others.

use serde::{Deserialize, Deserializer, de};
use serde_json::{Number, Value};

/// The schema of a record type, or of one value in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Schema {
    #[serde(rename = "$schema")]
    _dialect: Option<String>,
    #[serde(rename = "$id")]
    _id: Option<String>,
    #[serde(rename = "title")]
    _title: Option<String>,
    #[serde(rename = "examples", default)]
    _examples: Vec<Value>,
    #[serde(rename = "const")]
    _constant: Option<String>,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(rename = "type")]
    pub(crate) json_type: Option<JsonType>,
    pub(crate) format: Option<String>,
    #[serde(rename = "enum")]
    pub(crate) words: Option<Vec<String>>,
    pub(crate) minimum: Option<Number>,
    pub(crate) maximum: Option<Number>,
    pub(crate) items: Option<Box<Schema>>,
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<String>,
    pub(crate) one_of: Option<Vec<Schema>>,
    pub(crate) any_of: Option<Vec<Schema>>,
    #[serde(default)]
    pub(crate) required: Vec<String>,
    #[serde(default)]
    pub(crate) properties: Properties,
}

/// One type, or several of which one is usually `null`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum JsonType {
    One(String),
    Several(Vec<String>),
}

/// Properties in the order of the file.
#[derive(Debug, Default)]
pub(crate) struct Properties(pub(crate) Vec<(String, Schema)>);

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> de::Visitor<'de> for InOrder {
    type Value = Properties;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("properties")
    }

    fn visit_map<M: de::MapAccess<'de>>(self, mut members: M) -> Result<Properties, M::Error> {
        let mut properties = Vec::new();
        while let Some(property) = members.next_entry()? {
            properties.push(property);
        }
        Ok(Properties(properties))
    }
}
