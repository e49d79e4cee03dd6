//! The file of a cassette.

use std::{collections::BTreeMap, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::literals::literals;
use crate::mock_server::Received;

/// All that was said, in its order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tape {
    /// The base URL that it was recorded from.
    pub(super) upstream: String,
    pub(super) exchanges: Vec<Exchange>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exchange {
    pub(super) request: Request,
    pub(super) response: Response,
}

/// What tells one request from another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    pub(super) method: String,
    /// As on the wire, behind the base URL.
    pub(super) path: String,
    /// Decoded. The order does not count where requests are compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) query: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Body>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Response {
    pub(super) status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Body>,
}

/// An answer as it goes over the wire.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Delivered {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// A request as it is kept: without headers.
    pub(super) fn of(received: &Received) -> Self {
        Self {
            method: received.method().to_owned(),
            path: received.path().to_owned(),
            query: received.query(),
            body: Body::of(received.body()),
        }
    }
}

impl Response {
    pub(super) fn of(delivered: &Delivered) -> Self {
        Self { status: delivered.status, headers: delivered.headers.clone(), body: Body::of(&delivered.body) }
    }

    pub(super) fn delivered(&self) -> Delivered {
        let body = self.body.as_ref().map(Body::bytes).unwrap_or_default();
        Delivered { status: self.status, headers: self.headers.clone(), body }
    }
}

/// A body as people can read it in a diff: an object or array of JSON as such, other text as a string, and what is no
/// text as `{"base64": "..."}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Body(pub(super) Value);

impl Body {
    /// `None` for an empty body.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() {
            return None;
        }
        let json = serde_json::from_slice::<Value>(bytes).ok();
        let json = json.filter(|value| stands_for_itself(value) && comes_back(value, bytes));
        let text = || std::str::from_utf8(bytes).ok().map(Value::from);
        Some(Self(json.or_else(text).unwrap_or_else(|| json!({ "base64": STANDARD.encode(bytes) }))))
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        match &self.0 {
            Value::String(text) => text.clone().into_bytes(),
            other => encoded(other).unwrap_or_else(|| other.to_string().into_bytes()),
        }
    }
}

fn stands_for_itself(value: &Value) -> bool {
    (value.is_object() || value.is_array()) && encoded(value).is_none()
}

/// Whether it says the same when it is written again, though perhaps in another order: a number beyond 64 bits would be
/// rounded, and of two members with one name the first would be lost.
fn comes_back(value: &Value, bytes: &[u8]) -> bool {
    serde_json::to_vec(value).is_ok_and(|again| literals(&again) == literals(bytes))
}

/// What `{"base64": "..."}` stands for.
fn encoded(value: &Value) -> Option<Vec<u8>> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    STANDARD.decode(members.get("base64")?.as_str()?).ok()
}

impl Tape {
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read the cassette {}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{} is no cassette: {error}", path.display()))
    }

    pub(super) fn text(&self) -> Result<String, String> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n")
            .map_err(|error| format!("the recording cannot be written as JSON: {error}"))
    }
}

impl Request {
    /// Whether both ask for the same.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        let sorted = |request: &Self| {
            let mut query = request.query.clone();
            query.sort();
            query
        };
        self.method == other.method
            && self.path == other.path
            && self.body == other.body
            && sorted(self) == sorted(other)
    }

    /// On one line, for people.
    pub(super) fn line(&self) -> String {
        let query: Vec<String> = self.query.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{} {}{mark}{}", self.method, self.path, query.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_body_is_read_as_it_was_written() {
        let table: [(&[u8], Value); 10] = [
            (b"{\"a\":[1]}", json!({ "a": [1] })),
            (b"[]", json!([])),
            (b"{\"id\":123456789012345678901}", json!("{\"id\":123456789012345678901}")),
            (b"{\"a\":1.10}", json!("{\"a\":1.10}")),
            (b"{\"a\":\"x\",\"a\":\"y\"}", json!("{\"a\":\"x\",\"a\":\"y\"}")),
            (b"\"text\"", json!("\"text\"")),
            (b"7", json!("7")),
            (b"plain", json!("plain")),
            (b"\xff\x00", json!({ "base64": "/wA=" })),
            (b"{\"base64\":\"AAAA\"}", json!("{\"base64\":\"AAAA\"}")),
        ];
        for (bytes, expected) in table {
            let body = Body::of(bytes).unwrap();
            assert_eq!((&body.0, body.bytes().as_slice()), (&expected, bytes));
        }
        assert_eq!(Body::of(b""), None);
    }
}
