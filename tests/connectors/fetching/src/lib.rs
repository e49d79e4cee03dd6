//! A connector that does what most do: it resolves a name, fetches a document over HTTPS and makes a record of it.

#![forbid(unsafe_code)]

use std::time::Duration;

use connector_interface::{Client, Context, Error, Stream, Timestamp, VerifyConfigurationResult};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use ureq::{
    Agent,
    tls::{RootCerts, TlsConfig},
};

/// Where to fetch from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Configuration {
    /// The document: an object with the name of a branch.
    #[schemars(length(min = 8), extend("errorMessage" = "url must be present"))]
    pub url: String,
    /// Another place of the document, which is asked in the place of the first; its port is granted.
    pub mirror: Option<String>,
}

/// The client.
pub struct Fetching {
    configuration: Configuration,
    context: Context,
    agent: Agent,
}

connector_interface::export_connector!(Fetching, permissions: ["network", "connect:mirror"]);

/// What the server says.
#[derive(Deserialize)]
struct Branch {
    name: String,
}

impl Client for Fetching {
    type Configuration = Configuration;

    fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
        let certificates = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let agent = Agent::config_builder()
            .tls_config(certificates)
            .timeout_global(Some(Duration::from_secs(20)))
            .build()
            .into();
        Ok(Self { configuration, context, agent })
    }

    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        Ok(VerifyConfigurationResult::valid())
    }

    fn discover_streams(&self) -> Result<(), Error> {
        Ok(self.context.records.produce(&Stream::new("only", self.url(), "only"))?)
    }

    fn sync_stream(&self, _stream: &Stream, _cutoff: Timestamp) -> Result<(), Error> {
        let branch = self.fetch().map_err(|error| Error::from(error).context(self.url()))?;
        Ok(self.context.records.produce(&json!({ "_type": "Branch", "name": branch.name }))?)
    }
}

impl Fetching {
    fn url(&self) -> &str {
        self.configuration.mirror.as_deref().unwrap_or(&self.configuration.url)
    }

    fn fetch(&self) -> Result<Branch, ureq::Error> {
        self.agent.get(self.url()).call()?.body_mut().read_json()
    }
}

#[cfg(test)]
mod tests {
    use connector_testing::assert_configuration_schema;

    use super::Configuration;

    #[test]
    fn the_schema_file_says_what_the_struct_says() {
        assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
    }
}
