//! Where a request goes: an absolute URL, checked and encoded.

use std::{
    borrow::Cow,
    fmt::{self, Display},
};

use fluent_uri::{Uri, UriRef};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may not stand in a path or a query (RFC 3986, section 3.3), letters beyond ASCII aside, which are always encoded.
/// `%`, `/` and `?` are the author's.
const NOT_IN_A_TARGET: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
/// Everything but the characters that RFC 3986, section 2.3, calls unreserved.
const NOT_IN_A_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One segment of a path: the value with everything encoded that would end the segment or change the path.
///
/// ```
/// # use connector_http::segment;
/// assert_eq!(format!("/pipeline/{}/workflow", segment("a/b?")), "/pipeline/a%2Fb%3F/workflow");
/// ```
#[must_use]
pub fn segment(value: &(impl Display + ?Sized)) -> String {
    let value = value.to_string();
    // A segment of dots alone would be resolved away (RFC 3986, section 5.2.4).
    if value == "." || value == ".." {
        return value.replace('.', "%2E");
    }
    utf8_percent_encode(&value, NOT_IN_A_SEGMENT).to_string()
}

/// An absolute `http` or `https` URL without user information or fragment.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address(Uri<String>);

/// Who answers for an address (RFC 6454): what is meant for one origin is not shown to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) scheme: String,
    host: String,
    port: u16,
}

/// What keeps a text from being an [`Address`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotAnAddress {
    Syntax,
    Scheme,
    Host,
    Port,
    UserInformation,
}

impl Address {
    pub(crate) fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let text = encoded(text);
        let uri = Uri::parse(text.as_str()).map_err(|_| NotAnAddress::Syntax)?;
        Self::checked(uri.strip_fragment().to_owned())
    }

    /// Where a reference leads that stands in an answer from here.
    pub(crate) fn resolve(&self, reference: &str) -> Result<Self, NotAnAddress> {
        let (reference, _) = reference.split_once('#').unwrap_or((reference, ""));
        let reference = encoded(reference);
        let reference = UriRef::parse(reference.as_str()).map_err(|_| NotAnAddress::Syntax)?;
        Self::checked(reference.resolve_against(&self.0).map_err(|_| NotAnAddress::Syntax)?)
    }

    /// A path, with a query perhaps, below this one.
    pub(crate) fn below(&self, path: &str) -> Result<Self, NotAnAddress> {
        let prefix = self.0.path().as_str().trim_end_matches('/');
        self.at_target(&format!("{prefix}/{}", path.trim_start_matches('/')))
    }

    /// A path, with a query perhaps, from the root of this origin.
    pub(crate) fn at_target(&self, target: &str) -> Result<Self, NotAnAddress> {
        // Anything else would be read as a part of the host's name.
        if !(target.is_empty() || target.starts_with(['/', '?'])) {
            return Err(NotAnAddress::Syntax);
        }
        let root = self.0.as_str().len() - self.target().len();
        Self::parse(&format!("{}{}", &self.0.as_str()[..root], target))
    }

    /// Path and query.
    pub(crate) fn target(&self) -> &str {
        let text = self.0.as_str();
        let path_and_query =
            self.0.path().as_str().len() + self.0.query().map_or(0, |query| query.as_str().len() + 1);
        &text[text.len() - path_and_query..]
    }

    pub(crate) fn query(&self) -> Option<&str> {
        self.0.query().map(fluent_uri::pct_enc::EStr::as_str)
    }

    /// The same address with another query, encoded.
    pub(crate) fn with_query(&self, query: &str) -> Result<Self, NotAnAddress> {
        let path = self.0.path().as_str();
        if query.is_empty() { self.at_target(path) } else { self.at_target(&format!("{path}?{query}")) }
    }

    pub(crate) fn origin(&self) -> Origin {
        let scheme = self.0.scheme().as_str().to_ascii_lowercase();
        let port = if scheme == "https" { 443 } else { 80 };
        let authority = self.0.authority();
        Origin {
            host: authority.map_or(String::new(), |authority| authority.host().to_ascii_lowercase()),
            port: authority.and_then(|authority| authority.port_to_u16().ok().flatten()).unwrap_or(port),
            scheme,
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    fn checked(uri: Uri<String>) -> Result<Self, NotAnAddress> {
        if !["http", "https"].iter().any(|known| uri.scheme().as_str().eq_ignore_ascii_case(known)) {
            return Err(NotAnAddress::Scheme);
        }
        let authority = uri.authority().ok_or(NotAnAddress::Host)?;
        if authority.has_userinfo() {
            return Err(NotAnAddress::UserInformation);
        }
        if authority.host().is_empty() {
            return Err(NotAnAddress::Host);
        }
        authority.port_to_u16().map_err(|_| NotAnAddress::Port)?;
        Ok(Self(uri))
    }
}

impl Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}:{}", self.scheme, self.host, self.port)
    }
}

impl Display for NotAnAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Syntax => "it is not a URL",
            Self::Scheme => "it does not begin with http:// or https://",
            Self::Host => "it names no host",
            Self::Port => "its port is not a number up to 65535",
            Self::UserInformation => {
                "it holds a user name or a password, which belong under keys of their own"
            }
        })
    }
}

/// The text with everything encoded that may not stand in a URL.
fn encoded(text: &str) -> String {
    encode_lone_percents(&utf8_percent_encode_around_brackets(text)).into_owned()
}

/// Brackets may stand around the host only, as an IPv6 address.
fn utf8_percent_encode_around_brackets(text: &str) -> String {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme).filter(|scheme| is_scheme(scheme));
    let authority = scheme.map_or(0, |scheme| scheme.len() + 3);
    let rest = text[authority..].find(['/', '?', '#']).map_or(text.len(), |length| authority + length);
    let (head, target) = if authority == 0 { ("", text) } else { text.split_at(rest) };
    format!("{head}{}", utf8_percent_encode(target, NOT_IN_A_TARGET))
}

/// RFC 3986, section 3.1. In a query `://` may stand as well.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// A `%` that begins no `%XX` is meant as itself.
fn encode_lone_percents(text: &str) -> Cow<'_, str> {
    let is_escape = |at: usize| {
        text.as_bytes().get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if text.match_indices('%').all(|(at, _)| is_escape(at)) {
        return Cow::Borrowed(text);
    }
    let letter = |(at, letter): (usize, char)| match letter {
        '%' if !is_escape(at) => "%25".to_owned(),
        letter => letter.to_string(),
    };
    Cow::Owned(text.char_indices().map(letter).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap_or_else(|reason| panic!("{text}: {reason}"))
    }

    #[test]
    fn a_path_goes_below_the_base_with_everything_encoded_that_must_be() {
        for (base, path, wanted) in [
            ("https://a.example", "/me", "https://a.example/me"),
            ("https://a.example/", "me", "https://a.example/me"),
            ("https://a.example/api/v2/", "/me", "https://a.example/api/v2/me"),
            ("https://a.example", "/über/a b", "https://a.example/%C3%BCber/a%20b"),
            ("https://a.example", "/a%2Fb/100%", "https://a.example/a%2Fb/100%25"),
            ("https://a.example", "/a#b[0]?c={d}", "https://a.example/a%23b%5B0%5D?c=%7Bd%7D"),
            ("http://[::1]:8080/x", "/y", "http://[::1]:8080/x/y"),
        ] {
            assert_eq!(
                address(base).below(path).map(|address| address.as_str().to_owned()),
                Ok(wanted.to_owned())
            );
        }
    }

    #[test]
    fn a_segment_cannot_leave_its_place() {
        for (value, wanted) in
            [("a/b?c#d%e", "a%2Fb%3Fc%23d%25e"), ("..", "%2E%2E"), ("v1.2-x_~", "v1.2-x_~"), ("ü", "%C3%BC")]
        {
            assert_eq!(segment(value), wanted);
        }
        assert_eq!(segment(&42), "42");
    }

    #[test]
    fn a_text_that_is_no_address_is_told_why() {
        for (text, wanted) in [
            ("", NotAnAddress::Syntax),
            ("api.example.com", NotAnAddress::Syntax),
            ("ftp://a.example", NotAnAddress::Scheme),
            ("https:/a.example", NotAnAddress::Host),
            ("https://", NotAnAddress::Host),
            ("https://me:secret@a.example", NotAnAddress::UserInformation),
            ("https://a.example:99999", NotAnAddress::Port),
        ] {
            assert_eq!(Address::parse(text).err(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn a_reference_is_resolved_against_where_it_stands() {
        for (reference, wanted) in [
            ("/b?c=d", "https://a.example/b?c=d"),
            ("c", "https://a.example/x/c"),
            ("?page=2", "https://a.example/x/y?page=2"),
            ("//b.example/c", "https://b.example/c"),
            ("http://b.example#d", "http://b.example"),
            ("/x?u=https://a b/[c]", "https://a.example/x?u=https://a%20b/%5Bc%5D"),
        ] {
            let found = address("https://a.example/x/y?z").resolve(reference);
            assert_eq!(found.map(|address| address.as_str().to_owned()), Ok(wanted.to_owned()));
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let origin = address("https://a.example/x").origin();
        for (other, same) in [
            ("HTTPS://A.Example:443/y", true),
            ("http://a.example/x", false),
            ("https://a.example:8443/x", false),
            ("https://b.example/x", false),
        ] {
            assert_eq!(address(other).origin() == origin, same, "{other}");
        }
    }
}
