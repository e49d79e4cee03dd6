//! Checks a configuration against the schema of its connector.

use std::collections::HashSet;
use std::fmt;

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value};

use super::ConfigurationSource;
use super::expectation::{expected, found, listed};
use super::json::escaped;
use super::secret::marked;
use crate::did_you_mean::did_you_mean;
use crate::exit_code::ExitCode;
use crate::reference::message;

/// One place of a configuration that breaks the schema. The text of a string, and a secret of any type, is never in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A JSON pointer to the place; empty for the whole configuration.
    pub pointer: String,
    /// What the schema asks for.
    pub expected: String,
    /// What is there.
    pub found: String,
    /// A name that was perhaps meant.
    pub did_you_mean: Option<String>,
    /// The author's own words for whatever is wrong with the key, which are told in the place of all else.
    pub message: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(message) = &self.message {
            return formatter.write_str(message);
        }
        let place = if self.pointer.is_empty() { "the configuration" } else { &self.pointer };
        write!(formatter, "{place}: expected {}, found {}", self.expected, self.found)?;
        match &self.did_you_mean {
            Some(name) => write!(formatter, "; did you mean {name:?}?"),
            None => Ok(()),
        }
    }
}

/// Why a check did not pass.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The configuration breaks the schema.
    #[error("{configuration} does not fit what its connector asks for:{}", lines(.problems))]
    Refused {
        /// Where the configuration comes from.
        configuration: ConfigurationSource,
        /// All problems, by their place.
        problems: Vec<Problem>,
    },
    /// The schema itself is wrong, so that nothing was checked.
    #[error(
        "the configuration schema inside the connector is not a valid JSON Schema; tell the connector's author, who mends configuration.schema.json"
    )]
    BadSchema {
        /// What is wrong with the schema.
        #[source]
        cause: SchemaFault,
    },
}

/// What is wrong with a schema.
#[derive(Debug, thiserror::Error)]
#[error("at {place:?} in the schema: {reason}")]
pub struct SchemaFault {
    place: String,
    reason: String,
}

impl CheckError {
    /// The ending that this error leads to.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        match self {
            CheckError::Refused { .. } => ExitCode::Configuration,
            CheckError::BadSchema { .. } => ExitCode::ConnectorUnusable,
        }
    }
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}

/// Makes ready what schemas themselves are checked with, which takes longer than to check a configuration. For a thread
/// beside others; whoever checks meanwhile waits for it.
pub(crate) fn warm_up() {
    // It is kept. Schemas that are made from structs are of this draft.
    let _ = jsonschema::draft202012::meta::validator();
}

/// Checks the configuration's object.
pub(super) fn check(
    source: &ConfigurationSource,
    map: &Map<String, Value>,
    schema: &Value,
) -> Result<(), CheckError> {
    let validator = compile(schema)?;
    let secrets = marked(schema, map).into_iter().map(|secret| secret.pointer).collect();
    let report = Report { schema, secrets };
    let instance = Value::Object(map.clone());
    let mut problems: Vec<Problem> =
        validator.iter_errors(&instance).flat_map(|error| report.problems(&error)).collect();
    if problems.is_empty() {
        return Ok(());
    }
    problems.sort_by(|left, right| left.pointer.cmp(&right.pointer));
    // The author's words for a key stand for all that is wrong with it.
    let mut texts = HashSet::new();
    problems.retain(|problem| texts.insert(problem.to_string()));
    Err(CheckError::Refused { configuration: source.clone(), problems })
}

fn compile(schema: &Value) -> Result<Validator, CheckError> {
    let options = jsonschema::options().should_validate_formats(true).offline();
    options.build(schema).map_err(|error| {
        let place = error.instance_path().to_string();
        let reason = error.to_string().chars().take(300).collect();
        CheckError::BadSchema { cause: SchemaFault { place, reason } }
    })
}

/// Turns what the validator says into problems that show no secret.
struct Report<'a> {
    schema: &'a Value,
    /// Pointers to the secret values.
    secrets: Vec<String>,
}

impl Report<'_> {
    fn problems(&self, error: &ValidationError<'_>) -> Vec<Problem> {
        match error.kind() {
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                unexpected.iter().map(|key| self.unknown_key(error, key)).collect()
            }
            Kind::Required { property } => vec![self.missing_key(error, property)],
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => self.no_branch(error, context),
            _ => vec![self.problem(error)],
        }
    }

    fn problem(&self, error: &ValidationError<'_>) -> Problem {
        let pointer = error.instance_path().to_string();
        let is_secret = self.is_secret(&pointer);
        let did_you_mean = if is_secret { None } else { near_option(error) };
        let message = message(self.schema, &pointer);
        Problem {
            expected: expected(error.kind()),
            found: found(error, is_secret),
            pointer,
            did_you_mean,
            message,
        }
    }

    fn is_secret(&self, pointer: &str) -> bool {
        let below = |secret: &String| {
            pointer.strip_prefix(secret.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.secrets.iter().any(below)
    }

    fn unknown_key(&self, error: &ValidationError<'_>, key: &str) -> Problem {
        let known = self.known_keys(error);
        let expected = match known.len() {
            0 => "no key here".to_owned(),
            _ => format!(
                "one of the keys {}",
                known.iter().map(|key| format!("{key:?}")).collect::<Vec<_>>().join(", ")
            ),
        };
        let unused = known.iter().filter(|key| error.instance().get(**key).is_none());
        let did_you_mean = did_you_mean(key, unused.copied()).map(str::to_owned);
        let pointer = format!("{}/{}", error.instance_path(), escaped(key));
        let message = message(self.schema, &pointer);
        Problem { pointer, expected, found: "an unknown key".to_owned(), did_you_mean, message }
    }

    /// What is wrong is the object; the author's words stand at the key that it lacks.
    fn missing_key(&self, error: &ValidationError<'_>, property: &Value) -> Problem {
        let pointer = error.instance_path().to_string();
        let key = format!("{pointer}/{}", escaped(property.as_str().unwrap_or_default()));
        Problem {
            pointer,
            expected: format!("the key {property}"),
            found: "no such key".to_owned(),
            did_you_mean: None,
            message: message(self.schema, &key),
        }
    }

    /// The keys that the schema describes where the error arose.
    fn known_keys(&self, error: &ValidationError<'_>) -> Vec<&str> {
        let keyword = error.schema_path().to_string();
        let schema = keyword.rsplit_once('/').and_then(|(parent, _)| self.schema.pointer(parent));
        let properties = schema.and_then(|schema| schema.get("properties")?.as_object());
        properties.into_iter().flat_map(Map::keys).map(String::as_str).collect()
    }

    /// No branch of an `anyOf` or `oneOf` accepts the value. If only one takes its type, its problems are the ones meant.
    fn no_branch(
        &self,
        error: &ValidationError<'_>,
        branches: &[Vec<ValidationError<'static>>],
    ) -> Vec<Problem> {
        if let Some(options) = fixed_values(branches) {
            let named =
                if self.is_secret(error.instance_path().as_str()) { None } else { error.instance().as_str() };
            let texts = options.iter().filter_map(|option| option.as_str());
            let did_you_mean = named.and_then(|written| did_you_mean(written, texts)).map(str::to_owned);
            let expected = format!("one of {}", listed(options));
            return vec![Problem { expected, did_you_mean, ..self.problem(error) }];
        }
        let place = error.instance_path();
        let is_type = |inner: &ValidationError<'_>| {
            matches!(inner.kind(), Kind::Type { .. }) && inner.instance_path() == place
        };
        let of_its_type: Vec<_> = branches.iter().filter(|branch| !branch.iter().any(is_type)).collect();
        if let [branch] = of_its_type[..] {
            return branch.iter().flat_map(|inner| self.problems(inner)).collect();
        }
        let mut forms: Vec<String> =
            branches.iter().filter_map(|branch| Some(expected(branch.first()?.kind()))).collect();
        forms.dedup();
        vec![Problem { expected: forms.join(" or "), ..self.problem(error) }]
    }
}

/// The values of branches that each allow fixed ones, as the schema of a Rust enum with documented variants has them.
fn fixed_values<'b>(branches: &'b [Vec<ValidationError<'static>>]) -> Option<Vec<&'b Value>> {
    let mut values = Vec::new();
    for branch in branches {
        match branch.iter().map(ValidationError::kind).collect::<Vec<_>>()[..] {
            [Kind::Constant { expected_value }] => values.push(&**expected_value),
            [Kind::Enum { options }] => values.extend(options.as_array()?),
            _ => return None,
        }
    }
    Some(values)
}

/// The option of an `enum` that a string was perhaps meant to be.
fn near_option(error: &ValidationError<'_>) -> Option<String> {
    let Kind::Enum { options } = error.kind() else { return None };
    let written = error.instance().as_str()?.to_owned();
    let options = options.as_array()?.iter().filter_map(Value::as_str);
    did_you_mean(&written, options).map(str::to_owned)
}
