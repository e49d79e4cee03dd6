//! What values a key may have: each kind says it in words, as JSON Schema, and by reading.

use std::marker::PhantomData;

use clap::ValueEnum;
use serde_json::{Map, Value, json};
use toml::de::DeValue;

use super::json;
use super::report::{Found, Report};
use crate::did_you_mean::did_you_mean;
use crate::typed::parse_processors;

/// The values of a key.
pub(super) trait Kind {
    /// What is made of them.
    type Output;

    /// They in words, after 'expected'.
    fn expected(&self) -> String;

    /// They as JSON Schema. It may let more stand than reading does, never less.
    fn schema(&self) -> Value;

    /// What this value means. None where it means nothing; then the report tells why.
    fn read(&self, found: &Found<'_>, report: &mut Report<'_>) -> Option<Self::Output>;
}

/// A whole number.
pub(super) struct Count {
    pub(super) least: u64,
    pub(super) most: u64,
}

impl Kind for Count {
    type Output = u64;

    fn expected(&self) -> String {
        format!("a whole number from {} to {}", self.least, self.most)
    }

    fn schema(&self) -> Value {
        json!({ "type": "integer", "minimum": self.least, "maximum": self.most })
    }

    fn read(&self, found: &Found<'_>, report: &mut Report<'_>) -> Option<u64> {
        let number = found.value.as_integer().and_then(json::whole).and_then(|number| number.as_u64());
        let count = number.filter(|count| (self.least..=self.most).contains(count));
        if count.is_none() {
            report.refuse(found, &self.expected(), without_quotes(found.value));
        }
        count
    }
}

/// What helps whoever has put quotes around a number or a truth value.
fn without_quotes(value: &DeValue<'_>) -> &'static str {
    let bare = |text: &str| text.parse::<f64>().is_ok() || text.parse::<bool>().is_ok();
    if value.as_str().is_some_and(bare) { "leave the quotes out" } else { "" }
}

/// `true` or `false`.
pub(super) struct Flag;

impl Kind for Flag {
    type Output = bool;

    fn expected(&self) -> String {
        "true or false".to_owned()
    }

    fn schema(&self) -> Value {
        json!({ "type": "boolean" })
    }

    fn read(&self, found: &Found<'_>, report: &mut Report<'_>) -> Option<bool> {
        let flag = found.value.as_bool();
        if flag.is_none() {
            report.refuse(found, &self.expected(), without_quotes(found.value));
        }
        flag
    }
}

/// A number of processors, read as hundredths.
pub(super) struct Processors;

impl Kind for Processors {
    type Output = u32;

    fn expected(&self) -> String {
        "a number of processors from 0.01 to 1000, such as 0.5 or 2".to_owned()
    }

    fn schema(&self) -> Value {
        json!({ "type": "number", "minimum": 0.01, "maximum": 1000 })
    }

    fn read(&self, found: &Found<'_>, report: &mut Report<'_>) -> Option<u32> {
        let text = match found.value {
            DeValue::Integer(number) => json::whole(number).map(|number| number.to_string()),
            DeValue::Float(number) => Some(number.as_str().to_owned()),
            _ => None,
        };
        let percent = text.and_then(|text| parse_processors(&text).ok());
        if percent.is_none() {
            report.refuse(found, &self.expected(), without_quotes(found.value));
        }
        percent
    }
}

/// One of some words, which are those of an option of the command line.
pub(super) struct Choice<T>(PhantomData<T>);

impl<T> Choice<T> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: ValueEnum> Choice<T> {
    fn words() -> Vec<String> {
        let words = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        words.map(|word| word.get_name().to_owned()).collect()
    }
}

impl<T: ValueEnum> Kind for Choice<T> {
    type Output = T;

    fn expected(&self) -> String {
        let words: Vec<String> = Self::words().iter().map(|word| format!("{word:?}")).collect();
        format!("one of {}", words.join(", "))
    }

    fn schema(&self) -> Value {
        json!({ "enum": Self::words() })
    }

    fn read(&self, found: &Found<'_>, report: &mut Report<'_>) -> Option<T> {
        let written = found.value.as_str();
        let choice = written.and_then(|text| T::from_str(text, false).ok());
        if choice.is_none() {
            let words = Self::words();
            let meant = did_you_mean(written.unwrap_or_default(), words.iter().map(String::as_str));
            let advice = meant.map(|word| format!("did you mean {word:?}?")).unwrap_or_default();
            report.refuse(found, &self.expected(), &advice);
        }
        choice
    }
}

/// A configuration as it stands in the project file.
pub(super) struct Inline;

impl Kind for Inline {
    type Output = Map<String, Value>;

    fn expected(&self) -> String {
        "a table such as { key = \"value\" }".to_owned()
    }

    fn schema(&self) -> Value {
        json!({ "type": "object" })
    }

    fn read(&self, found: &Found<'_>, report: &mut Report<'_>) -> Option<Map<String, Value>> {
        match found.value {
            DeValue::Table(table) => json::object(table, &found.place, report),
            other => {
                // It may be a secret.
                let what = super::report::kind_of(other);
                report.add(found.offset, &found.place, &self.expected(), what, "");
                None
            }
        }
    }
}
