//! Asks the upstream for real, and keeps what may be kept.

use std::{collections::BTreeMap, io, sync::Arc, time::Duration};

use rustls::crypto::ring;
use ureq::{
    Agent,
    http::{HeaderMap, Request as HttpRequest},
    tls::{RootCerts, TlsConfig},
};

use super::tape::{Delivered, Exchange};
use crate::mock_server::Received;

/// Headers of one connection (RFC 9110, section 7.6.1), and those that the client to the upstream writes by itself.
const NOT_FORWARDED: [&str; 10] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// The headers of answers that connectors go by. No other is kept, least of all one that sets a cookie.
const KEPT: [&str; 4] = ["content-type", "link", "location", "retry-after"];
const KEPT_BEGINNINGS: [&str; 2] = ["ratelimit", "x-ratelimit"];
const PATIENCE: Duration = Duration::from_secs(120);
/// The largest answer that is recorded.
const LARGEST: u64 = 64 * 1024 * 1024;

pub(super) struct Recorder {
    agent: Agent,
    pub(super) exchanges: Vec<Exchange>,
}

impl Recorder {
    pub(super) fn new() -> Self {
        let certificates = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(PATIENCE))
            .tls_config(certificates)
            .build();
        Self { agent: agent.into(), exchanges: Vec::new() }
    }

    /// What asks the upstream, apart from what is kept: requests may overlap.
    pub(super) fn agent(&self) -> Agent {
        self.agent.clone()
    }
}

/// The upstream's answer to a request, without its secrets being looked at.
pub(super) fn ask(agent: &Agent, upstream: &str, received: &Received) -> Result<Delivered, ureq::Error> {
    let mut forwarded = HttpRequest::builder().method(received.method()).uri(format!(
        "{}{}",
        upstream.trim_end_matches('/'),
        received.target()
    ));
    for (name, value) in received.headers() {
        if !NOT_FORWARDED.iter().any(|other| name.eq_ignore_ascii_case(other)) {
            forwarded = forwarded.header(name, value);
        }
    }
    let mut answer = match received.body() {
        [] => agent.run(forwarded.body(())?)?,
        body => agent.run(forwarded.body(body)?)?,
    };
    let body = answer.body_mut().with_config().limit(LARGEST).read_to_vec()?;
    Ok(Delivered {
        status: answer.status().as_u16(),
        headers: kept(answer.headers()).map_err(ureq::Error::Io)?,
        body,
    })
}

/// The headers that stay, several of one name as one (RFC 9110, section 5.3).
fn kept(headers: &HeaderMap) -> io::Result<BTreeMap<String, String>> {
    let mut kept = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let name = name.as_str();
        if !KEPT.contains(&name) && !KEPT_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) {
            continue;
        }
        let value = value.to_str().map_err(io::Error::other)?;
        let all = kept.entry(name.to_owned()).or_default();
        if !all.is_empty() {
            all.push_str(", ");
        }
        all.push_str(value);
    }
    Ok(kept)
}
