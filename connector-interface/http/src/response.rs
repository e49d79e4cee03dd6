//! An answer that has come as a whole.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use ureq::http::{HeaderMap, StatusCode, header::CONTENT_TYPE};

use crate::{
    address::Address,
    call::{Name, status_text},
    client::Client,
    error::{Error, ErrorKind},
};

/// A successful answer, whole.
pub struct Response {
    pub(crate) client: Arc<Client>,
    pub(crate) name: Name,
    /// Where it came from at last.
    pub(crate) address: Address,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// From 200 to 299.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The first header of this name, in whatever case, where it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body read as JSON.
    ///
    /// # Errors
    /// Of kind [`ErrorKind::Body`], with the place in the body and what was expected there.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        // Keeping track of the place costs a third of the time, and only an error asks for it.
        serde_json::from_slice(&self.body).or_else(|_| self.json_with_place())
    }

    fn json_with_place<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let mut deserializer = serde_json::Deserializer::from_slice(&self.body);
        let value =
            serde_path_to_error::deserialize(&mut deserializer).map_err(|error| self.unexpected(&error))?;
        deserializer.end().map_err(|error| self.unexpected(&error))?;
        Ok(value)
    }

    /// The body as text.
    ///
    /// # Errors
    /// Of kind [`ErrorKind::Body`] where it is not UTF-8.
    pub fn text(&self) -> Result<&str, Error> {
        std::str::from_utf8(&self.body).map_err(|error| self.unexpected(&error))
    }

    /// The body, decompressed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    fn unexpected(&self, error: &dyn std::fmt::Display) -> Error {
        let content_type = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        let reason = if looks_like_html(content_type, &self.body) {
            "it is HTML, as of a page to log in or of a proxy; check the base URL".to_owned()
        } else {
            self.client.wire.secrets.mask(&error.to_string())
        };
        unexpected_body(&self.name, self.status, &reason)
    }
}

impl std::fmt::Debug for Response {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} answered {}, {} bytes", self.name, status_text(self.status), self.body.len())
    }
}

pub(crate) fn unexpected_body(name: &Name, status: StatusCode, reason: &str) -> Error {
    let message =
        format!("{name} answered {}, but its body is not as expected: {reason}", status_text(status));
    Error::new(ErrorKind::Body, message)
}

fn looks_like_html(content_type: &str, body: &[u8]) -> bool {
    content_type.starts_with("text/html") || body.trim_ascii_start().first() == Some(&b'<')
}
