//! HTTP for connectors: authentication, retries, rate limits, pages, and waits that stop when the run does.
//!
//! Everything blocks and reads like a script. This page is the manual: one whole example, then a paragraph on each noun.
//!
//! # One whole example
//!
//! ```
//! use connector_http::{Auth, Http, Pages, segment};
//! use connector_interface::{Context, Error};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Configuration {
//!     api_token: String,
//!     base_url: Option<String>,
//!     proxy: Option<String>,
//! }
//!
//! #[derive(Deserialize)]
//! struct Workflow {
//!     name: String,
//! }
//!
//! #[derive(Deserialize)]
//! struct Workflows {
//!     items: Vec<Workflow>,
//!     next_page_token: Option<String>,
//! }
//!
//! fn client(configuration: &Configuration, context: &Context) -> Result<Http, Error> {
//!     let api = Http::new(context, "https://circleci.com")
//!         .base_url(configuration.base_url.as_deref())
//!         .auth(Auth::header("Circle-Token", &configuration.api_token))
//!         .proxy(configuration.proxy.as_deref())
//!         .build()?;
//!     Ok(api)
//! }
//!
//! fn names(api: &Http, pipeline: &str) -> Result<Vec<String>, Error> {
//!     let workflows = api.get(format!("/api/v2/pipeline/{}/workflow", segment(pipeline)));
//!     let pages = Pages::cursor("page-token", |body: &Workflows| body.next_page_token.clone());
//!     let mut names = Vec::new();
//!     for page in workflows.query("limit", 100).pages(pages) {
//!         names.extend(page?.body.items.into_iter().map(|workflow| workflow.name));
//!     }
//!     Ok(names)
//! }
//!
//! # use connector_testing::FakeRunner;
//! // In a test, a server on loopback stands in for the source.
//! use connector_testing::{Answer, MockServer, Received};
//! use serde_json::json;
//!
//! let server = MockServer::start(|request: &Received| match request.query_value("page-token").as_deref() {
//!     None => Answer::json(200, &json!({ "items": [{ "name": "build" }], "next_page_token": "2" })),
//!     Some("2") => Answer::json(200, &json!({ "items": [{ "name": "test" }], "next_page_token": null })),
//!     _ => Answer::json(404, &json!({})),
//! });
//! let configuration =
//!     Configuration { api_token: "token".into(), base_url: Some(server.base_url()), proxy: None };
//! let api = client(&configuration, &FakeRunner::new().context())?;
//! assert_eq!(names(&api, "a/b")?, ["build", "test"]);
//! assert_eq!(server.requests()[1].target(), "/api/v2/pipeline/a%2Fb/workflow?limit=100&page-token=2");
//! # Ok::<(), connector_interface::Error>(())
//! ```
//!
//! # Permissions
//!
//! A client of a fixed cloud service asks for `"network"`, which is TCP to the ports 443 and 53. Where the operator may
//! configure another base URL, or a proxy, add `"connect:baseUrl"` and `"connect:proxy"`, with the names of those keys:
//!
//! ```ignore
//! connector_interface::export_connector!(Circleci, permissions: ["network", "connect:baseUrl", "connect:proxy"]);
//! ```
//!
//! # Client
//!
//! [`Http`] is one source with one set of credentials. Make it once, clone it into threads: clones share connections,
//! limits and tokens. [`HttpBuilder`] has its numbers, each with a default that does. Certificates are those of the
//! system. A base URL, proxy or header that is none ends the run as a matter of the configuration, naming the key.
//!
//! # Credentials
//!
//! [`Auth`] is a header, a user with a password, or OAuth 2.0 client credentials. What is in it never appears in an error
//! or in `{:?}`, nor does a value of [`secret_query`](Request::secret_query), whatever form it comes back in.
//!
//! # Requests
//!
//! [`Http::get`] and its siblings take a path below the base URL. What may not stand in one is encoded; put values
//! through [`segment`]. [`send`](Request::send) waits for the whole answer, a [`Response`], and any status other than 200
//! to 299 is an [`Error`]: match [`Error::status`] where 404 is an answer to you.
//!
//! # Retries
//!
//! GET and HEAD are tried up to five times: after connections that fail or break, time-outs, bodies that end early, and
//! the statuses 408, 425, 429, 500, 502, 503 and 504. Other methods are tried once, unless the request is marked
//! [`idempotent`](Request::idempotent). Between attempts lies a random part of a wait that doubles, from 500 ms to 30 s.
//!
//! # Rate limits
//!
//! `Retry-After`, `RateLimit`, `RateLimit-Reset` and `X-RateLimit-Reset` are obeyed, for a day at most. Such waits are no
//! attempts; up to twenty are borne for one request. An answer that says that nothing is left holds back the next request
//! of all clones. How many requests are under way at once is learnt: eight at first, half after a 429, a 503 or any other
//! refusal that asks to wait, slowly more again.
//!
//! # Stopping
//!
//! Whatever a call waits for, it stops within a moment once the runner wants the connector to stop, with the error that
//! [`Cancellation::check`](connector_interface::Cancellation::check) gives; pass it on. A wait that would outlast the run
//! ends at once as [`paused_until`](connector_interface::Error::paused_until). So set a state after each page.
//!
//! # Pages
//!
//! [`Pages`] says how a source tells where its next page is: a cursor in the body or a header, a number, an offset, a
//! `Link` header, a URL in the body. Each [`Page`] has a [`Position`] to put into the state, from which
//! [`starting_at`](Pages::starting_at) goes on. A source that leads in a circle, or to another origin, is an error.
//!
//! # Streams
//!
//! [`for_each`](Request::for_each) reads an array element by element, for bodies that are too large to hold. What is held,
//! a whole body or one element with what stands around them, is capped, at 64 MiB after decompression.
//!
//! # Redirects
//!
//! GET and HEAD follow up to five. Another origin is shown neither credentials nor headers, `Accept` aside, nor a value of
//! [`secret_query`](Request::secret_query), and what was asked for encrypted is never sent on in the clear.
//!
//! # Errors
//!
//! [`Error`] becomes a [`connector_interface::Error`] by `?`, with the exit code that fits.
//!
//! # Threads
//!
//! Each exchange is made by a thread of the client's own, kept for the next one, while the caller asks whether to go on.
//! To have several under way, call from several threads; `connector_interface::in_order` keeps their results in order.

#![forbid(unsafe_code)]

mod address;
mod attempts;
mod auth;
mod builder;
mod call;
mod client;
mod concurrency;
mod credentials;
mod elements;
mod error;
mod exchange;
mod hold;
mod http;
mod link;
mod oauth;
mod page;
mod pages;
mod quoted;
mod rate_limit;
mod redirects;
mod request;
mod response;
mod retry;
mod secrets;
mod settings;
mod spelling;
mod threads;
mod verification;
mod waits;
mod wire;

pub use address::segment;
pub use auth::{Auth, ClientCredentials};
pub use builder::HttpBuilder;
pub use error::{Error, ErrorKind};
pub use http::Http;
pub use page::{Page, Position};
pub use pages::{PageIter, Pages};
pub use request::Request;
pub use response::Response;
