//! A request, put together by its author.

use std::{fmt::Display, sync::Arc};

use serde::Serialize;
use ureq::http::{
    HeaderName, HeaderValue, Method,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap},
};

use crate::{
    address::Address,
    call::{Call, Name, Repeat, shown_elsewhere},
    client::Client,
    error::{Error, ErrorKind},
    response::Response,
    wire::Answered,
};

/// A request; what is wrong with it is told when it is sent.
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    pub(crate) client: Arc<Client>,
    pub(crate) method: Method,
    /// Or what is wrong with the request.
    pub(crate) address: Result<Address, String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) secret_query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Option<Arc<[u8]>>,
    repeat: Repeat,
}

impl Request {
    pub(crate) fn new(client: &Arc<Client>, method: Method, path: &str) -> Self {
        let repeat = if method.is_safe() { Repeat::Freely } else { Repeat::Never };
        Self {
            client: Arc::clone(client),
            method,
            address: address(client, path),
            query: Vec::new(),
            secret_query: Vec::new(),
            headers: client.headers.clone(),
            body: None,
            repeat,
        }
    }

    /// One pair more in the query, encoded as in a form.
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// More pairs in the query, in their order; an `Option` of one is none or one.
    ///
    /// ```
    /// # fn with(api: &connector_http::Http, team: Option<&str>) {
    /// let request = api.get("/incidents").queries(team.map(|team| ("team_ids[]", team)));
    /// # drop(request); }
    /// ```
    pub fn queries<N: AsRef<str>, V: Display>(self, pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        pairs.into_iter().fold(self, |request, (name, value)| request.query(name.as_ref(), value))
    }

    /// One pair more in the query, whose value no error shows, and no position of a page holds.
    pub fn secret_query(mut self, name: &str, value: &str) -> Self {
        self.client.wire.secrets.add(value);
        self.secret_query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// This header, in the place of the client's of the same name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match header(name, value) {
            Ok((name, value)) => {
                self.headers.insert(name, value);
            }
            Err(reason) => self.address = Err(reason),
        }
        self
    }

    /// A body of any type.
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into().into());
        self.header(CONTENT_TYPE.as_str(), content_type)
    }

    /// A body of JSON.
    pub fn json(mut self, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.body("application/json", body),
            Err(error) => {
                self.address = Err(format!("the body cannot be written as JSON: {error}"));
                self
            }
        }
    }

    /// A body as a form.
    pub fn form<N: AsRef<str>, V: AsRef<str>>(self, pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.body("application/x-www-form-urlencoded", body)
    }

    /// Lets the request be made again after a failure, as those that only read are anyway: twice must do what once does.
    /// A POST that only asks, as in GraphQL, is such a request.
    pub fn idempotent(mut self) -> Self {
        self.repeat = Repeat::Freely;
        self
    }

    /// Sends it, as often as it takes, and waits for all of the answer.
    ///
    /// # Errors
    /// [`Error`], whose kind tells what became of it. An answer with another status than 200 to 299 is one.
    pub fn send(self) -> Result<Response, Error> {
        let call = self.call()?;
        self.receive(&call)
    }

    pub(crate) fn receive(&self, call: &Call) -> Result<Response, Error> {
        let client = &self.client;
        client.perform(call, |answered| {
            let (answered, body) = client.wire.whole_body(answered)?;
            let Answered { name, address, status, headers, .. } = answered;
            Ok(Response { client: Arc::clone(client), name, address, status, headers, body })
        })
    }

    /// What is to be sent, once all of it is known to be right.
    pub(crate) fn call(&self) -> Result<Call, Error> {
        self.call_to(self.address()?, &self.query)
    }

    pub(crate) fn address(&self) -> Result<&Address, Error> {
        self.address.as_ref().map_err(|reason| Error::new(ErrorKind::Request, reason))
    }

    /// The same request with other pairs in the query, or to another place of the same origin.
    pub(crate) fn call_to(&self, address: &Address, pairs: &[(String, String)]) -> Result<Call, Error> {
        let mut query = form_urlencoded::Serializer::new(address.query().unwrap_or_default().to_owned());
        query.extend_pairs(pairs).extend_pairs(&self.secret_query);
        let address = if pairs.is_empty() && self.secret_query.is_empty() {
            address.clone()
        } else {
            address.with_query(&query.finish()).map_err(|reason| {
                Error::new(
                    ErrorKind::Request,
                    format_args!("cannot send {} to {address}: {reason}", self.method),
                )
            })?
        };
        Ok(Call {
            method: self.method.clone(),
            address,
            headers: with_accept(&self.headers),
            body: self.body.clone(),
            repeat: self.repeat,
            hidden: self.secret_query.iter().map(|(name, _)| name.clone()).collect(),
            at_most: Some(self.client.wire.settings.answer_timeout),
        })
    }

    pub(crate) fn name(&self, call: &Call) -> Name {
        Name::new(call, &call.address, &self.client.wire.secrets)
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.call() {
            Ok(call) => write!(formatter, "{}", self.name(&call)),
            Err(error) => write!(formatter, "{error}"),
        }
    }
}

/// A path below the base, or a whole URL of its origin, as some sources put into their answers.
fn address(client: &Client, path: &str) -> Result<Address, String> {
    let shown = client.wire.secrets.mask(&shown_elsewhere(path));
    if !(path.starts_with("https://") || path.starts_with("http://")) {
        return client.base.below(path).map_err(|reason| format!("cannot make a URL of {shown}: {reason}"));
    }
    let address = Address::parse(path).map_err(|reason| format!("{shown}: {reason}"))?;
    let base = client.base.origin();
    if address.origin() == base {
        Ok(address)
    } else {
        Err(format!("{shown} is not at {base}, and other places are not shown the credentials"))
    }
}

/// A header's name and value; the value may be a secret, and is not repeated.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let parsed =
        HeaderName::try_from(name).map_err(|_| format!("{name:?} cannot be the name of a header"))?;
    let value = HeaderValue::try_from(value).map_err(|_| {
        format!("the value of the header {name} cannot be sent: it holds a line break or a control character")
    })?;
    Ok((parsed, value))
}

fn with_accept(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static("application/json"));
    headers
}
