//! An answer that comes in pages, read one after another.

use std::{
    collections::HashSet,
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

use serde::de::DeserializeOwned;

use crate::{
    address::{Address, NotAnAddress},
    call::{Call, shown_elsewhere},
    client::Client,
    error::{Error, ErrorKind},
    link::next_link,
    page::{Page, Position},
    request::Request,
    response::Response,
};

/// Pages without items may be equal; so many in a row are taken for a source that does not count.
const MOST_EQUAL_PAGES: u32 = 3;

/// How a source tells where its next page is; the closures look at the body of the present one.
#[must_use = "pages are read by `Request::pages`"]
pub struct Pages<T> {
    start: Option<Position>,
    place: Place,
    next: Box<Next<T>>,
}

/// Where a position stands in a request.
enum Place {
    Query(String),
    /// As above, with positions that are counted here, whatever the source answers.
    Counter(String),
    Target,
}

type Next<T> = dyn Fn(&T, &Seen<'_>) -> Result<Option<Position>, String> + Send + Sync;

/// The page that a position is sought after.
struct Seen<'a> {
    request: &'a Request,
    call: &'a Call,
    response: &'a Response,
    here: Option<&'a Position>,
}

impl<T> Pages<T> {
    /// A cursor or token from the body, sent in this pair of the query; `None` ends the pages, and so does an empty one.
    pub fn cursor(parameter: &str, next: impl Fn(&T) -> Option<String> + Send + Sync + 'static) -> Self {
        let next = move |body: &T, _: &Seen<'_>| {
            Ok(next(body).filter(|cursor| !cursor.is_empty()).map(Position::from))
        };
        Self::new(None, Place::Query(parameter.to_owned()), next)
    }

    /// A cursor or token from this header of the answer, sent in this pair of the query.
    pub fn cursor_in_header(parameter: &str, header: &str) -> Self {
        let header = header.to_owned();
        let next = move |_: &T, seen: &Seen<'_>| {
            Ok(seen.response.header(&header).filter(|cursor| !cursor.is_empty()).map(Position::from))
        };
        Self::new(None, Place::Query(parameter.to_owned()), next)
    }

    /// Numbers from `first` on; the closure tells whether there may be another page after this one.
    pub fn number(
        parameter: &str,
        first: u64,
        has_next: impl Fn(&T) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::counted(parameter, first, move |body| u64::from(has_next(body)))
    }

    /// Offsets from 0 on; the closure tells how many items this page has, or 0 where it is the last.
    pub fn offset(parameter: &str, items: impl Fn(&T) -> usize + Send + Sync + 'static) -> Self {
        Self::counted(parameter, 0, move |body| u64::try_from(items(body)).unwrap_or(u64::MAX))
    }

    /// The header `Link` with the relation `next` (RFC 8288), as GitHub and GitLab have it.
    pub fn link_header() -> Self {
        Self::new(None, Place::Target, |_, seen| {
            next_link(&seen.response.headers).map(|link| seen.position_of(link)).transpose()
        })
    }

    /// A URL, whole or not, from the body; `None` ends the pages.
    pub fn next_url(next: impl Fn(&T) -> Option<String> + Send + Sync + 'static) -> Self {
        Self::new(None, Place::Target, move |body, seen| {
            next(body).filter(|url| !url.is_empty()).map(|url| seen.position_of(&url)).transpose()
        })
    }

    /// The same pages from here on; from the beginning where there is no position.
    pub fn starting_at(mut self, position: Option<Position>) -> Self {
        self.start = position.or(self.start);
        self
    }

    fn new(
        start: Option<Position>,
        place: Place,
        next: impl Fn(&T, &Seen<'_>) -> Result<Option<Position>, String> + Send + Sync + 'static,
    ) -> Self {
        Self { start, place, next: Box::new(next) }
    }

    fn counted(parameter: &str, first: u64, step: impl Fn(&T) -> u64 + Send + Sync + 'static) -> Self {
        let place = Place::Counter(parameter.to_owned());
        Self::new(Some(Position::from(first.to_string())), place, move |body, seen| {
            let here = seen.here.map_or("", Position::as_str);
            let number: u64 = here.parse().map_err(|_| format!("the position {here:?} is not a number"))?;
            let step = step(body);
            Ok((step > 0).then(|| Position::from(number.saturating_add(step).to_string())))
        })
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pages").field("start", &self.start).finish_non_exhaustive()
    }
}

impl Seen<'_> {
    /// Path and query of a link in the answer, without secrets. Another origin would be shown the credentials.
    fn position_of(&self, link: &str) -> Result<Position, String> {
        let secrets = &self.request.client.wire.secrets;
        let shown = secrets.mask(&shown_elsewhere(link));
        let wrong = |why: &dyn fmt::Display| format!("the next page, {shown}: {why}");
        let next = self.response.address.resolve(link).map_err(|reason| wrong(&reason))?;
        let origin = self.call.address.origin();
        if next.origin() != origin {
            return Err(wrong(&format_args!(
                "it is not at {origin}, and other places are not shown the credentials"
            )));
        }
        without_pairs(&next, &self.call.hidden).map(Position::from).map_err(|reason| wrong(&reason))
    }
}

fn without_pairs(address: &Address, hidden: &[String]) -> Result<String, String> {
    let Some(query) = address.query().filter(|_| !hidden.is_empty()) else {
        return Ok(address.target().to_owned());
    };
    let shown = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| !hidden.iter().any(|hidden| hidden == name));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(shown).finish();
    address.with_query(&query).map(|address| address.target().to_owned()).map_err(|reason| reason.to_string())
}

/// Reads pages until the last one, or the first error.
pub struct PageIter<T> {
    request: Request,
    pages: Pages<T>,
    here: Option<Position>,
    is_over: bool,
    /// Positions so far, and the last body with how often it came in a row, where positions are counted: a source must
    /// not lead in a circle for ever.
    seen: HashSet<u64>,
    last_body: (u64, u32),
    circle: Option<&'static str>,
}

impl Request {
    /// Sends the request for one page after another.
    ///
    /// Each item is a page, or the error that ends them. Whether to go on is asked before each request. A source that
    /// leads in a circle is an error, behind the page that shows it: a position that comes again, or, where pages are
    /// counted, the same page three times in a row.
    pub fn pages<T: DeserializeOwned>(self, pages: Pages<T>) -> PageIter<T> {
        let here = pages.start.clone();
        let (seen, last_body) = (HashSet::new(), (0, 0));
        PageIter { request: self, pages, here, is_over: false, seen, last_body, circle: None }
    }
}

impl<T: DeserializeOwned> Iterator for PageIter<T> {
    type Item = Result<Page<T>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let page = self.page();
        match &page {
            Ok(Page { next: Some(next), .. }) => self.here = Some(next.clone()),
            _ => self.is_over = true,
        }
        Some(page)
    }
}

impl<T: DeserializeOwned> PageIter<T> {
    fn page(&mut self) -> Result<Page<T>, Error> {
        let call = self.call()?;
        let name = self.request.name(&call);
        let wrong = |reason: &str| {
            Error::new(ErrorKind::Request, format_args!("cannot read the pages of {name}: {reason}"))
        };
        if let Some(circle) = self.circle {
            return Err(wrong(circle));
        }
        let response = self.request.receive(&call)?;
        let body = response.json()?;
        let here = self.here.as_ref();
        let seen = Seen { request: &self.request, call: &call, response: &response, here };
        let next = (self.pages.next)(&body, &seen).map_err(|reason| wrong(&reason))?;
        self.circle = self.circle(next.as_ref(), &response);
        Ok(Page { body, next })
    }

    /// What shows that the pages would not end.
    fn circle(&mut self, next: Option<&Position>, response: &Response) -> Option<&'static str> {
        let next = next?;
        self.seen.extend(self.here.as_ref().map(hash));
        if self.seen.contains(&hash(next)) {
            return Some("the source says that the next page is one that it has sent already");
        }
        let body = hash(&response.body);
        let (last, count) = self.last_body;
        self.last_body = (body, if last == body { count + 1 } else { 1 });
        let is_counted = matches!(self.pages.place, Place::Counter(_));
        let is_same = self.last_body.1 >= MOST_EQUAL_PAGES;
        (is_counted && is_same).then_some("the source sends the same page again and again")
    }

    fn call(&self) -> Result<Call, Error> {
        match (&self.pages.place, &self.here) {
            (_, None) => self.request.call(),
            (Place::Query(name) | Place::Counter(name), Some(here)) => {
                let mut pairs = self.request.query.clone();
                pairs.retain(|(other, _)| other != name);
                pairs.push((name.clone(), here.to_string()));
                self.request.call_to(self.request.address()?, &pairs)
            }
            (Place::Target, Some(here)) => {
                let client = &self.request.client;
                let address = client
                    .base
                    .at_target(here.as_str())
                    .map_err(|reason| bad_position(here, client, &reason))?;
                self.request.call_to(&address, &[])
            }
        }
    }
}

fn bad_position(position: &Position, client: &Client, reason: &NotAnAddress) -> Error {
    let position = client.wire.secrets.mask(position.as_str());
    Error::new(ErrorKind::Request, format_args!("cannot go on from the page {position}: {reason}"))
}

impl<T> fmt::Debug for PageIter<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PageIter")
            .field("request", &self.request)
            .field("here", &self.here)
            .finish_non_exhaustive()
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
