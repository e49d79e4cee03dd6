//! Shows what stands in a record, briefly enough for a message.

use std::io;

use serde_json::Value;

/// How many characters of a value are shown.
const SHOWN: usize = 80;

/// A value as a phrase: `the string "resolvd"`, `null`, `the array [1,2]`.
pub(crate) fn value(value: &Value) -> String {
    let kind = match value {
        Value::Null | Value::Bool(_) => return value.to_string(),
        Value::Number(_) => "the number",
        Value::String(_) => "the string",
        Value::Array(_) => "the array",
        Value::Object(_) => "the object",
    };
    format!("{kind} {}", json(value))
}

/// A value as JSON, cut after [`SHOWN`] characters.
pub(crate) fn json(value: &Value) -> String {
    // A character takes four bytes at most; one more tells that something was cut.
    let mut start = Start { bytes: Vec::new(), room: 4 * SHOWN + 1 };
    // The only possible error is that there was no room for the rest, which is not wanted.
    let _ = serde_json::to_writer(&mut start, value);
    excerpt(&String::from_utf8_lossy(&start.bytes))
}

/// A text cut after [`SHOWN`] characters, with control characters made visible.
///
/// JSON leaves the C1 control characters as they are, and terminals obey them.
pub(crate) fn excerpt(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).map(visible).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

fn visible(letter: char) -> char {
    if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }
}

/// Keeps the first bytes that are written to it, then refuses.
struct Start {
    bytes: Vec<u8>,
    room: usize,
}

impl io::Write for Start {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let fitting = bytes.len().min(self.room);
        self.bytes.extend_from_slice(&bytes[..fitting]);
        self.room -= fitting;
        if fitting == 0 && !bytes.is_empty() { Err(io::ErrorKind::WriteZero.into()) } else { Ok(fitting) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_told_by_its_kind() {
        for (found, phrase) in [
            (json!(null), "null"),
            (json!(true), "true"),
            (json!(1.5), "the number 1.5"),
            (json!("a \"b\"\n"), r#"the string "a \"b\"\n""#),
            (json!([1, {"a": null}]), r#"the array [1,{"a":null}]"#),
            (json!({}), "the object {}"),
        ] {
            assert_eq!(value(&found), phrase);
        }
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        for long in [json!("é".repeat(1_000_000)), json!("🚀".repeat(90)), json!(vec![1; 1_000_000])] {
            let shown = json(&long);
            assert_eq!(shown.chars().count(), SHOWN + 1, "{shown}");
            assert!(shown.ends_with('…'), "{shown}");
        }
        assert_eq!(json(&json!("x".repeat(SHOWN - 2))).chars().count(), SHOWN);
    }

    #[test]
    fn no_control_character_is_shown_as_it_is() {
        assert_eq!(json(&json!("\u{1b}[2J\u{9b}2J\u{7f}")), "\"\\u001b[2J\u{fffd}2J\u{fffd}\"");
    }
}
