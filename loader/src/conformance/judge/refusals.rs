//! C05 to C08: bad configurations are refused, by the schema and by the connector.

use serde_json::Value;

use super::{Observation, count, ending, grouped};
use crate::{
    configuration::CheckError,
    conformance::{
        bad_configurations::BadConfiguration,
        catalogue::Test,
        verdict::{Finding, Verdict},
    },
    exit_code::ExitCode,
};

/// A bad configuration, and what the connector made of it: `verify-configuration` without the runner's own check.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RefusalTrial<'a> {
    pub(crate) bad: &'a BadConfiguration,
    pub(crate) seen: &'a Observation,
}

/// Judges the trials of one test; `all` is how many variants there are, where not every one was tried.
pub(crate) fn refusals(schema: &Value, trials: &[RefusalTrial<'_>], all: usize) -> Verdict {
    let findings =
        trials.iter().filter_map(|trial| trial.by_schema(schema).or_else(|| trial.by_connector(schema)));
    Verdict::of(findings.collect(), || {
        let of = if trials.len() < all { format!("{} of ", grouped(trials.len())) } else { String::new() };
        format!("{of}{} refused", count(all, "bad configuration"))
    })
}

impl RefusalTrial<'_> {
    /// An empty text may be for the connector alone to refuse; all else is for the schema first.
    fn by_schema(&self, schema: &Value) -> Option<Finding> {
        let finding = |what: &str| self.finding(&format!("the schema {what}"));
        match self.bad.check(schema) {
            Ok(()) if self.is_about_empty() => None,
            Ok(()) => Some(finding("accepts it").expected("a refusal that names the key").found("no problem").remedy(
                "write configuration.schema.json anew from the configuration's struct, with `deny_unknown_fields`",
            )),
            Err(CheckError::BadSchema { .. }) => None,
            Err(error) if self.names_key(&error.to_string()) => None,
            Err(error) => Some(finding("does not name the key").found(error.to_string()).remedy(
                "name the key in its `errorMessage`",
            )),
        }
    }

    fn by_connector(&self, schema: &Value) -> Option<Finding> {
        let finding = |what: &str| self.finding(&format!("the connector {what}"));
        match self.seen.code {
            ExitCode::Configuration if self.message().trim().is_empty() => Some(
                finding("refuses it without a word")
                    .expected("a message that names the key")
                    .remedy(HAND_OVER),
            ),
            ExitCode::Configuration if self.names_key(&self.message()) => None,
            ExitCode::Configuration => Some(
                finding("does not name the key")
                    .expected("a message that names the key")
                    .found(self.message())
                    .remedy(HAND_OVER),
            ),
            // What the schema has refused needs no second check by its author; without any key, reading fails by itself.
            ExitCode::Done if self.is_empty_text() && self.bad.check(schema).is_err() => None,
            ExitCode::Done => Some(
                finding("accepts it")
                    .expected(REFUSAL)
                    .found("the answer that it is valid")
                    .remedy(HAND_OVER),
            ),
            _ => Some(
                finding("does not refuse it in good order")
                    .expected(REFUSAL)
                    .found(ending(self.seen)?)
                    .remedy(HAND_OVER),
            ),
        }
    }

    /// What it says of the configuration: the messages of its answer, or else how it failed.
    fn message(&self) -> String {
        let answer =
            self.seen.answer.as_deref().and_then(|answer| serde_json::from_str::<Value>(answer).ok());
        let messages = answer.as_ref().and_then(|answer| answer["errorMessages"].as_array());
        let Some(messages) = messages else { return self.seen.what.clone() };
        messages.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
    }

    /// An empty text is often found by the service, which does not know the key.
    fn names_key(&self, message: &str) -> bool {
        self.is_about_empty() || self.bad.key.as_deref().is_none_or(|key| has_word(message, key))
    }

    fn is_about_empty(&self) -> bool {
        self.bad.test == Test::EmptyConfiguration
    }

    fn is_empty_text(&self) -> bool {
        self.is_about_empty() && self.bad.key.is_some()
    }

    fn finding(&self, what: &str) -> Finding {
        let mut finding = Finding::new(format!("a configuration {}: {what}", self.bad.what));
        finding.place.key.clone_from(&self.bad.key);
        finding
    }
}

/// Whether a text has this word, and not only inside of a longer one: `id` is not in `invalid`.
fn has_word(text: &str, word: &str) -> bool {
    let goes_on = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    text.match_indices(word).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + word.len()..]);
        !before.ends_with(goes_on) && !behind.starts_with(goes_on)
    })
}

const REFUSAL: &str = "a refusal, with an error of kind configuration";
const HAND_OVER: &str = "read the configuration into a struct that denies unknown fields, or return `Error::configuration(\"<key>: ..\")`";
