//! A refused record as it is kept aside: with who produced it, and without secrets.

use serde_json::{Value, value::RawValue};

use crate::{
    dead_letters::{Connector, Letter},
    frame::RejectedRecord,
    mask::Masker,
};

use super::Run;

/// What is the same in all letters of a run.
#[derive(Debug, Default)]
pub(crate) struct LetterHead {
    run: String,
    connection: String,
    slug: String,
    version: String,
    stream: String,
    masker: Masker,
}

impl LetterHead {
    pub(crate) fn new(run: &Run<'_>) -> Self {
        Self {
            run: run.id.to_owned(),
            connection: run.masker.mask(run.connection).into_owned(),
            slug: run.slug.to_string(),
            version: run.version.to_owned(),
            stream: run.masker.mask(run.stream.unwrap_or_default()).into_owned(),
            masker: run.masker.clone(),
        }
    }

    pub(crate) fn letter(&self, rejected: &RejectedRecord<'_>) -> Letter {
        let mask = |text: &str| self.masker.mask(text).into_owned();
        let record = mask(&rejected.record);
        let is_masked = record != rejected.record;
        // A secret that was no text may have left something that is no JSON.
        let (record, record_text) = match serde_json::from_str::<&RawValue>(&record) {
            Ok(json) => (on_one_line(json), None),
            Err(_) => (None, Some(record)),
        };
        let errors = rejected.failure.errors.iter().map(|error| {
            let error = serde_json::to_string(error).unwrap_or_default();
            serde_json::from_str(&mask(&error)).unwrap_or_else(|_| Value::from(mask(&error)))
        });
        Letter {
            run: self.run.clone(),
            is_masked,
            connection: self.connection.clone(),
            connector: Connector { slug: self.slug.clone(), version: self.version.clone() },
            stream: self.stream.clone(),
            extracted_at: rejected.extracted_at.clone().into_owned(),
            message: mask(&rejected.failure.message),
            errors: errors.collect(),
            record,
            record_text,
        }
    }
}

/// A line break between tokens would end the letter.
fn on_one_line(json: &RawValue) -> Option<Box<RawValue>> {
    RawValue::from_string(json.get().replace(['\n', '\r'], " ")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{FailureReport, FieldProblem};

    #[test]
    fn a_letter_holds_no_secret_and_is_one_line_whatever_the_record_is() {
        let masker =
            Masker::of(&[("token".into(), "s3cret-value".into()), ("pin".into(), "1234567".into())]).unwrap();
        let head = LetterHead { masker, stream: "s".into(), ..LetterHead::default() };
        let cases = [
            (r#"{"a":"s3cret-value"}"#, Some(r#"{"a":"[secret token]"}"#)),
            ("{\n\"a\":\r1.50}", Some("{ \"a\": 1.50}")),
            (r#"{"a":1234567}"#, None),
            ("{\"a\":\"b\nc\"}", None),
            ("no json \n", None),
        ];
        for (record, kept) in cases {
            let failure = FailureReport {
                errors: vec![FieldProblem {
                    pointer: "/a".into(),
                    message: "not s3cret-value".into(),
                    expected: String::new(),
                    found: "\"s3cret-value\"".into(),
                    suggestion: None,
                }],
                ..FailureReport::new("invalid-record", "bad s3cret-value")
            };
            let rejected = RejectedRecord {
                record: record.into(),
                extracted_at: "2024-01-01T00:00:00Z".into(),
                failure,
            };
            let letter = serde_json::to_string(&head.letter(&rejected)).unwrap();
            assert!(!letter.contains("s3cret-value") && !letter.contains("1234567"), "{letter}");
            assert!(!letter.contains('\n'), "{letter}");
            let letter: Letter = serde_json::from_str(&letter).unwrap();
            assert_eq!(letter.record.as_ref().map(|record| record.get()), kept, "{letter:?}");
            assert_eq!(letter.record_text.is_none(), kept.is_some());
        }
    }
}
