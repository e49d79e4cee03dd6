//! A link to another record: the record itself, or its address.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use super::{
    json::{FromJson, Mismatch},
    record::Record,
};
use crate::uri::Uri;

/// Another record, nested as a whole, or the [`Uri`] that it has as its `self`.
///
/// ```
/// # use connector_interface::{Uri, records::{Actor, NewActor, RecordOrUri}};
/// let uri: Uri = "https://api.github.com/users/ada".parse()?;
/// let address: RecordOrUri<Actor> = uri.clone().into();
/// let nested: RecordOrUri<Actor> = Actor::new(NewActor { id: "ada".to_owned(), uri }).into();
/// # assert_ne!(address, nested);
/// # Ok::<(), connector_interface::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum RecordOrUri<T> {
    /// The record itself.
    Record(Box<T>),
    /// Its address.
    Uri(Uri),
}

impl<T: Record> From<T> for RecordOrUri<T> {
    fn from(record: T) -> Self {
        Self::Record(Box::new(record))
    }
}

impl<T> From<Uri> for RecordOrUri<T> {
    fn from(uri: Uri) -> Self {
        Self::Uri(uri)
    }
}

/// What setters of a link take: a record, a [`Uri`] or a [`RecordOrUri`], or an [`Option`] of one of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no link to a `{T}`",
    label = "expected `{T}` or `Uri`, or an `Option` of one",
    note = "give the record itself, or its address as a `Uri`: a text becomes one with `Uri::encoded(text)?` or \
            `text.parse::<Uri>()?`"
)]
pub trait OptionalLink<T> {
    /// The link, where there is one.
    fn into_link(self) -> Option<RecordOrUri<T>>;
}

// One by one, and not for all that is `Into<RecordOrUri<T>>`: the compiler would tell of that in the place of the note.
impl<T: Record> OptionalLink<T> for T {
    fn into_link(self) -> Option<RecordOrUri<T>> {
        Some(self.into())
    }
}

impl<T> OptionalLink<T> for Uri {
    fn into_link(self) -> Option<RecordOrUri<T>> {
        Some(self.into())
    }
}

impl<T> OptionalLink<T> for RecordOrUri<T> {
    fn into_link(self) -> Option<RecordOrUri<T>> {
        Some(self)
    }
}

impl<T: Record> OptionalLink<T> for Option<T> {
    fn into_link(self) -> Option<RecordOrUri<T>> {
        self.map(RecordOrUri::from)
    }
}

impl<T> OptionalLink<T> for Option<Uri> {
    fn into_link(self) -> Option<RecordOrUri<T>> {
        self.map(RecordOrUri::from)
    }
}

impl<T> OptionalLink<T> for Option<RecordOrUri<T>> {
    fn into_link(self) -> Option<RecordOrUri<T>> {
        self
    }
}

impl<T: Serialize> Serialize for RecordOrUri<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Record(record) => record.serialize(serializer),
            Self::Uri(uri) => uri.serialize(serializer),
        }
    }
}

impl<T: Record> FromJson for RecordOrUri<T> {
    fn from_json(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::String(_) => Uri::from_json(value).map(Self::Uri),
            Value::Object(_) => T::from_json(value).map(Self::from),
            other => Err(Mismatch::expected(&format!("a record of type {} or its URI", T::TYPE), &other)),
        }
    }
}

impl<'de, T: Record> Deserialize<'de> for RecordOrUri<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
