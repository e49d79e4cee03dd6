//! What the server answers, the ways to misbehave included.

use std::{io::Read, time::Duration};

use flate2::{Compression, read::GzEncoder};
use serde::Serialize;

/// What the server answers to one request.
///
/// ```
/// # use std::time::Duration;
/// # use connector_testing::Answer;
/// # use serde_json::json;
/// let fine = Answer::json(200, &json!({ "ok": true })).header("ETag", "\"1\"");
/// let busy = Answer::json(429, &json!({})).header("Retry-After", "2");
/// let late = Answer::bytes(200, "late").after(Duration::from_secs(1));
/// let broken = Answer::json(200, &json!([1, 2, 3])).truncated_after(4);
/// # let _ = (fine, busy, late, broken);
/// ```
#[derive(Debug, Clone)]
#[must_use = "an answer is what the handler returns"]
pub struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) delay: Duration,
    pub(super) delivery: Delivery,
}

/// How an answer gets onto the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    Whole,
    TruncatedAfter(usize),
    Slowly { bytes: usize, pause: Duration },
    Reset,
    Hang,
}

impl Answer {
    /// These bytes, without a content type.
    pub fn bytes(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let (headers, delay) = (Vec::new(), Duration::ZERO);
        Self { status, headers, body: body.into(), delay, delivery: Delivery::Whole }
    }

    /// This value as JSON.
    ///
    /// # Panics
    /// Where the value cannot be written as JSON.
    pub fn json(status: u16, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::bytes(status, body).header("Content-Type", "application/json"),
            Err(error) => panic!("the answer cannot be written as JSON: {error}"),
        }
    }

    /// Sends the client to another place.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::bytes(status, Vec::new()).header("Location", location)
    }

    /// Resets the connection (RST) in the place of an answer.
    pub fn reset() -> Self {
        Self { delivery: Delivery::Reset, ..Self::bytes(500, Vec::new()) }
    }

    /// Never answers; the connection stays open until the server is dropped.
    pub fn hang() -> Self {
        Self { delivery: Delivery::Hang, ..Self::bytes(500, Vec::new()) }
    }

    /// The same answer with one header more.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same answer, this much later.
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Closes the connection after this many bytes of the body, though `Content-Length` says that more will come.
    pub fn truncated_after(mut self, bytes: usize) -> Self {
        self.delivery = Delivery::TruncatedAfter(bytes);
        self
    }

    /// Sends the body in pieces of this many bytes, at least 1, with a pause before each.
    pub fn slowly(mut self, bytes: usize, pause: Duration) -> Self {
        self.delivery = Delivery::Slowly { bytes: bytes.max(1), pause };
        self
    }

    /// Compresses the body, and says so.
    pub fn gzip(mut self) -> Self {
        let mut compressed = Vec::new();
        match GzEncoder::new(self.body.as_slice(), Compression::default()).read_to_end(&mut compressed) {
            Ok(_) => self.body = compressed,
            Err(error) => panic!("the answer cannot be compressed: {error}"),
        }
        self.header("Content-Encoding", "gzip")
    }
}
