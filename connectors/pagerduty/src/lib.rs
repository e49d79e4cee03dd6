//! A connector that reads the incidents of a PagerDuty account, the newest first.
//!
//! The API: <https://developer.pagerduty.com/api-reference/9d0b4b12e36f9-list-incidents>.

#![forbid(unsafe_code)]

pub mod configuration;
mod incident;

use connector_http::{Auth, Http, PageIter, Pages};
use connector_interface::{
    Client, Context, Error, Item, LenientProducer, Level, State, Stream, Timestamp, VerifyConfigurationResult,
};

use crate::{
    configuration::Configuration,
    incident::{Incident, LIMIT, Page},
};

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
        let first = self.next_page()?;
        for (number, page) in (first..).zip(self.pages_from(first)) {
            let page = match page {
                // A page that is not there, though the one before it said so, is the end, unless nothing is there any more.
                Err(error) if number > 1 && error.status() == Some(404) => {
                    if number == first {
                        self.pages_from(1).next().transpose()?;
                    }
                    self.context.logger.warn(format_args!("page {number} is taken for the end: {error}"));
                    break;
                }
                page => page?,
            };
            let last_created_at = page.body.last_created_at();
            for incident in page.body.incidents {
                produce(&records, incident, cutoff)?;
            }
            if page.next.is_none() || last_created_at.is_some_and(|last| last < cutoff) {
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
    fn next_page(&self) -> Result<usize, Error> {
        let Some(state) = self.context.state.get()? else { return Ok(1) };
        match state.metadata.get("nextPage").and_then(serde_json::Value::as_u64) {
            Some(page) if page > 0 => Ok(usize::try_from(page)?),
            _ => {
                self.context.logger.warn("the state of the last run names no page; starting anew");
                Ok(1)
            }
        }
    }

    fn pages_from(&self, number: usize) -> PageIter<Page> {
        let offset = (number - 1).saturating_mul(LIMIT).to_string();
        let pages = Pages::offset("offset", Page::step).starting_at(Some(offset.into()));
        self.api.get("/incidents").query("limit", LIMIT).pages(pages)
    }
}

fn produce(records: &LenientProducer, incident: Item<Incident>, cutoff: Timestamp) -> Result<(), Error> {
    let Some(incident) = records.read("incident", incident) else { return Ok(()) };
    match incident.created_at() {
        Some(created_at) if created_at >= cutoff => records.produce(&incident),
        Some(_) => Ok(()),
        None => {
            records.leave_out(Level::Warn, incident.name(), "created_at: expected a time, found none");
            Ok(())
        }
    }
}
