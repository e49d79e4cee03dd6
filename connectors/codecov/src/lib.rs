//! A connector that reads the coverage of commits from Codecov, the newest first.
//!
//! The API: <https://docs.codecov.com/v4.6/reference>.

#![forbid(unsafe_code)]

mod api;
pub mod configuration;
mod record;

use connector_http::{Auth, Http};
use connector_interface::{
    Client, Context, Error, LenientProducer, Level, State, Stream, Timestamp, Uri, VerifyConfigurationResult,
};
use serde_json::Value;

use crate::{
    api::{Account, Commit, Page},
    configuration::Configuration,
    record::CoverageTotals,
};

/// Commits on a page; the API allows no more.
const LIMIT: u64 = 100;

/// The client.
pub struct Codecov {
    api: Http,
    context: Context,
}

connector_interface::export_connector!(
    Codecov,
    permissions: ["network", "connect:baseUrl", "connect:proxy"],
    record_types: ["CoverageTotals"],
);

impl Client for Codecov {
    type Configuration = Configuration;

    fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
        let api = Http::new(&context, "https://codecov.io")
            .base_url(configuration.base_url.as_deref())
            .proxy(configuration.proxy.as_deref())
            .auth(Auth::header("Authorization", format!("token {}", configuration.api_token)))
            .header("Accept", "application/json")
            .header("Content-Type", "application/json")
            .build()?;
        Ok(Self { api, context })
    }

    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        self.api.get("/api/gh").verify()
    }

    fn discover_streams(&self) -> Result<(), Error> {
        let account: Account = self.api.get("/api/gh").send()?.json()?;
        for team in &account.teams {
            for repo in &team.repos {
                let id = format!("{}/{}", team.username, repo.name);
                let stream = Stream::new(&id, address(&id)?.as_str(), &format!("Repository {id}"));
                self.context.records.produce(&stream)?;
            }
        }
        Ok(())
    }

    fn sync_stream(&self, stream: &Stream, cutoff: Timestamp) -> Result<(), Error> {
        let repository = address(stream.id())?;
        let records = self.context.lenient_producer();
        for number in self.next_page()?.. {
            let Some(page) = self.page(stream, cutoff, number)? else { break };
            for commit in &page.commits {
                produce(&records, &repository, commit)?;
            }
            let read_up_to = page.last_timestamp().unwrap_or(cutoff);
            self.context.state.set(&State::at(read_up_to).with("nextPage", number + 1))?;
        }
        records.finish();
        Ok(())
    }
}

impl Codecov {
    /// The page to begin with: the first, or the one that an unfinished sync has come to.
    fn next_page(&self) -> Result<u64, Error> {
        let Some(state) = self.context.state.get()? else { return Ok(1) };
        match state.metadata.get("nextPage").and_then(Value::as_u64) {
            Some(page) if page > 0 => Ok(page),
            _ => {
                self.context.logger.warn("the state of the last run names no page; starting anew");
                Ok(1)
            }
        }
    }

    /// None behind the last page, which is empty, or not there at all.
    fn page(&self, stream: &Stream, cutoff: Timestamp, number: u64) -> Result<Option<Page>, Error> {
        let answer = self
            .api
            .get(format!("/api/gh/{}/commits", stream.id()))
            .query("page", number)
            .query("limit", LIMIT)
            .query("from", cutoff.date())
            .send();
        let page: Page = match answer {
            Err(error) if number > 1 && error.status() == Some(404) => return Ok(None),
            answer => answer?.json()?,
        };
        Ok(Some(page).filter(|page| !page.commits.is_empty()))
    }
}

/// What a repository is known by.
fn address(id: &str) -> Result<Uri, Error> {
    Ok(Uri::encoded(&format!("https://codecov.io/api/gh/{id}"))?)
}

fn produce(records: &LenientProducer, repository: &Uri, commit: &Commit) -> Result<(), Error> {
    let name = format!("commit {}", commit.commitid);
    let Some(totals) = &commit.totals else {
        records.leave_out(Level::Info, name, "totals: null, as its reports are still being processed");
        return Ok(());
    };
    match totals.coverage() {
        Ok(coverage) => records.produce(&CoverageTotals::new(repository, commit, totals, coverage)),
        Err(found) => {
            records.leave_out(Level::Warn, name, format_args!("totals.c: expected a number, found {found}"));
            Ok(())
        }
    }
}
