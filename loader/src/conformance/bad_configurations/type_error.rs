//! Whether a schema refuses a value for its type, and not for what it says.

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind as Kind};
use serde_json::{Map, Value};

/// A compiled schema.
pub(super) struct TypeCheck(Validator);

impl TypeCheck {
    /// None where the schema itself is wrong, which another test tells.
    pub(super) fn new(schema: &Value) -> Option<TypeCheck> {
        let options = jsonschema::options().should_validate_formats(true).offline();
        options.build(schema).ok().map(TypeCheck)
    }

    /// Whether the value at this place has a type that nothing allows there.
    pub(super) fn refuses(&self, map: &Map<String, Value>, pointer: &str) -> bool {
        let instance = Value::Object(map.clone());
        self.0.iter_errors(&instance).any(|error| is_of_type(&error, pointer))
    }
}

fn is_of_type(error: &ValidationError<'_>, pointer: &str) -> bool {
    let here = error.instance_path().as_str() == pointer;
    match error.kind() {
        Kind::Type { .. } => here,
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } if here => {
            context.iter().all(|branch| branch.iter().any(|inner| is_of_type(inner, pointer)))
        }
        Kind::Enum { options } => {
            let options = options.as_array().into_iter().flatten();
            here && options.into_iter().all(|option| !same_type(option, error.instance()))
        }
        Kind::Constant { expected_value } => here && !same_type(expected_value, error.instance()),
        _ => false,
    }
}

fn same_type(one: &Value, other: &Value) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}
