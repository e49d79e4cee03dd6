//! The name of a connector, as it stands in commands, file names and records.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const FILE_PREFIX: &str = "libcodeclimate_connector_";
const FILE_SUFFIX: &str = ".so";
/// Prefixes and suffixes that people copy along with a slug, longest first.
const CRATE_PREFIXES: [&str; 2] = ["libcodeclimate-connector-", "codeclimate-connector-"];

/// The longest slug, in bytes: with prefix and suffix it stays well below the 255 bytes of a file name.
pub const MAX_SLUG_LENGTH: usize = 64;

/// A connector's name: lower-case ASCII letters, digits and `-`, starting with a letter.
///
/// `_` and `-` are one, because a crate `codeclimate-connector-my-tool` is built into a file `…my_tool.so`; a slug
/// always shows `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// Why a text is not a slug.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Nothing was written.
    #[error("a connector's slug is empty; write its name, for example `git`")]
    Empty,
    /// More than [`MAX_SLUG_LENGTH`] bytes.
    #[error("a connector's slug has at most {MAX_SLUG_LENGTH} characters, this one has {length}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// It starts with a digit, a dash or something stranger.
    #[error("slug {text:?} starts with {found:?}, but a slug starts with a lower-case letter{}", advice(.suggestion))]
    Start {
        /// The text as written.
        text: String,
        /// Its first character.
        found: char,
        /// The nearest slug, if one can be guessed.
        suggestion: Option<String>,
    },
    /// It has a character that no slug has.
    #[error("slug {text:?} contains {found:?}, but a slug has only lower-case letters, digits and `-`{}", advice(.suggestion))]
    Character {
        /// The text as written.
        text: String,
        /// The first character that does not belong.
        found: char,
        /// The nearest slug, if one can be guessed.
        suggestion: Option<String>,
    },
}

fn advice(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map_or_else(String::new, |slug| format!("; write `{slug}`"))
}

impl Slug {
    /// The slug as text, with `-` between its words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The file that a connector of this slug is built into.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{FILE_PREFIX}{}{FILE_SUFFIX}", self.0.replace('-', "_"))
    }

    /// The slug that a file name states, or `None` if it is not a connector's file name.
    #[must_use]
    pub fn from_file_name(name: &str) -> Option<Slug> {
        name.strip_prefix(FILE_PREFIX)?.strip_suffix(FILE_SUFFIX)?.parse().ok()
    }
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Slug, SlugError> {
        let first = text.chars().next().ok_or(SlugError::Empty)?;
        if let Some(found) = text.chars().find(|&found| !is_slug_character(found)) {
            return Err(SlugError::Character { text: shortened(text), found, suggestion: suggestion(text) });
        }
        if !first.is_ascii_lowercase() {
            return Err(SlugError::Start {
                text: shortened(text),
                found: first,
                suggestion: suggestion(text),
            });
        }
        if text.len() > MAX_SLUG_LENGTH {
            return Err(SlugError::TooLong { length: text.len() });
        }
        Ok(Slug(text.replace('_', "-")))
    }
}

fn is_slug_character(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit() || matches!(character, '-' | '_')
}

fn shortened(text: &str) -> String {
    text.chars().take(MAX_SLUG_LENGTH).collect()
}

/// What the writer most likely meant: the crate's or file's name without its fixed parts, in slug characters.
fn suggestion(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase().replace('_', "-");
    let lower = lower.strip_suffix(FILE_SUFFIX).unwrap_or(&lower);
    let name = CRATE_PREFIXES.iter().find_map(|prefix| lower.strip_prefix(prefix)).unwrap_or(lower);
    let words: Vec<&str> = name.split(|character: char| !character.is_ascii_alphanumeric()).collect();
    let joined = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    let slug = joined.trim_start_matches(|character: char| !character.is_ascii_lowercase());
    (!slug.is_empty() && slug.len() <= MAX_SLUG_LENGTH).then(|| slug.to_owned())
}

impl fmt::Display for Slug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Slug, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Slug {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_read_and_underscores_become_dashes() {
        let table =
            [("git", "git"), ("my_tool", "my-tool"), ("my-tool", "my-tool"), ("s3", "s3"), ("a_-b", "a--b")];
        for (text, expected) in table {
            let slug: Slug = text.parse().unwrap();
            assert_eq!(slug.as_str(), expected, "{text}");
            assert_eq!(slug.to_string(), expected);
            assert_eq!(serde_json::to_string(&slug).unwrap(), format!("{expected:?}"));
        }
    }

    #[test]
    fn what_is_not_a_slug_is_refused_with_the_reason_and_what_to_write() {
        let table = [
            ("", "a connector's slug is empty; write its name, for example `git`"),
            (
                "Git",
                "slug \"Git\" contains 'G', but a slug has only lower-case letters, digits and `-`; write `git`",
            ),
            (
                "my tool",
                "slug \"my tool\" contains ' ', but a slug has only lower-case letters, digits and `-`; write `my-tool`",
            ),
            (
                "3scale",
                "slug \"3scale\" starts with '3', but a slug starts with a lower-case letter; write `scale`",
            ),
            (
                "-git",
                "slug \"-git\" starts with '-', but a slug starts with a lower-case letter; write `git`",
            ),
            (
                "libcodeclimate_connector_git.so",
                "slug \"libcodeclimate_connector_git.so\" contains '.', but a slug has only lower-case letters, digits and `-`; write `git`",
            ),
            ("42", "slug \"42\" starts with '4', but a slug starts with a lower-case letter"),
            ("é", "slug \"é\" contains 'é', but a slug has only lower-case letters, digits and `-`"),
            (
                "a\u{1b}[31m",
                "slug \"a\\u{1b}[31m\" contains '\\u{1b}', but a slug has only lower-case letters, digits and `-`; write `a-31m`",
            ),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse::<Slug>().unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn a_slug_may_be_64_characters_long_but_not_65() {
        let longest = "a".repeat(MAX_SLUG_LENGTH);
        assert!(longest.parse::<Slug>().is_ok());
        let error = format!("{longest}a").parse::<Slug>().unwrap_err();
        assert_eq!(error, SlugError::TooLong { length: 65 });
    }

    #[test]
    fn suggestions_are_slugs_themselves() {
        for text in ["Git Hub", "__X__y", "codeclimate-connector-Page.Duty", "1a"] {
            let suggested = suggestion(text).unwrap();
            assert_eq!(suggested.parse::<Slug>().unwrap().as_str(), suggested, "{text}");
        }
    }

    #[test]
    fn file_names_state_the_slug() {
        let table = [
            ("libcodeclimate_connector_git.so", Some("git")),
            ("libcodeclimate_connector_my_tool.so", Some("my-tool")),
            ("libcodeclimate_connector_my-tool.so", Some("my-tool")),
            ("libcodeclimate_connector_.so", None),
            ("libcodeclimate_connector_Git.so", None),
            ("libcodeclimate_connector_git.so.1", None),
            ("codeclimate_connector_git.so", None),
            ("libgit.so", None),
            ("", None),
        ];
        for (name, expected) in table {
            let slug = Slug::from_file_name(name);
            assert_eq!(slug.as_ref().map(Slug::as_str), expected, "{name}");
        }
    }

    #[test]
    fn a_file_name_leads_back_to_its_slug() {
        for text in ["git", "my-tool", "a-b-c3"] {
            let slug: Slug = text.parse().unwrap();
            assert_eq!(Slug::from_file_name(&slug.file_name()), Some(slug));
        }
    }
}
