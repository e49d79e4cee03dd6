//! A request that is ready to be made, as often as it takes.

use std::{fmt, sync::Arc, time::Duration};

use ureq::http::{HeaderMap, Method, StatusCode};

use crate::{
    address::Address,
    error::{Error, ErrorKind},
    rate_limit::Told,
    secrets::{HIDDEN, Secrets},
    spelling::Extent,
};

/// Of an error's body, this much is looked at, and this many characters of it are shown.
pub(crate) const EXCERPT_BYTES: usize = 4096;
const EXCERPT_CHARACTERS: usize = 200;

pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) address: Address,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Arc<[u8]>>,
    pub(crate) repeat: Repeat,
    /// Names in the query whose values are not shown.
    pub(crate) hidden: Vec<String>,
    /// How long the whole answer may take.
    pub(crate) at_most: Option<Duration>,
}

/// Whether a request that failed may be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    Freely,
    Never,
}

/// A request as messages name it, without secrets.
#[derive(Clone)]
pub(crate) struct Name {
    method: Method,
    url: String,
    path: String,
}

impl Name {
    pub(crate) fn new(call: &Call, address: &Address, secrets: &Secrets) -> Self {
        let is_home = address.origin() == call.address.origin();
        let shown =
            if is_home { without_values(address, &call.hidden) } else { shown_elsewhere(address.as_str()) };
        let path = without_query(address.target());
        Self { method: call.method.clone(), url: secrets.mask(&shown), path: secrets.mask(path) }
    }

    /// Method and path, for lines that need no more.
    pub(crate) fn short(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.url)
    }
}

/// The part of a URL before its query.
pub(crate) fn without_query(url: &str) -> &str {
    url.split_once('?').map_or(url, |(place, _)| place)
}

/// A URL that was made elsewhere, as a message may show it: its query may be all that it takes, as in a signed one, and so
/// may be its user and password.
pub(crate) fn shown_elsewhere(url: &str) -> String {
    let place = url.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = place.split_at(place.find("//").map_or(0, |slashes| slashes + 2));
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}{host}{}", &rest[authority.len()..])
}

fn without_values(address: &Address, hidden: &[String]) -> String {
    let (Some(query), false) = (address.query(), hidden.is_empty()) else {
        return address.as_str().to_owned();
    };
    let shown = query.split('&').map(|pair| {
        let name = form_urlencoded::parse(pair.as_bytes()).next().map(|(name, _)| name.into_owned());
        match pair.split_once('=') {
            Some((encoded, _)) if name.is_some_and(|name| hidden.contains(&name)) => {
                format!("{encoded}={HIDDEN}")
            }
            _ => pair.to_owned(),
        }
    });
    let base = &address.as_str()[..address.as_str().len() - query.len()];
    format!("{base}{}", shown.collect::<Vec<_>>().join("&"))
}

/// Why one attempt came to nothing.
pub(crate) enum Failure {
    /// A later attempt would come to the same.
    Final(Error),
    Later(Box<Later>),
}

/// A failure that another attempt may not meet.
pub(crate) struct Later {
    pub(crate) name: Name,
    /// `answered 503 Service Unavailable`, `got no answer: connection reset by peer`
    pub(crate) what: String,
    pub(crate) status: Option<u16>,
    pub(crate) told: Option<Told>,
    pub(crate) excerpt: String,
}

impl Later {
    pub(crate) fn into_error(self, made: u32, repeat: Repeat) -> Error {
        let Self { name, what, status, excerpt, .. } = self;
        let attempts = match (repeat, made) {
            (Repeat::Never, _) => format!(" (a {} is not repeated)", name.method),
            (Repeat::Freely, 1) => String::new(),
            (Repeat::Freely, made) => format!(" ({made} attempts)"),
        };
        Error::new(ErrorKind::Unavailable, format_args!("{name} {what}{attempts}{excerpt}"))
            .with_status(status)
    }
}

impl fmt::Display for Later {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.name.short(), self.what)?;
        self.told.map_or(Ok(()), |told| write!(formatter, ", {}", told.by))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

/// `503 Service Unavailable`, or the number alone.
pub(crate) fn status_text(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

/// The beginning of an error's body on one line, after a colon; nothing where there is none.
pub(crate) fn excerpt(body: &[u8], extent: Extent, secrets: &Secrets) -> String {
    let (body, extent) = match body.get(..EXCERPT_BYTES) {
        Some(beginning) if body.len() > EXCERPT_BYTES => (beginning, Extent::Cut),
        _ => (body, extent),
    };
    // Secrets are hidden before the text is cut to what is shown: half of one would not be found.
    let text = secrets.masked(&String::from_utf8_lossy(body), extent);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = line
        .chars()
        .take(EXCERPT_CHARACTERS)
        .flat_map(|letter| if letter.is_control() { letter.escape_default().collect() } else { vec![letter] })
        .collect();
    let more = if line.chars().nth(EXCERPT_CHARACTERS).is_some() { "..." } else { "" };
    if shown.is_empty() { shown } else { format!(": {shown}{more}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_line_without_control_characters_or_secrets() {
        let secrets = Secrets::default();
        secrets.add("hunter2hunter2");
        let long = "x".repeat(300);
        for (body, wanted) in [
            ("", String::new()),
            ("  a\n\n b\t", ": a b".to_owned()),
            ("bad \u{1b}[31mred", ": bad \\u{1b}[31mred".to_owned()),
            ("token hunter2hunter2 is bad", ": token [secret] is bad".to_owned()),
            (&long, format!(": {}...", "x".repeat(200))),
        ] {
            assert_eq!(excerpt(body.as_bytes(), Extent::Whole, &secrets), wanted);
        }
    }

    #[test]
    fn a_url_from_elsewhere_is_shown_without_what_it_takes() {
        for (url, wanted) in [
            ("https://s3.example/a/b?X-Amz-Signature=0", "https://s3.example/a/b"),
            ("https://user:p@w@cdn.example/x@y", "https://cdn.example/x@y"),
            ("//user@cdn.example#t", "//cdn.example"),
            ("/x?next=//a@b", "/x"),
            ("", ""),
        ] {
            assert_eq!(shown_elsewhere(url), wanted);
        }
    }

    #[test]
    fn a_secret_at_the_cut_is_hidden_as_a_whole() {
        let secrets = Secrets::default();
        secrets.add("hunter2hunter2");
        for before in ["x".repeat(195), " ".repeat(EXCERPT_BYTES - 7)] {
            let shown = excerpt(format!("{before}hunter2hunter2").as_bytes(), Extent::Whole, &secrets);
            assert!(!shown.contains("hunter2"), "{shown}");
        }
        assert_eq!(excerpt(b"it is hunter2", Extent::Cut, &secrets), ": it is [secret]");
    }
}
