//! The client that authors hold.

use std::{fmt, sync::Arc};

use connector_interface::Context;
use ureq::http::Method;

use crate::{builder::HttpBuilder, client::Client, request::Request};

/// A client of one source. Clones are cheap, and share its connections, its limits and its tokens.
#[derive(Clone)]
pub struct Http(pub(crate) Arc<Client>);

impl Http {
    /// A client of the source at this base URL, to be put together.
    #[expect(
        clippy::new_ret_no_self,
        reason = "the builder builds it, and authors write `Http::new(...).build()`"
    )]
    pub fn new(context: &Context, base_url: &str) -> HttpBuilder {
        HttpBuilder::new(context, base_url)
    }

    /// A GET request. What may not stand in a path is encoded; `/`, `%XX` and a query behind `?` stay, so put values
    /// through [`segment`](crate::segment). A whole URL is taken where it has the origin of the base URL.
    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    /// A HEAD request; the path is as for [`get`](Self::get).
    pub fn head(&self, path: &str) -> Request {
        self.request(Method::HEAD, path)
    }

    /// A POST request; the path is as for [`get`](Self::get).
    pub fn post(&self, path: &str) -> Request {
        self.request(Method::POST, path)
    }

    /// A PUT request; the path is as for [`get`](Self::get).
    pub fn put(&self, path: &str) -> Request {
        self.request(Method::PUT, path)
    }

    /// A PATCH request; the path is as for [`get`](Self::get).
    pub fn patch(&self, path: &str) -> Request {
        self.request(Method::PATCH, path)
    }

    /// A DELETE request; the path is as for [`get`](Self::get).
    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, path)
    }

    fn request(&self, method: Method, path: &str) -> Request {
        Request::new(&self.0, method, path)
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Http").field("base_url", &self.0.base).finish_non_exhaustive()
    }
}
