//! What all records have in common, written from one list of their properties.

use serde::{Serialize, de::DeserializeOwned};

use super::json::FromJson;

/// A record with the properties of one record type. Implemented by the 45 types of [`records`](crate::records) only.
pub trait Record: FromJson + Serialize + DeserializeOwned {
    /// What stands in `_type`, such as `Incident`.
    const TYPE: &'static str;
}

/// Makes a struct a record of the type: reading, writing, extra properties.
macro_rules! record {
    ($name:ident $record_type:literal { $($properties:tt)* }) => {
        impl $crate::property::Record for $name {
            const TYPE: &'static str = $record_type;
        }

        $crate::property::properties! { $name, Some($record_type), { $($properties)* } }
    };
}
pub(crate) use record;

/// Makes a struct an object within a record: as a record, but without `_type`.
macro_rules! object {
    ($name:ident { $($properties:tt)* }) => {
        $crate::property::properties! { $name, None, { $($properties)* } }
    };
}
pub(crate) use object;

/// Reading, writing and extra properties, from the list of properties in the order of the schema. Each stands as
/// `required`, `optional` or `nullable`, which are methods of reader, writer and `Property`; field; name in JSON.
macro_rules! properties {
    ($name:ident, $record_type:expr, { $($kind:ident $field:ident $property:literal,)* }) => {
        impl $name {
            const PROPERTIES: &'static [$crate::property::Property] =
                &[$($crate::property::Property::$kind($property, stringify!($field))),*];

            /// The same with one more property, which the schema does not know; a null, as of `None`, leaves it out.
            ///
            /// # Errors
            /// Where the type has a property of this name itself; where the value cannot be written as JSON, as a number
            /// that is not finite, or is nested too deep for the runner.
            pub fn with(
                mut self,
                name: &str,
                value: impl serde::Serialize,
            ) -> Result<Self, $crate::property::ExtraPropertyError> {
                self.extras.insert(name, value, stringify!($name), Self::PROPERTIES)?;
                Ok(self)
            }

            /// The properties that the schema does not know.
            #[must_use]
            pub fn extras(&self) -> &serde_json::Map<String, serde_json::Value> {
                self.extras.as_map()
            }
        }

        impl $crate::property::FromJson for $name {
            fn from_json(value: serde_json::Value) -> Result<Self, $crate::property::Mismatch> {
                let mut members = $crate::property::MemberReader::open(value, $record_type)?;
                Ok(Self {
                    $($field: members.$kind($property)?,)*
                    extras: members.into_extras(),
                })
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                $crate::property::FromJson::from_json(value).map_err(serde::de::Error::custom)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut members = $crate::property::MemberWriter::open(serializer, $record_type)?;
                $(members.$kind($property, &self.$field)?;)*
                members.close(&self.extras)
            }
        }
    };
}
pub(crate) use properties;
