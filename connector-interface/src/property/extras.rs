//! Properties of a record that its schema does not know.

use std::fmt::{self, Write as _};

use serde::Serialize;
use serde_json::{Map, Value};

/// How many arrays and objects may stand one in another: the runner reads records of at most 128, as serde_json does, and
/// some of these are around the property.
const DEEPEST: usize = 110;

/// A property that a type has itself: its name in JSON, and how authors set it.
pub(crate) struct Property {
    name: &'static str,
    field: &'static str,
    setting: Setting,
}

#[derive(Clone, Copy)]
enum Setting {
    New,
    Method,
}

impl Property {
    pub(crate) const fn required(name: &'static str, field: &'static str) -> Self {
        Self { name, field, setting: Setting::New }
    }

    pub(crate) const fn optional(name: &'static str, field: &'static str) -> Self {
        Self { name, field, setting: Setting::Method }
    }

    pub(crate) const fn nullable(name: &'static str, field: &'static str) -> Self {
        Self::optional(name, field)
    }

    fn remedy(&self, owner: &str) -> String {
        match self.setting {
            Setting::New => format!("give it as `{}` in New{owner}", self.field),
            Setting::Method => format!("set it with `.{}(…)`", self.field),
        }
    }
}

/// The extra properties of a record, none of which its type has itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Extras(Map<String, Value>);

/// Why an extra property was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtraPropertyError {
    /// The type has this property itself.
    #[error("`{name}` is not an extra property, for {owner} has it itself: {remedy}")]
    Known {
        /// The name in JSON.
        name: String,
        /// The type that has it.
        owner: &'static str,
        /// What to do instead.
        remedy: String,
    },
    /// The value cannot be written as JSON.
    #[error("the extra property `{name}` cannot be written as JSON")]
    Serialize {
        /// The name in JSON.
        name: String,
        /// The writer's reason.
        #[source]
        source: serde_json::Error,
    },
    /// The value is a number that JSON cannot write.
    #[error("the extra property `{name}` is {number}, which JSON has no number for: leave it out")]
    NotFinite {
        /// The name in JSON.
        name: String,
        /// `NaN`, `inf` or `-inf`.
        number: String,
    },
    /// The value holds too many arrays and objects one in another.
    #[error(
        "the extra property `{name}` is nested more than {DEEPEST} deep: the runner reads no such record"
    )]
    TooDeep {
        /// The name in JSON.
        name: String,
    },
}

impl Extras {
    /// Takes the property, or leaves it out where its value is null.
    pub(crate) fn insert(
        &mut self,
        name: &str,
        value: impl Serialize,
        owner: &'static str,
        properties: &[Property],
    ) -> Result<(), ExtraPropertyError> {
        if let Some(remedy) = remedy(name, owner, properties) {
            return Err(ExtraPropertyError::Known { name: name.to_owned(), owner, remedy });
        }
        let json = serde_json::to_value(&value)
            .map_err(|source| ExtraPropertyError::Serialize { name: name.to_owned(), source })?;
        if json.is_null() {
            return check_finite(name, &value);
        }
        if is_deeper(&json, DEEPEST) {
            return Err(ExtraPropertyError::TooDeep { name: name.to_owned() });
        }
        self.0.insert(name.to_owned(), json);
        Ok(())
    }

    pub(crate) fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }
}

/// Refuses a number that was written as null for lack of another way.
fn check_finite(name: &str, value: &impl Serialize) -> Result<(), ExtraPropertyError> {
    let mut number = String::new();
    let is_text = write!(number, "{}", AsText(value)).is_ok();
    if is_text && number.parse().is_ok_and(|number: f64| !number.is_finite()) {
        return Err(ExtraPropertyError::NotFinite { name: name.to_owned(), number });
    }
    Ok(())
}

/// Writes numbers as Rust does, by serde's serializer for formatters; it fails for what is really null.
struct AsText<'a, T>(&'a T);

impl<T: Serialize> fmt::Display for AsText<'_, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.serialize(formatter)
    }
}

fn is_deeper(value: &Value, levels: usize) -> bool {
    let Some(levels) = levels.checked_sub(1) else { return value.is_array() || value.is_object() };
    match value {
        Value::Array(values) => values.iter().any(|value| is_deeper(value, levels)),
        Value::Object(members) => members.values().any(|value| is_deeper(value, levels)),
        _ => false,
    }
}

fn remedy(name: &str, owner: &str, properties: &[Property]) -> Option<String> {
    if name == "_type" {
        return Some("leave it out, for it is written anyway".to_owned());
    }
    let known = properties.iter().find(|property| property.name == name);
    known.map(|property| property.remedy(owner))
}

impl From<Map<String, Value>> for Extras {
    fn from(members: Map<String, Value>) -> Self {
        Self(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inserted(value: impl Serialize) -> Result<Extras, String> {
        let mut extras = Extras::default();
        extras.insert("x", value, "Branch", &[]).map(|()| extras).map_err(|error| error.to_string())
    }

    fn nested(levels: usize) -> Value {
        (0..levels).fold(Value::from(7), |value, _| Value::from(vec![value]))
    }

    #[test]
    fn a_number_that_is_none_in_json_is_refused_and_null_is_left_out() {
        for (number, name) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (f64::NEG_INFINITY, "-inf")] {
            let told = inserted(number).unwrap_err();
            assert_eq!(
                told,
                format!("the extra property `x` is {name}, which JSON has no number for: leave it out")
            );
        }
        for null in [inserted(None::<f64>), inserted(()), inserted(Value::Null)] {
            assert_eq!(null, Ok(Extras::default()));
        }
    }

    #[test]
    fn what_the_runner_cannot_read_for_its_depth_is_refused() {
        assert_eq!(inserted(nested(DEEPEST)).unwrap().as_map()["x"], nested(DEEPEST));
        let told = inserted(nested(DEEPEST + 1)).unwrap_err();
        assert_eq!(
            told,
            "the extra property `x` is nested more than 110 deep: the runner reads no such record"
        );
    }
}
