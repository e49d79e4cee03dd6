//! Reads the incidents of an account, the newest first.
//!
//! The source is made up. For yours, change what the operator writes (`configuration.rs`), then
//! what the source answers and what becomes of it (`api.rs`), then the requests below. `cargo test`
//! and `codeclimate-connector check` say what is left to do.

#![forbid(unsafe_code)]

mod api;
pub mod configuration;

use connector_http::{Auth, Http, Pages, Position};
use connector_interface::{
    Client, Context, Error, LenientProducer, Level, State, Stream, Timestamp,
    VerifyConfigurationResult,
};

use crate::{
    api::{Account, Incident, Page},
    configuration::Configuration,
};

/// Incidents on a page: as many as the source allows.
const LIMIT: u32 = 100;

/// Answers every verb. One value serves one verb, in a process of its own.
pub struct Connector {
    api: Http,
    context: Context,
}

// What operators read before the first run, and all that the sandbox lets through: `network` is
// HTTPS and names, `connect:baseUrl` is the port of the URL that they configure.
connector_interface::export_connector!(
    Connector,
    permissions: ["network", "connect:baseUrl"],
    record_types: ["Incident"],
);

impl Client for Connector {
    type Configuration = Configuration;

    fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
        let api = Http::new(&context, "https://api.incidents.example")
            .base_url(configuration.base_url.as_deref())
            .auth(Auth::bearer(&configuration.api_token))
            .build()?;
        Ok(Self { api, context })
    }

    /// Asks for something small that the token must allow.
    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        self.api.get("/v1/account").verify()
    }

    /// Produces what can be synced, at least one stream: here the account of the token.
    fn discover_streams(&self) -> Result<(), Error> {
        let account: Account = self.api.get("/v1/account").send()?.json()?;
        let stream = Stream::new(&account.id, &account.url, &account.name);
        Ok(self.context.records.produce(&stream)?)
    }

    /// Walks from the newest incident back to the cutoff, with a checkpoint behind each page.
    fn sync_stream(&self, _account: &Stream, cutoff: Timestamp) -> Result<(), Error> {
        // Goes on where a record is bad; `self.context.records` gives you the error instead.
        let records = self.context.lenient_producer();
        let pages = Pages::cursor("cursor", |page: &Page| page.next_cursor.clone())
            .starting_at(self.reached()?);
        let incidents = self.api.get("/v1/incidents").query("limit", LIMIT);
        for page in incidents.pages(pages) {
            let page = page?;
            let mut oldest = None;
            for incident in page.body.incidents {
                let Some(incident) = records.read("incident", incident) else {
                    continue;
                };
                let opened_at = incident.opened_at.timestamp();
                if opened_at >= cutoff {
                    produce(&records, &incident)?;
                }
                oldest = Some(opened_at);
            }
            let Some(next) = page.next else { break };
            if oldest.is_some_and(|oldest| oldest < cutoff) {
                break;
            }
            // A run that is stopped now goes on from here.
            let state = State::at(oldest.unwrap_or(cutoff)).with("cursor", next);
            self.context.state.set(&state)?;
        }
        records.finish();
        Ok(())
    }
}

impl Connector {
    /// The page that an unfinished sync has come to; none where this one starts anew.
    fn reached(&self) -> Result<Option<Position>, Error> {
        let state = self.context.state.get()?;
        Ok(state.and_then(|state| Some(Position::from(state.metadata.get("cursor")?.as_str()?))))
    }
}

fn produce(records: &LenientProducer, incident: &Incident) -> Result<(), Error> {
    match incident.record() {
        Ok(record) => records.produce(&record),
        Err(reason) => {
            let name = format_args!("incident {}", incident.id);
            records.leave_out(Level::Warn, name, reason);
            Ok(())
        }
    }
}
