//! A connector that reads the coverage of commits from Codecov, the newest first.
//!
//! The API: <https://docs.codecov.com/v4.6/reference>.

#![forbid(unsafe_code)]

mod api;
pub mod configuration;
mod record;

use connector_http::{Auth, Http, Request};
use connector_interface::{
    Client, Context, Error, Item, LenientProducer, Level, State, Stream, Timestamp, Uri,
    VerifyConfigurationResult,
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
        let (first, mut before) = (self.next_page()?, None);
        for number in first.. {
            let answer = match self.commits(stream, cutoff, number).send() {
                // A page that is not there is the end, unless nothing is there any more.
                Err(error) if number > 1 && error.status() == Some(404) => {
                    if number == first {
                        self.commits(stream, cutoff, 1).send()?;
                    }
                    break;
                }
                answer => answer?,
            };
            let page: Page = answer.json()?;
            if page.commits.is_empty() {
                break;
            }
            if before.replace(answer.bytes().to_vec()).is_some_and(|before| before == answer.bytes()) {
                return Err(Error::new(format!("page {number} is page {} once more", number - 1)));
            }
            let read_up_to = page.last_timestamp().unwrap_or(cutoff);
            for commit in page.commits {
                produce(&records, &repository, commit)?;
            }
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

    fn commits(&self, stream: &Stream, cutoff: Timestamp, page: u64) -> Request {
        let request = self.api.get(format!("/api/gh/{}/commits", stream.id()));
        request.query("page", page).query("limit", LIMIT).query("from", cutoff.date())
    }
}

/// What a repository is known by.
fn address(id: &str) -> Result<Uri, Error> {
    Ok(Uri::encoded(&format!("https://codecov.io/api/gh/{id}"))?)
}

fn produce(records: &LenientProducer, repository: &Uri, commit: Item<Commit>) -> Result<(), Error> {
    let Some(commit) = records.read("commit", commit) else { return Ok(()) };
    let name = format!("commit {}", commit.commitid);
    let Some(totals) = &commit.totals else {
        records.leave_out(Level::Info, name, "totals: null, as its reports are still being processed");
        return Ok(());
    };
    match totals.coverage() {
        Ok(coverage) => records.produce(&CoverageTotals::new(repository, &commit, totals, coverage)),
        Err(found) => {
            records.leave_out(Level::Warn, name, format_args!("totals.c: expected a number, found {found}"));
            Ok(())
        }
    }
}
