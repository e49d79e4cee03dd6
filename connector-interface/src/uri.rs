//! An address that the `uri` format of the record schemas accepts.

mod encoding;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An absolute URI after RFC 3986, such as `https://example.com/incidents/7`.
///
/// Letters beyond ASCII may stand as they are, as in RFC 3987. What it holds always passes the `uri` format of
/// the record schemas, and is written as it was read.
///
/// ```
/// # use connector_interface::Uri;
/// let incident: Uri = "https://api.pagerduty.com/incidents/P03ECE0".parse()?;
/// assert_eq!(incident.as_str(), "https://api.pagerduty.com/incidents/P03ECE0");
///
/// let file = Uri::encoded("https://codecov.io/api/gh/acme/my repo")?;
/// assert_eq!(file.as_str(), "https://codecov.io/api/gh/acme/my%20repo");
///
/// let branch = file.with_segment("branches").with_segment("fix/7");
/// assert_eq!(branch.as_str(), "https://codecov.io/api/gh/acme/my%20repo/branches/fix%2F7");
/// # Ok::<(), connector_interface::UriError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uri(String);

/// Why a text is not a [`Uri`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is not an absolute URI such as https://example.com/incidents/7, \
     where a space is written %20 (Uri::encoded does that)"
)]
pub struct UriError {
    /// The beginning of what was found.
    text: String,
}

/// How much of a text an error quotes, in letters.
const QUOTED_LETTERS: usize = 80;

impl Uri {
    /// The address that a text means in which spaces and the like stand unescaped.
    ///
    /// Percent-encodes what the path, the query and the fragment of a URI cannot hold: spaces, `<`, `>`, `"`,
    /// a `%` without two hexadecimal digits behind it and so on. Letters beyond ASCII, and what is encoded
    /// already, stay as they are.
    ///
    /// # Errors
    /// [`UriError`] where there is no scheme, or the host cannot be one.
    pub fn encoded(text: &str) -> Result<Self, UriError> {
        Self::try_from(encoding::encode_address(text))
    }

    /// The same address with one more segment at the end of its path, from a name in plain text.
    ///
    /// Percent-encodes whatever would be more than a name in a path: `/`, `?`, `#` and `%` too. A slash at the
    /// end of the path is not doubled.
    #[must_use]
    pub fn with_segment(&self, name: impl AsRef<str>) -> Self {
        let path_end = self.0.find(['?', '#']).unwrap_or(self.0.len());
        let (address, rest) = self.0.split_at(path_end);
        let address = match address.strip_suffix('/') {
            Some(stem) if !stem.ends_with('/') => stem,
            _ => address,
        };
        Self(format!("{address}/{}{rest}", encoding::encode_segment(name.as_ref())))
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The rule of the record schemas: letters beyond ASCII are looked at as if they were percent-encoded.
fn is_absolute(text: &str) -> bool {
    if is_plain_web_address(text) {
        return true;
    }
    if text.is_ascii() {
        return fluent_uri::Uri::parse(text).is_ok();
    }
    !text.chars().any(|letter| letter.is_control() || letter.is_whitespace())
        && fluent_uri::Uri::parse(encoding::encode_beyond_ascii(text).as_str()).is_ok()
}

/// Recognises the commonest addresses, `https://host/path`, in a tenth of the time that the whole grammar takes.
///
/// `false` means only that the grammar must decide.
fn is_plain_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some(mut chunks) = rest.map(|rest| rest.as_bytes().chunks_exact(16)) else {
        return false;
    };
    // All of a chunk is looked at, without a branch, so that the compiler makes vector instructions of it.
    let all_plain = |bytes: &[u8]| bytes.iter().fold(true, |all, &byte| all & is_plain_in_address(byte));
    chunks.all(all_plain) && all_plain(chunks.remainder())
}

/// Whether the byte is a letter, a digit or one of `/-_.~`.
fn is_plain_in_address(byte: u8) -> bool {
    // `-`, `.`, `/` and the digits stand in a row.
    let in_row = byte.wrapping_sub(b'-') <= b'9' - b'-';
    let letter = (byte | 0x20).wrapping_sub(b'a') <= b'z' - b'a';
    in_row | letter | (byte == b'_') | (byte == b'~')
}

impl TryFrom<String> for Uri {
    type Error = UriError;

    fn try_from(text: String) -> Result<Self, UriError> {
        if is_absolute(&text) { Ok(Self(text)) } else { Err(UriError::about(&text)) }
    }
}

impl TryFrom<&str> for Uri {
    type Error = UriError;

    fn try_from(text: &str) -> Result<Self, UriError> {
        Self::try_from(text.to_owned())
    }
}

impl FromStr for Uri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        Self::try_from(text)
    }
}

impl UriError {
    fn about(text: &str) -> Self {
        let mut quoted: String = text.chars().take(QUOTED_LETTERS).collect();
        if quoted.len() < text.len() {
            quoted.push('…');
        }
        Self { text: quoted }
    }
}

impl AsRef<str> for Uri {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<Uri> for String {
    fn from(uri: Uri) -> Self {
        uri.0
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Serialize for Uri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Uri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_addresses_are_uris() {
        for text in [
            "https://example.com",
            "https://example.com:8080/a?b=c&d=%20#e",
            "https://user@[::1]/",
            "mailto:ada@example.com",
            "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
            "file:///srv/git/rocket.git",
            "https://example.com/acme/café",
        ] {
            assert_eq!(text.parse::<Uri>().map(String::from).as_deref(), Ok(text));
        }
        for text in
            ["", "acme/rocket", "/a", "//example.com/a", "https://x/a b", "https://x/%zz", "https://é/\u{a0}"]
        {
            assert!(text.parse::<Uri>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_looks_plain_is_an_address_for_the_whole_grammar_too() {
        for text in
            ["https://", "http://", "https:///", "https://.", "https://-", "https://~/_/..//", "http://a/b.c"]
        {
            assert!(is_plain_web_address(text) && fluent_uri::Uri::parse(text).is_ok(), "{text:?}");
        }
        for (byte, length) in (0..=127).flat_map(|byte| [1, 15, 16, 17, 40].map(|length| (byte, length))) {
            let text = format!("https://{}{}", "a".repeat(length), char::from(byte));
            let expected = byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
            assert_eq!(is_plain_web_address(&text), expected, "{text:?}");
            assert!(!expected || fluent_uri::Uri::parse(&*text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn an_error_quotes_the_beginning_of_a_long_text_with_what_to_write() {
        let error = Uri::try_from("é".repeat(1000)).unwrap_err().to_string();
        assert!(error.contains(&"é".repeat(QUOTED_LETTERS)) && error.len() < 400, "{error}");
        assert!(error.contains("such as https://example.com/incidents/7"), "{error}");
    }

    #[test]
    fn encoding_leaves_alone_what_a_uri_can_hold() {
        for (text, encoded) in [
            ("https://x/my repo", "https://x/my%20repo"),
            ("https://x/<id>", "https://x/%3Cid%3E"),
            ("https://x/100%/a%20b%2", "https://x/100%25/a%20b%252"),
            ("https://x/café au lait", "https://x/café%20au%20lait"),
            ("https://x/a\u{a0}b", "https://x/a%C2%A0b"),
            ("https://x/a[1]?q={x}#one#two", "https://x/a%5B1%5D?q=%7Bx%7D#one%23two"),
            ("https://[::1]:8080/a:b@c;d=e!", "https://[::1]:8080/a:b@c;d=e!"),
            ("https://x", "https://x"),
            ("mailto:ada lovelace@x", "mailto:ada%20lovelace@x"),
            ("urn:x?next=http://a b/c", "urn:x?next=http://a%20b/c"),
        ] {
            assert_eq!(Uri::encoded(text).map(String::from).as_deref(), Ok(encoded));
        }
        for text in ["my repo", "", "/a b", "https://a b/c", "1:x y"] {
            assert!(Uri::encoded(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_segment_is_one_name_at_the_end_of_the_path() {
        for (base, name, expected) in [
            ("https://x", "a", "https://x/a"),
            ("https://x/", "a", "https://x/a"),
            ("https://x/a", "b/c?d#e%20", "https://x/a/b%2Fc%3Fd%23e%2520"),
            ("https://x/a?page=2#top", "b", "https://x/a/b?page=2#top"),
            ("https://x/a", "café [1]", "https://x/a/café%20%5B1%5D"),
            ("file://", "a", "file:///a"),
            ("x:/", "", "x:/"),
        ] {
            let uri = base.parse::<Uri>().unwrap().with_segment(name);
            assert_eq!(uri.as_str(), expected);
            assert!(uri.as_str().parse::<Uri>().is_ok(), "{uri}");
        }
    }
}
