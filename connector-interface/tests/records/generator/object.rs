//! What the generator knows of a record, or of an object in it, before it is written.

/// A struct to write.
#[derive(Debug)]
pub(crate) struct Object {
    /// The name of the struct.
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) properties: Vec<Property>,
}

#[derive(Debug)]
pub(crate) struct Property {
    /// The name in JSON.
    pub(crate) name: String,
    /// The name in Rust.
    pub(crate) field: String,
    pub(crate) description: String,
    pub(crate) presence: Presence,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Presence {
    Required,
    Optional,
    /// Optional, and may be null.
    Nullable,
}

/// A type of value.
#[derive(Debug)]
pub(crate) enum Kind {
    /// One that is written once for all record types: its path.
    Known(&'static str),
    /// A record of this type, or its URI.
    Link(String),
    Words(Words),
    Object(Object),
    List(Box<Kind>),
    /// An element of a list that may be null.
    OrNull(Box<Kind>),
}

/// An enum to write.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) name: String,
    pub(crate) words: Vec<String>,
}
