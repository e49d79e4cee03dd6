//! HTTP for connectors: authentication, retries, rate limits, pages, and waits that stop when the run does.

#![forbid(unsafe_code)]

mod address;
mod auth;
mod builder;
mod call;
mod client;
mod concurrency;
mod elements;
mod error;
mod exchange;
mod hold;
mod http;
mod link;
mod oauth;
mod pages;
mod rate_limit;
mod request;
mod response;
mod retry;
mod secrets;
mod settings;
mod threads;
mod waits;

pub use address::segment;
pub use auth::{Auth, ClientCredentials};
pub use builder::HttpBuilder;
pub use error::{Error, ErrorKind};
pub use http::Http;
pub use pages::{Page, PageIter, Pages, Position};
pub use request::Request;
pub use response::Response;
