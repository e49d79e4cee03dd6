//! Properties of a record that its schema does not know.

use serde::Serialize;
use serde_json::{Map, Value};

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
        let value = serde_json::to_value(value)
            .map_err(|source| ExtraPropertyError::Serialize { name: name.to_owned(), source })?;
        if !value.is_null() {
            self.0.insert(name.to_owned(), value);
        }
        Ok(())
    }

    pub(crate) fn as_map(&self) -> &Map<String, Value> {
        &self.0
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
