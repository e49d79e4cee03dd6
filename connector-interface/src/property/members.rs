//! The members of a JSON object, taken one by one when it is read or written.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value};

use super::{
    extras::Extras,
    json::{FromJson, Mismatch},
    nullable::Nullable,
};

/// Hands out the members of an object that is read; what nobody asked for is left as extra properties.
pub(crate) struct MemberReader {
    members: Map<String, Value>,
}

impl MemberReader {
    /// Opens an object, whose `_type` must be the given one where there is one.
    pub(crate) fn open(value: Value, record_type: Option<&str>) -> Result<Self, Mismatch> {
        let Value::Object(members) = value else {
            return Err(Mismatch::expected("an object", &value));
        };
        let mut reader = Self { members };
        if let Some(record_type) = record_type {
            reader.take_type(record_type)?;
        }
        Ok(reader)
    }

    fn take_type(&mut self, record_type: &str) -> Result<(), Mismatch> {
        let found = self.members.remove("_type").unwrap_or_default();
        if found == record_type {
            return Ok(());
        }
        Err(Mismatch::expected(&format!("{record_type:?}"), &found).under("_type"))
    }

    pub(crate) fn required<T: FromJson>(&mut self, name: &str) -> Result<T, Mismatch> {
        self.optional(name)?.ok_or_else(|| Mismatch::new("missing, though it is required").under(name))
    }

    pub(crate) fn optional<T: FromJson>(&mut self, name: &str) -> Result<Option<T>, Mismatch> {
        let value = self.members.remove(name).map(T::from_json).transpose();
        value.map_err(|mismatch| mismatch.under(name))
    }

    pub(crate) fn nullable<T: FromJson>(&mut self, name: &str) -> Result<Nullable<T>, Mismatch> {
        Ok(self.optional::<Option<T>>(name)?.map_or(Nullable::Absent, Nullable::from))
    }

    pub(crate) fn into_extras(self) -> Extras {
        Extras::from(self.members)
    }
}

/// Writes the members of an object in the order in which they are given.
pub(crate) struct MemberWriter<M> {
    members: M,
}

impl<M: SerializeMap> MemberWriter<M> {
    /// Begins an object, with a `_type` where there is one.
    pub(crate) fn open<S>(serializer: S, record_type: Option<&str>) -> Result<Self, S::Error>
    where
        S: Serializer<SerializeMap = M, Error = M::Error, Ok = M::Ok>,
    {
        let mut members = serializer.serialize_map(None)?;
        if let Some(record_type) = record_type {
            members.serialize_entry("_type", record_type)?;
        }
        Ok(Self { members })
    }

    pub(crate) fn required(&mut self, name: &str, value: &impl Serialize) -> Result<(), M::Error> {
        self.members.serialize_entry(name, value)
    }

    pub(crate) fn optional(&mut self, name: &str, value: &Option<impl Serialize>) -> Result<(), M::Error> {
        value.as_ref().map_or(Ok(()), |value| self.required(name, value))
    }

    pub(crate) fn nullable(&mut self, name: &str, value: &Nullable<impl Serialize>) -> Result<(), M::Error> {
        match value {
            Nullable::Absent => Ok(()),
            Nullable::Null => self.required(name, &()),
            Nullable::Value(value) => self.required(name, value),
        }
    }

    pub(crate) fn close(mut self, extras: &Extras) -> Result<M::Ok, M::Error> {
        for (name, value) in extras.as_map() {
            self.required(name, value)?;
        }
        self.members.end()
    }
}
