//! Properties that are one of a few words.

/// Why a text is none of the words that a property may be.
///
/// ```
/// # use connector_interface::records::IncidentStatus;
/// let error = "open".parse::<IncidentStatus>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "\"open\" is not an IncidentStatus: expected one of triggered, acknowledged, resolved",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not {} {expected_type}: expected one of {}", article(expected_type), allowed.join(", "))]
pub struct UnknownValueError {
    found: String,
    expected_type: &'static str,
    allowed: Vec<&'static str>,
}

/// How much of a text an error quotes, in letters.
const QUOTED_LETTERS: usize = 80;

impl UnknownValueError {
    pub(crate) fn new(found: &str, expected_type: &'static str, allowed: Vec<&'static str>) -> Self {
        Self { found: found.chars().take(QUOTED_LETTERS).collect(), expected_type, allowed }
    }

    /// What was found, shortened.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// The words that would do.
    #[must_use]
    pub fn allowed(&self) -> &[&'static str] {
        &self.allowed
    }
}

fn article(name: &str) -> &'static str {
    if name.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" }
}

/// Writes an enum of words, each variant with its word.
macro_rules! enumeration {
    ($(#[$documentation:meta])* $name:ident { $($variant:ident $word:literal,)* }) => {
        $(#[$documentation])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`")] $variant,)*
        }

        impl $name {
            /// Every value, in the order of the schema.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word that stands in the record.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::property::UnknownValueError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.iter().find(|value| value.as_str() == text);
                found.copied().ok_or_else(|| {
                    let allowed = Self::ALL.iter().map(|value| value.as_str()).collect();
                    Self::Err::new(text, stringify!($name), allowed)
                })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl $crate::property::FromJson for $name {
            fn from_json(value: serde_json::Value) -> Result<Self, $crate::property::Mismatch> {
                $crate::property::from_text(&value, "a string")
            }
        }
    };
}
pub(crate) use enumeration;
