//! Where two JSON values part.

use std::{collections::BTreeSet, fmt};

use serde_json::Value;

/// How much of a value is shown.
const SHOWN: usize = 300;

/// A place where a value is not as expected. `None` stands for one that is not there.
#[derive(Debug, PartialEq)]
pub(crate) struct Difference<'a> {
    /// A JSON pointer (RFC 6901); empty for the whole value.
    pub(crate) pointer: String,
    pub(crate) expected: Option<&'a Value>,
    pub(crate) found: Option<&'a Value>,
}

/// Every place where the two part, in the order of the names.
pub(crate) fn differences<'a>(expected: &'a Value, found: &'a Value) -> Vec<Difference<'a>> {
    let mut differences = Vec::new();
    compare(String::new(), Some(expected), Some(found), &mut differences);
    differences
}

fn compare<'a>(
    pointer: String,
    expected: Option<&'a Value>,
    found: Option<&'a Value>,
    differences: &mut Vec<Difference<'a>>,
) {
    match (expected, found) {
        (Some(expected), Some(found)) if expected == found => {}
        (Some(Value::Object(expected)), Some(Value::Object(found))) => {
            let names: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
            for name in names {
                compare(step(&pointer, name), expected.get(name), found.get(name), differences);
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(found))) => {
            for index in 0..expected.len().max(found.len()) {
                let place = step(&pointer, &index.to_string());
                compare(place, expected.get(index), found.get(index), differences);
            }
        }
        _ => differences.push(Difference { pointer, expected, found }),
    }
}

/// The pointer of a member.
pub(crate) fn step(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the whole" } else { &self.pointer };
        let text = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), excerpt);
        write!(formatter, "{place}: expected {}, found {}", text(self.expected), text(self.found))
    }
}

/// A value on one line, and not more of it than people read.
pub(crate) fn excerpt(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes more)", &text[..end], text.len() - end),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_place_is_named_where_two_values_part() {
        let table = [
            (json!({ "a": 1 }), json!({ "a": 1 }), &[] as &[&str]),
            (json!({ "a": 1 }), json!({ "a": "1" }), &["/a: expected 1, found \"1\""]),
            (json!({ "a": 1 }), json!({}), &["/a: expected 1, found nothing"]),
            (json!({}), json!({ "a": null }), &["/a: expected nothing, found null"]),
            (
                json!({ "a": [1, { "b/c~": 2 }, 3] }),
                json!({ "a": [1, { "b/c~": 4 }] }),
                &["/a/1/b~1c~0: expected 2, found 4", "/a/2: expected 3, found nothing"],
            ),
            (json!([]), json!({}), &["the whole: expected [], found {}"]),
        ];
        for (expected, found, places) in table {
            let told: Vec<String> = differences(&expected, &found).iter().map(ToString::to_string).collect();
            assert_eq!(told, places);
        }
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let long = Value::from("ü".repeat(400));
        assert!(excerpt(&long).ends_with("ü… (203 bytes more)"), "{}", excerpt(&long));
    }
}
