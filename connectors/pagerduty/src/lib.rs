//! A connector that reads the incidents of a PagerDuty account, the newest first.
//!
//! The API: <https://developer.pagerduty.com/api-reference/9d0b4b12e36f9-list-incidents>.

#![forbid(unsafe_code)]

pub mod configuration;
mod incident;

use connector_http::{Auth, Http};
use connector_interface::{
    Client, Context, Error, LenientProducer, Level, State, Stream, Timestamp, VerifyConfigurationResult,
};

use crate::{
    configuration::Configuration,
    incident::{Incident, Page},
};

/// Incidents on a page; the API allows no more.
const LIMIT: u64 = 100;

/// The client.
pub struct PagerDuty {
    api: Http,
    context: Context,
}

connector_interface::export_connector!(
    PagerDuty,
    permissions: ["network", "connect:baseUrl", "connect:proxy"],
    record_types: ["Incident"],
);

impl Client for PagerDuty {
    type Configuration = Configuration;

    fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
        let api = Http::new(&context, "https://api.pagerduty.com")
            .base_url(configuration.base_url.as_deref())
            .proxy(configuration.proxy.as_deref())
            .auth(Auth::header("Authorization", format!("Token token={}", configuration.api_token)))
            .header("Accept", "application/vnd.pagerduty+json;version=2")
            .header("Content-Type", "application/json")
            .build()?;
        Ok(Self { api, context })
    }

    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        self.api.get("/abilities").verify()
    }

    fn discover_streams(&self) -> Result<(), Error> {
        let account = Stream::new("unavailable", "https://pagerduty.com", "PagerDuty Account");
        Ok(self.context.records.produce(&account)?)
    }

    fn sync_stream(&self, _account: &Stream, cutoff: Timestamp) -> Result<(), Error> {
        let records = self.context.lenient_producer();
        for number in self.next_page()?.. {
            let Some(page) = self.page(number)? else { break };
            for incident in &page.incidents {
                produce(&records, incident, cutoff)?;
            }
            let last_created_at = page.last_created_at();
            if !page.more || page.incidents.is_empty() || last_created_at.is_some_and(|last| last < cutoff) {
                break;
            }
            if let Some(last_created_at) = last_created_at {
                self.context.state.set(&State::at(last_created_at).with("nextPage", number + 1))?;
            }
        }
        records.finish();
        Ok(())
    }
}

impl PagerDuty {
    /// The page to begin with: the first, or the one that an unfinished sync has come to.
    fn next_page(&self) -> Result<u64, Error> {
        let Some(state) = self.context.state.get()? else { return Ok(1) };
        match state.metadata.get("nextPage").and_then(serde_json::Value::as_u64) {
            Some(page) if page > 0 => Ok(page),
            _ => {
                self.context.logger.warn("the state of the last run names no page; starting anew");
                Ok(1)
            }
        }
    }

    /// None where a page behind the first is not there, though the one before it says so.
    fn page(&self, number: u64) -> Result<Option<Page>, Error> {
        let request = self.api.get("/incidents").query("limit", LIMIT).query("offset", (number - 1) * LIMIT);
        match request.send() {
            Err(error) if number > 1 && error.status() == Some(404) => {
                self.context.logger.warn(format_args!("page {number} is taken for the end: {error}"));
                Ok(None)
            }
            answer => Ok(Some(answer?.json()?)),
        }
    }
}

fn produce(records: &LenientProducer, incident: &Incident, cutoff: Timestamp) -> Result<(), Error> {
    match incident.created_at() {
        Some(created_at) if created_at >= cutoff => records.produce(incident),
        Some(_) => Ok(()),
        None => {
            records.leave_out(Level::Warn, incident.name(), "created_at: expected a time, found none");
            Ok(())
        }
    }
}
