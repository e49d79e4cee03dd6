//! A client, put together by its author.

use std::{fmt, sync::Arc, time::Duration};

use connector_interface::Context;
use ureq::{Proxy, http::HeaderMap};

use crate::{
    address::{Address, NotAnAddress},
    auth::{Auth, Scheme},
    client::Client,
    concurrency::Permits,
    credentials::Credentials,
    error::{Error, ErrorKind},
    exchange::Exchanger,
    hold::Hold,
    http::Http,
    oauth::TokenSource,
    request::header,
    secrets::Secrets,
    settings::Settings,
    waits::Waits,
    wire::Wire,
};

impl Http {
    /// A client of the source at this base URL, to be put together.
    #[expect(
        clippy::new_ret_no_self,
        reason = "the builder builds it, and authors write `Http::new(...).build()`"
    )]
    pub fn new(context: &Context, base_url: &str) -> HttpBuilder {
        HttpBuilder {
            waits: Waits::new(context),
            base_url: base_url.to_owned(),
            auth: Auth::none(),
            headers: Vec::new(),
            proxy: None,
            settings: Settings::default(),
        }
    }
}

/// Makes an [`Http`]; what is wrong is told by [`build`](Self::build).
#[must_use = "a builder does nothing until it builds"]
pub struct HttpBuilder {
    waits: Waits,
    base_url: String,
    auth: Auth,
    headers: Vec<(String, String)>,
    proxy: Option<String>,
    settings: Settings,
}

impl HttpBuilder {
    /// Another base URL, where the operator has configured one under `baseUrl`. It may have a path.
    pub fn base_url(mut self, base_url: Option<&str>) -> Self {
        self.base_url = base_url.map_or(self.base_url, str::to_owned);
        self
    }

    /// How to prove who asks.
    pub fn auth(mut self, auth: impl Into<Auth>) -> Self {
        self.auth = auth.into();
        self
    }

    /// This header on every request. Secrets belong into [`auth`](Self::auth), which keeps them out of errors.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A proxy, where the operator has configured one under `proxy`: `http://user:password@host:port`. Connections are
    /// made through it with CONNECT, unencrypted ones too. The environment is not asked for one.
    pub fn proxy(mut self, proxy: Option<&str>) -> Self {
        self.proxy = proxy.map(str::to_owned);
        self
    }

    /// How often a request is made at most, 5 by default; at least 1. Waits that the source asked for do not count.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.settings.attempts = attempts.max(1);
        self
    }

    /// The longest wait before the second attempt, 500 ms by default; it doubles with each. A random part of it is waited.
    pub fn first_back_off(mut self, back_off: Duration) -> Self {
        self.settings.first_back_off = back_off;
        self
    }

    /// The longest wait before any attempt that the source did not ask for, 30 s by default.
    pub fn longest_back_off(mut self, back_off: Duration) -> Self {
        self.settings.longest_back_off = back_off;
        self
    }

    /// How many waits that the source asks for are borne for one request, 20 by default.
    pub fn rate_limit_waits(mut self, waits: u32) -> Self {
        self.settings.rate_limit_waits = waits;
        self
    }

    /// How many requests of all clones are under way at once at most, 8 by default; at least 1.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.settings.concurrency = requests.max(1);
        self
    }

    /// How long a connection, TLS included, may take to be made, 10 s by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = timeout;
        self
    }

    /// How long the head of an answer may take, and each pause in its body, 60 s by default.
    pub fn head_timeout(mut self, timeout: Duration) -> Self {
        self.settings.head_timeout = timeout;
        self
    }

    /// How long a whole answer may take, 5 minutes by default. Streams are not held to it.
    pub fn answer_timeout(mut self, timeout: Duration) -> Self {
        self.settings.answer_timeout = timeout;
        self
    }

    /// How large a body may be once it is decompressed, in bytes, 64 MiB by default. Of a stream, one
    /// element with what stands around all of them is held to it.
    pub fn most_body_bytes(mut self, bytes: usize) -> Self {
        self.settings.most_body_bytes = bytes;
        self
    }

    /// The client. Reaches out to nothing yet.
    ///
    /// # Errors
    /// Of kind [`ErrorKind::Configuration`] where an URL, the proxy or a header is none, with what a good one is.
    pub fn build(self) -> Result<Http, Error> {
        let base = Address::parse(&self.base_url).map_err(|reason| bad_address("baseUrl", &reason))?;
        if base.query().is_some() {
            let message = "baseUrl: expected a URL without a query, such as https://api.example.com/v2";
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        let secrets = Secrets::default();
        self.auth.secrets.iter().for_each(|secret| secrets.add(secret));
        let proxy = self.proxy.as_deref().map(|proxy| checked_proxy(proxy, &secrets)).transpose()?;
        let wire = Wire {
            exchanger: Exchanger::new(&self.settings, proxy),
            secrets,
            waits: self.waits,
            settings: self.settings,
        };
        let client = Client {
            base,
            headers: headers(&self.headers)?,
            credentials: credentials(&self.auth)?,
            permits: Permits::new(wire.settings.concurrency),
            hold: Hold::default(),
            wire,
        };
        Ok(Http(Arc::new(client)))
    }
}

impl fmt::Debug for HttpBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = formatter.debug_struct("HttpBuilder");
        fields.field("auth", &self.auth).field("settings", &self.settings).finish_non_exhaustive()
    }
}

fn credentials(auth: &Auth) -> Result<Credentials, Error> {
    match &auth.scheme {
        Scheme::None => Ok(Credentials::None),
        Scheme::Header { name, value } => {
            let (name, mut value) = header(name, value).map_err(|reason| {
                Error::new(
                    ErrorKind::Configuration,
                    format_args!("{reason}; check the credentials for a line break"),
                )
            })?;
            value.set_sensitive(true);
            Ok(Credentials::Header(name, value))
        }
        Scheme::ClientCredentials(credentials) => {
            let address = Address::parse(&credentials.token_url)
                .map_err(|reason| bad_address("the token's URL", &reason))?;
            Ok(Credentials::Tokens(TokenSource::new(Arc::clone(credentials), address)))
        }
    }
}

fn headers(pairs: &[(String, String)]) -> Result<HeaderMap, Error> {
    let pair = |(name, value): &(String, String)| header(name, value);
    pairs
        .iter()
        .map(pair)
        .collect::<Result<_, _>>()
        .map_err(|reason| Error::new(ErrorKind::Configuration, reason))
}

fn checked_proxy(proxy: &str, secrets: &Secrets) -> Result<Proxy, Error> {
    let wrong = || {
        let message = "proxy: expected http://host:port or http://user:password@host:port";
        Error::new(ErrorKind::Configuration, message)
    };
    let has_scheme = proxy.starts_with("http://") || proxy.starts_with("https://");
    let parsed = Proxy::new(proxy).map_err(|_| wrong())?;
    if !has_scheme || parsed.host().is_empty() {
        return Err(wrong());
    }
    secrets.add(parsed.password().unwrap_or_default());
    Ok(parsed)
}

fn bad_address(key: &str, reason: &NotAnAddress) -> Error {
    let message = format!("{key}: expected a URL such as https://api.example.com, but {reason}");
    Error::new(ErrorKind::Configuration, message)
}
