//! Configurations that a connector must refuse, made from its schema and one that it accepts.

#[cfg(test)]
mod tests;
mod type_error;

use serde_json::{Map, Value, json};

use super::catalogue::Test;
use crate::{
    configuration::{CheckError, Configuration, ConfigurationSource},
    reference::Applied,
};
use type_error::TypeCheck;

/// A configuration that must be refused.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BadConfiguration {
    /// The test that it is for.
    pub(crate) test: Test,
    /// The key that is wrong, as the message has to name it; none where it is the whole.
    pub(crate) key: Option<String>,
    /// What is wrong, behind 'a configuration': `without "apiToken"`.
    pub(crate) what: String,
    pub(crate) map: Map<String, Value>,
}

impl BadConfiguration {
    /// What the runner's own check says.
    pub(crate) fn check(&self, schema: &Value) -> Result<(), CheckError> {
        check(schema, &self.map)
    }

    fn new(test: Test, place: &Place<'_>, key: &str, what: String, map: Map<String, Value>) -> Self {
        let what = if place.within.is_empty() { what } else { format!("{what} in {:?}", place.within) };
        Self { test, key: Some(key.to_owned()), what, map }
    }
}

/// What the configurations are made of: the one that is given, or the first example in the schema that fits it.
pub(crate) fn valid_configuration(
    schema: &Value,
    given: Option<&Map<String, Value>>,
) -> Option<Map<String, Value>> {
    let examples = Applied::of(schema, schema).examples();
    let examples = examples.into_iter().filter_map(|example| match example {
        Value::Object(map) => Some(map),
        _ => None,
    });
    given.cloned().into_iter().chain(examples).find(|map| check(schema, map).is_ok())
}

/// All configurations for one of the tests of refusals; none for any other test.
///
/// Keys are changed on the top level, and one level down in objects and in what arrays hold.
pub(crate) fn bad_configurations(
    test: Test,
    schema: &Value,
    valid: &Map<String, Value>,
) -> Vec<BadConfiguration> {
    let variants = Variants { schema, valid };
    let each = |make: &dyn Fn(&Place<'_>) -> Vec<BadConfiguration>| -> Vec<BadConfiguration> {
        places(schema, valid).iter().flat_map(make).collect()
    };
    match test {
        Test::MissingConfiguration => each(&|place| variants.missing(place)),
        Test::WrongType => each(&|place| variants.wrong_types(place)),
        Test::EmptyConfiguration => {
            nothing_at_all(schema).into_iter().chain(each(&|place| variants.empty(place))).collect()
        }
        Test::UnknownKey => each(&|place| variants.unknown(place)),
        _ => Vec::new(),
    }
}

/// `{}`, where something is required.
fn nothing_at_all(schema: &Value) -> Option<BadConfiguration> {
    let (test, what) = (Test::EmptyConfiguration, "without any key".to_owned());
    let empty = BadConfiguration { test, key: None, what, map: Map::new() };
    empty.check(schema).is_err().then_some(empty)
}

fn check(schema: &Value, map: &Map<String, Value>) -> Result<(), CheckError> {
    Configuration::from_map(ConfigurationSource::Stdin, map.clone()).check(schema)
}

/// An object in the valid configuration.
struct Place<'s> {
    /// A JSON pointer to it.
    pointer: String,
    /// The key that it is under; empty for the top.
    within: &'s str,
    applied: Applied<'s>,
}

fn places<'s>(schema: &'s Value, valid: &'s Map<String, Value>) -> Vec<Place<'s>> {
    let top = Place { pointer: String::new(), within: "", applied: Applied::of(schema, schema) };
    let inner = valid.iter().filter_map(|(key, value)| {
        let below = top.applied.below(key)?;
        let pointer = format!("/{}", escaped(key));
        match value {
            Value::Object(_) => Some(Place { pointer, within: key, applied: Applied::of(schema, below) }),
            Value::Array(items) if items.first().is_some_and(Value::is_object) => {
                let items = Applied::of(schema, below).items().first().copied()?;
                let applied = Applied::of(schema, items);
                Some(Place { pointer: format!("{pointer}/0"), within: key, applied })
            }
            _ => None,
        }
    });
    let inner: Vec<_> = inner.collect();
    std::iter::once(top).chain(inner).collect()
}

struct Variants<'s> {
    schema: &'s Value,
    valid: &'s Map<String, Value>,
}

impl Variants<'_> {
    /// Each required key left out in turn.
    fn missing(&self, place: &Place<'_>) -> Vec<BadConfiguration> {
        let required = self.keys(place).into_iter().filter(|key| place.applied.requires(key));
        let without = required.filter_map(|key| {
            let map = self.changed(place, |object| {
                object.remove(&key);
            })?;
            let what = format!("without {key:?}");
            Some(BadConfiguration::new(Test::MissingConfiguration, place, &key, what, map))
        });
        without.filter(|bad| bad.check(self.schema).is_err()).collect()
    }

    /// Each key with a value of a type that the schema refuses there, and the first item of each array likewise. A key
    /// that takes every type has no variant.
    fn wrong_types(&self, place: &Place<'_>) -> Vec<BadConfiguration> {
        let Some(types) = TypeCheck::new(self.schema) else { return Vec::new() };
        let known = place.applied.properties().into_iter().map(|(name, _)| name.clone());
        let mut variants = Vec::new();
        for key in known {
            let pointer = format!("{}/{}", place.pointer, escaped(&key));
            variants.extend(self.of_wrong_type(&types, place, &key, &pointer));
            let value = Value::Object(self.valid.clone());
            let has_plain_item = value.pointer(&format!("{pointer}/0")).is_some_and(|item| !item.is_object());
            if has_plain_item {
                variants.extend(self.of_wrong_type(&types, place, &key, &format!("{pointer}/0")));
            }
        }
        variants
    }

    fn of_wrong_type(
        &self,
        types: &TypeCheck,
        place: &Place<'_>,
        key: &str,
        pointer: &str,
    ) -> Option<BadConfiguration> {
        let values = [json!(17), json!("text"), json!({}), json!([]), json!(true)];
        values.into_iter().find_map(|value| {
            let found = value.to_string();
            let map = self.replaced(pointer, value)?;
            if !types.refuses(&map, pointer) {
                return None;
            }
            let part = if pointer.ends_with("/0") { "an item of " } else { "" };
            let what = format!("with {found} for {part}{key:?}");
            Some(BadConfiguration::new(Test::WrongType, place, key, what, map))
        })
    }

    /// Each required text as an empty one, save for those that say that they may be empty.
    fn empty(&self, place: &Place<'_>) -> Vec<BadConfiguration> {
        let value = Value::Object(self.valid.clone());
        let is_text = |key: &str| {
            value.pointer(&format!("{}/{}", place.pointer, escaped(key))).is_some_and(Value::is_string)
        };
        let keys = self.keys(place).into_iter().filter(|key| place.applied.requires(key) && is_text(key));
        let keys = keys.filter(|key| !self.may_be_empty(place, key));
        let emptied = keys.filter_map(|key| {
            let map = self.replaced(&format!("{}/{}", place.pointer, escaped(&key)), json!(""))?;
            let what = format!("with an empty {key:?}");
            Some(BadConfiguration::new(Test::EmptyConfiguration, place, &key, what, map))
        });
        emptied.collect()
    }

    fn may_be_empty(&self, place: &Place<'_>, key: &str) -> bool {
        let Some(schema) = place.applied.below(key) else { return true };
        let applied = Applied::of(self.schema, schema);
        let is_named = |value: &Value| value.as_str() == Some("");
        let says_so = applied.first("minLength").and_then(Value::as_u64) == Some(0);
        let among =
            |word| applied.first(word).and_then(Value::as_array).is_some_and(|all| all.iter().any(is_named));
        says_so
            || among("enum")
            || among("examples")
            || ["const", "default"].into_iter().any(|word| applied.first(word).is_some_and(is_named))
    }

    /// A key that nothing knows. Where an inner object takes any key, there is no variant.
    fn unknown(&self, place: &Place<'_>) -> Vec<BadConfiguration> {
        let known = place.applied.properties();
        let is_known = |name: &str| known.iter().any(|(key, _)| *key == name);
        let mut key = "unexpectedKey".to_owned();
        while is_known(&key) {
            key.push('X');
        }
        let map = self.changed(place, |object| {
            object.insert(key.clone(), json!(true));
        });
        let what = format!("with the unknown key {key:?}");
        let variant = map.map(|map| BadConfiguration::new(Test::UnknownKey, place, &key, what, map));
        let is_top = place.pointer.is_empty();
        variant.into_iter().filter(|bad| is_top || self.is_unknown(bad)).collect()
    }

    /// Whether the schema refuses it for that key, and not for the value.
    fn is_unknown(&self, bad: &BadConfiguration) -> bool {
        match bad.check(self.schema) {
            Err(CheckError::Refused { problems, .. }) => {
                problems.iter().any(|problem| problem.found == "an unknown key")
            }
            _ => false,
        }
    }

    /// The keys that the valid configuration has there.
    fn keys(&self, place: &Place<'_>) -> Vec<String> {
        let value = Value::Object(self.valid.clone());
        let object = value.pointer(&place.pointer).and_then(Value::as_object);
        object.into_iter().flat_map(Map::keys).cloned().collect()
    }

    fn changed(
        &self,
        place: &Place<'_>,
        change: impl FnOnce(&mut Map<String, Value>),
    ) -> Option<Map<String, Value>> {
        let mut value = Value::Object(self.valid.clone());
        change(value.pointer_mut(&place.pointer)?.as_object_mut()?);
        object(value)
    }

    fn replaced(&self, pointer: &str, new: Value) -> Option<Map<String, Value>> {
        let mut value = Value::Object(self.valid.clone());
        let (parent, name) = pointer.rsplit_once('/')?;
        match value.pointer_mut(parent)? {
            Value::Object(object) => {
                object.insert(name.replace("~1", "/").replace("~0", "~"), new);
            }
            Value::Array(items) => *items.first_mut()? = new,
            _ => return None,
        }
        object(value)
    }
}

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
