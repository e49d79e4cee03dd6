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
    #[serde(rename = "x-cutoff", default)]
    _cutoff: Vec<String>,
    #[serde(rename = "x-part-of")]
    _part_of: Option<String>,
    #[serde(rename = "const")]
    pub(crate) constant: Option<String>,
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
    pub(crate) required: Option<Vec<String>>,
    pub(crate) properties: Option<Properties>,
}

impl Schema {
    /// The keywords that stand there, but for those that only describe.
    pub(crate) fn keywords(&self) -> Vec<&'static str> {
        let known = [
            ("const", self.constant.is_some()),
            ("enum", self.words.is_some()),
            ("$ref", self.reference.is_some()),
            ("oneOf", self.one_of.is_some()),
            ("anyOf", self.any_of.is_some()),
            ("type", self.json_type.is_some()),
            ("format", self.format.is_some()),
            ("minimum", self.minimum.is_some()),
            ("maximum", self.maximum.is_some()),
            ("items", self.items.is_some()),
            ("properties", self.properties.is_some()),
            ("required", self.required.is_some()),
        ];
        known.into_iter().filter(|(_, stands_there)| *stands_there).map(|(keyword, _)| keyword).collect()
    }
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
