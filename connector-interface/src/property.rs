//! What the properties of all record types are made of.

mod date_or_time;
mod enumeration;
mod extras;
mod json;
mod members;
mod nullable;
mod optional_value;
mod percentage;
mod record;
mod record_or_uri;

pub(crate) use enumeration::enumeration;
pub(crate) use members::{MemberReader, MemberWriter};
pub(crate) use record::{object, properties, record};

pub(crate) use extras::{Extras, Property};
pub(crate) use json::{FromJson, Mismatch, from_text};

pub use date_or_time::DateOrTime;
pub use enumeration::UnknownValueError;
pub use extras::ExtraPropertyError;
pub use nullable::Nullable;
pub use optional_value::OptionalValue;
pub use percentage::{Percentage, PercentageError};
pub use record::Record;
pub use record_or_uri::{OptionalLink, RecordOrUri};
