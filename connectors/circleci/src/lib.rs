//! A connector that reads the builds and jobs of CircleCI projects, the newest pipeline first.
//!
//! The API: <https://circleci.com/docs/api/v2/>, and for the list of projects <https://circleci.com/docs/api/v1/>.

#![forbid(unsafe_code)]

mod api;
pub mod configuration;
mod records;
mod walk;

use connector_http::{Auth, Http};
use connector_interface::{Client, Context, Error, Level, Stream, Timestamp, VerifyConfigurationResult};

use crate::{
    api::{FollowedProject, Project},
    configuration::Configuration,
    walk::Walk,
};

/// The client.
pub struct CircleCi {
    api: Http,
    context: Context,
}

connector_interface::export_connector!(
    CircleCi,
    permissions: ["network", "connect:baseUrl", "connect:proxy"],
    record_types: ["Repository", "DeliveryBuild", "DeliveryJob"],
);

impl Client for CircleCi {
    type Configuration = Configuration;

    fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
        let api = Http::new(&context, "https://circleci.com")
            .base_url(configuration.base_url.as_deref())
            .proxy(configuration.proxy.as_deref())
            .auth(Auth::header("Circle-Token", configuration.api_token))
            .header("Accept", "application/json")
            .build()?;
        Ok(Self { api, context })
    }

    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        self.api.get("/api/v2/me").verify()
    }

    fn discover_streams(&self) -> Result<(), Error> {
        let projects: Vec<FollowedProject> = self.api.get("/api/v1.1/projects").send()?.json()?;
        let streams = self.context.lenient_producer();
        for project in &projects {
            let name = format!("{}/{}", project.username, project.reponame);
            let prefix = match project.vcs_type.as_str() {
                "github" => "gh",
                "bitbucket" => "bb",
                other => {
                    streams.leave_out(Level::Warn, &name, format_args!("unknown vcs_type {other:?}"));
                    continue;
                }
            };
            streams.produce(&Stream::new(&format!("{prefix}/{name}"), &project.vcs_url, &name))?;
        }
        streams.finish();
        Ok(())
    }

    fn sync_stream(&self, stream: &Stream, cutoff: Timestamp) -> Result<(), Error> {
        let project: Project = self.api.get(format!("/api/v2/project/{}", stream.id())).send()?.json()?;
        let records = self.context.lenient_producer();
        Walk { api: &self.api, context: &self.context, project: &project, cutoff, records }.run()
    }
}
