//! The value of an optional property that may also be null.

/// A property that may be left out, be null, or have a value; the three say different things.
///
/// Setters take `impl Into<Nullable<T>>`: a value, or an [`Option`], of which `None` becomes null. To leave
/// the property out, do not call its setter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Nullable<T> {
    /// The record says nothing about it.
    #[default]
    Absent,
    /// The record says that there is none.
    Null,
    /// The record has it.
    Value(T),
}

impl<T> Nullable<T> {
    /// The value, where there is one.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Absent | Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}
