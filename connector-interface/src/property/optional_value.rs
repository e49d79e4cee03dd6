//! What the setter of an optional property takes.

use crate::{date_time::DateTime, timestamp::Timestamp};

/// What setters of an optional property take: a value or an [`Option`] of it; for a time also a [`Timestamp`], and for a
/// text also a [`str`].
///
/// ```
/// # use connector_interface::{Timestamp, records::Branch};
/// let branch = Branch::new().name("main").deleted_at(Timestamp::now());
/// let same = branch.clone().name("main".to_owned()).name(Some("main"));
/// assert_eq!(branch, same);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value for a property of type `{T}`",
    label = "expected `{T}`, or an `Option` of it",
    note = "setters convert no numbers and parse no texts: do so before, as in `i64::from(number)`, `u64::try_from(number)?` \
            or `text.parse::<Uri>()?`"
)]
pub trait OptionalValue<T> {
    /// The value, where there is one.
    fn into_value(self) -> Option<T>;
}

impl<T> OptionalValue<T> for T {
    fn into_value(self) -> Option<T> {
        Some(self)
    }
}

impl<T> OptionalValue<T> for Option<T> {
    fn into_value(self) -> Option<T> {
        self
    }
}

impl OptionalValue<DateTime> for Timestamp {
    fn into_value(self) -> Option<DateTime> {
        Some(self.into())
    }
}

impl OptionalValue<DateTime> for Option<Timestamp> {
    fn into_value(self) -> Option<DateTime> {
        self.map(DateTime::from)
    }
}

impl OptionalValue<String> for &str {
    fn into_value(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl OptionalValue<String> for Option<&str> {
    fn into_value(self) -> Option<String> {
        self.map(str::to_owned)
    }
}
