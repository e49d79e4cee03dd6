//! Questions on a terminal, and what is answered.

use std::io::{self, BufRead, Write};

use serde_json::Value;

use crate::{console::printable, reference::Key};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnswerError {
    #[error("the answers ended before the questions did; nothing was written")]
    Ended,
    #[error("cannot ask on the terminal")]
    Terminal(#[from] io::Error),
}

/// Who is asked: answers come from `input`, questions go to `output`.
pub(super) struct Questions<R, W> {
    pub(super) input: R,
    pub(super) output: W,
}

impl<R: BufRead, W: Write> Questions<R, W> {
    /// Says something before a question.
    pub(super) fn say(&mut self, text: &str) -> Result<(), AnswerError> {
        let text: Vec<String> = text.lines().map(printable).collect();
        Ok(writeln!(self.output, "{}", text.join("\n"))?)
    }

    /// Asks until `read` takes the answer; nothing typed stands for `default`.
    pub(super) fn ask<T>(
        &mut self,
        question: &str,
        default: Option<&str>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, AnswerError> {
        loop {
            let shown = default.map(|default| format!(" [{default}]")).unwrap_or_default();
            write!(self.output, "{}: ", printable(&format!("{question}{shown}")))?;
            self.output.flush()?;
            let mut line = String::new();
            if self.input.read_line(&mut line)? == 0 {
                return Err(AnswerError::Ended);
            }
            let typed = line.trim();
            match read(if typed.is_empty() { default.unwrap_or_default() } else { typed }) {
                Ok(answer) => return Ok(answer),
                Err(complaint) => self.say(&format!("  {complaint}"))?,
            }
        }
    }
}

/// The value that was typed for a key: JSON where the key wants no text, and lists also with commas between.
pub(super) fn value_of(typed: &str, key: &Key) -> Value {
    let takes_text =
        key.kind.starts_with("string") || key.kind.contains("or string") || key.kind.contains('"');
    if takes_text {
        return Value::from(typed);
    }
    match serde_json::from_str(typed) {
        Ok(value) => value,
        Err(_) if key.kind.starts_with("array") => {
            Value::Array(typed.split(',').map(|item| Value::from(item.trim())).collect())
        }
        Err(_) => Value::from(typed),
    }
}

/// A reference to a secret; the secret itself is refused before it is written anywhere.
pub(super) fn reference_to_secret(typed: &str) -> Result<Value, String> {
    let (scheme, rest) = typed.split_once(':').unwrap_or_default();
    let is_name = |name: &str| name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    match scheme {
        "env" if !rest.is_empty() && is_name(rest) => Ok(Value::from(typed)),
        "file" if !rest.is_empty() => Ok(Value::from(typed)),
        _ => {
            Err("write env: and the name of a variable, or file: and a path; never the secret itself"
                .to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(kind: &str) -> Key {
        let schema = json!({ "properties": { "k": {} } });
        let mut keys = crate::reference::Reference::of(&schema).keys;
        Key { kind: kind.to_owned(), ..keys.swap_remove(0) }
    }

    #[test]
    fn a_question_is_asked_until_it_is_answered() {
        let mut output = Vec::new();
        let mut questions = Questions { input: &b"x\n\n 7 \n"[..], output: &mut output };
        let number = |text: &str| text.parse::<u8>().map_err(|_| format!("{text:?} is no number"));
        assert_eq!(questions.ask("How many", None, number).unwrap(), 7);
        assert!(matches!(questions.ask("How many", Some("5"), number), Err(AnswerError::Ended)));
        let output = String::from_utf8(output).unwrap();
        assert_eq!(
            output,
            "How many:   \"x\" is no number\nHow many:   \"\" is no number\nHow many: How many [5]: "
        );
        let mut questions = Questions { input: &b"\n"[..], output: Vec::new() };
        assert_eq!(questions.ask("How many", Some("5"), number).unwrap(), 5);
    }

    #[test]
    fn what_is_typed_becomes_what_the_key_wants() {
        for (typed, kind, expected) in [
            (".", "string or array of strings", json!(".")),
            ("5", "string", json!("5")),
            ("5", "integer from 1 to 9", json!(5)),
            ("true", "boolean", json!(true)),
            ("a, b", "array of strings", json!(["a", "b"])),
            ("[\"a\"]", "array of strings", json!(["a"])),
            ("{\"a\": 1}", "object", json!({"a": 1})),
            ("fast", "\"fast\" or \"slow\"", json!("fast")),
            ("many", "integer", json!("many")),
        ] {
            assert_eq!(value_of(typed, &key(kind)), expected, "{typed}");
        }
    }

    #[test]
    fn a_secret_is_never_taken_itself() {
        for typed in ["env:TOKEN", "file:/run/token"] {
            assert!(reference_to_secret(typed).is_ok(), "{typed}");
        }
        for typed in ["", "hunter2", "env:", "env:a-b", "file:", "vault:x"] {
            let complaint = reference_to_secret(typed).unwrap_err();
            assert!(
                complaint.contains("never the secret itself") && !complaint.contains("hunter2"),
                "{typed}"
            );
        }
    }
}
