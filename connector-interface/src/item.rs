//! One element of a list, read for itself.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};

/// An element of a list in an answer, which spoils none of the others where it is not what was expected.
///
/// [`LenientProducer::read`](crate::LenientProducer::read) takes it out, or logs and counts that it was rejected. It is
/// read from JSON; behind `#[serde(flatten)]` and in untagged enums it cannot stand. A struct that is generic over `T` says
/// `#[serde(bound = "T: DeserializeOwned")]`.
///
/// ```
/// # use connector_interface::Item;
/// # use serde::Deserialize;
/// #[derive(Deserialize)]
/// struct Page {
///     items: Vec<Item<Job>>,
/// }
///
/// #[derive(Deserialize)]
/// struct Job {
///     number: u64,
/// }
///
/// let page: Page = serde_json::from_str(r#"{"items": [{"number": 7}, {"id": "j2", "number": "eight"}]}"#)?;
/// assert_eq!(page.items[0].as_ref().ok().map(|job| job.number), Some(7));
/// assert!(page.items[1].as_ref().is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Item<T>(Result<T, UnreadableItem>);

/// An element that is not what was expected.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct UnreadableItem {
    /// What people know the element by.
    pub(crate) name: Option<String>,
    /// The member that is wrong, with what was expected and found.
    reason: String,
}

impl<T> Item<T> {
    /// The element, or why it cannot be read.
    ///
    /// # Errors
    /// Where it is not what was expected.
    pub fn as_ref(&self) -> Result<&T, &UnreadableItem> {
        self.0.as_ref()
    }

    pub(crate) fn into_result(self) -> Result<T, UnreadableItem> {
        self.0
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Its text is kept and not a value: most members of an element are of no interest, and a value would hold them all.
        let text = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(text.get()).or_else(|_| read_with_place(text.get()))))
    }
}

/// Reads an element once more, for an error that names the place.
fn read_with_place<T: DeserializeOwned>(text: &str) -> Result<T, UnreadableItem> {
    let found: Value = serde_json::from_str(text).unwrap_or_default();
    let name = name_of(&found).map(str::to_owned);
    serde_path_to_error::deserialize(found).map_err(|error| {
        let reason = match error.path().to_string() {
            path if path == "." => error.into_inner().to_string(),
            path => format!("{path}: {}", error.inner()),
        };
        UnreadableItem { name, reason }
    })
}

/// What people know a record or an element of an answer by: the first of its members that tells it from others.
pub(crate) fn name_of(value: &Value) -> Option<&str> {
    ["id", "oid", "self", "name"].iter().find_map(|member| value.get(member)?.as_str())
}
