//! The client that authors hold.

use std::{fmt, sync::Arc};

use ureq::http::Method;

use crate::{client::Client, request::Request};

/// A client of one source. Clones are cheap, and share its connections, its limits and its tokens.
#[derive(Clone)]
pub struct Http(pub(crate) Arc<Client>);

impl Http {
    /// A GET request. What may not stand in a path is encoded; `/`, `%XX` and a query behind `?` stay, so put values
    /// through [`segment`](crate::segment). A whole URL is taken where it has the origin of the base URL.
    pub fn get(&self, path: impl AsRef<str>) -> Request {
        self.request(Method::GET, path.as_ref())
    }

    /// A HEAD request; the path is as for [`get`](Self::get).
    pub fn head(&self, path: impl AsRef<str>) -> Request {
        self.request(Method::HEAD, path.as_ref())
    }

    /// A POST request; the path is as for [`get`](Self::get).
    pub fn post(&self, path: impl AsRef<str>) -> Request {
        self.request(Method::POST, path.as_ref())
    }

    /// A PUT request; the path is as for [`get`](Self::get).
    pub fn put(&self, path: impl AsRef<str>) -> Request {
        self.request(Method::PUT, path.as_ref())
    }

    /// A PATCH request; the path is as for [`get`](Self::get).
    pub fn patch(&self, path: impl AsRef<str>) -> Request {
        self.request(Method::PATCH, path.as_ref())
    }

    /// A DELETE request; the path is as for [`get`](Self::get).
    pub fn delete(&self, path: impl AsRef<str>) -> Request {
        self.request(Method::DELETE, path.as_ref())
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
