//! Reads the builds and jobs of a Buildkite organization, the newest first, one stream a pipeline.
//!
//! The API: <https://buildkite.com/docs/apis/rest-api>.

#![forbid(unsafe_code)]

mod api;
pub mod configuration;
mod reached;
mod repository;

use connector_http::{Auth, Http, PageIter, Pages, segment};
use connector_interface::{
    Client, Context, Error, Item, LenientProducer, Level, Stream, Timestamp, VerifyConfigurationResult,
};

use crate::{
    api::{Build, Pipeline},
    configuration::Configuration,
    reached::Reached,
};

/// Pipelines or builds on a page: as many as Buildkite allows.
const PER_PAGE: u32 = 100;

/// Answers every verb. One value serves one verb, in a process of its own.
pub struct Buildkite {
    api: Http,
    organization: String,
    context: Context,
}

connector_interface::export_connector!(
    Buildkite,
    permissions: ["network", "connect:baseUrl"],
    record_types: ["DeliveryBuild", "DeliveryJob"],
);

impl Client for Buildkite {
    type Configuration = Configuration;

    fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
        let api = Http::new(&context, "https://api.buildkite.com")
            .base_url(configuration.base_url.as_deref())
            .auth(Auth::bearer(&configuration.api_token))
            .build()?;
        Ok(Self { api, organization: configuration.organization, context })
    }

    /// Asks for a pipeline and for a build, as either may be beyond the scopes of the token.
    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        let pipelines = self.api.get(self.path("pipelines")).query("per_page", 1).verify()?;
        if !pipelines.is_valid() {
            return Ok(pipelines);
        }
        self.api.get(self.path("builds")).query("per_page", 1).verify()
    }

    /// One stream a pipeline.
    fn discover_streams(&self) -> Result<(), Error> {
        let request = self.api.get(self.path("pipelines")).query("per_page", PER_PAGE);
        let mut found = false;
        for page in request.pages(Pages::<Vec<Pipeline>>::link_header()) {
            for pipeline in page?.body {
                let stream = Stream::new(&pipeline.slug, pipeline.url.as_str(), &pipeline.name);
                self.context.records.produce(&stream)?;
                found = true;
            }
        }
        if !found {
            let organization = &self.organization;
            let reason = format!("organization: {organization} has no pipeline that the token may read");
            return Err(Error::configuration(reason));
        }
        Ok(())
    }

    /// Walks from the newest build back to the cutoff, with a checkpoint behind each page.
    fn sync_stream(&self, pipeline: &Stream, cutoff: Timestamp) -> Result<(), Error> {
        let records = self.context.lenient_producer();
        let mut reached = Reached::from(self.context.state.get()?);
        let mut pages = self.builds(pipeline, cutoff, &reached);
        while let Some(page) = pages.next() {
            let page = match page {
                // Buildkite turns no more than so many pages. The walk begins anew at the build that it came to.
                Err(error) if error.status() == Some(400) && reached.narrow() => {
                    self.context.logger.info(format_args!("narrowing the walk: {error}"));
                    pages = self.builds(pipeline, cutoff, &reached);
                    continue;
                }
                page => page?,
            };
            for build in page.body {
                let Some(build) = records.read("build", build) else { continue };
                let created_at = build.created_at.timestamp();
                if reached.pass(&build.id, created_at) && created_at >= cutoff {
                    produce(&records, build)?;
                }
            }
            let Some(next) = page.next else { break };
            if let Some(state) = reached.turn_to(next) {
                self.context.state.set(&state)?;
            }
        }
        records.finish();
        Ok(())
    }
}

impl Buildkite {
    fn path(&self, rest: &str) -> String {
        format!("/v2/organizations/{}/{rest}", segment(&self.organization))
    }

    /// The pages of builds from where a walk has come to, back to the cutoff.
    fn builds(&self, pipeline: &Stream, cutoff: Timestamp, reached: &Reached) -> PageIter<Vec<Item<Build>>> {
        let path = self.path(&format!("pipelines/{}/builds", segment(pipeline.id())));
        let mut request = self.api.get(path).query("created_from", cutoff).query("per_page", PER_PAGE);
        if let Some(before) = reached.before() {
            request = request.query("created_to", before);
        }
        request.pages(Pages::link_header().starting_at(reached.page()))
    }
}

/// Produces a build and those of its jobs that run a command.
fn produce(records: &LenientProducer, build: Build) -> Result<(), Error> {
    match build.record() {
        Ok(record) => records.produce(&record)?,
        Err(reason) => {
            records.leave_out(Level::Warn, format_args!("build {} and its jobs", build.id), reason);
            return Ok(());
        }
    }
    for job in build.jobs {
        let Some(job) = records.read("job", job) else { continue };
        if !job.is_script() {
            continue;
        }
        match job.record(&build.url) {
            Ok(record) => records.produce(&record)?,
            Err(reason) => records.leave_out(Level::Warn, format_args!("job {}", job.id), reason),
        }
    }
    Ok(())
}
