//! A connector that brings its own allocator, runtime, logger and subscriber, and behaves well.
//!
//! Whatever crosses to the runner is freed by the side that made it, and nobody sets a logger twice.

mod own_logging;

use connector_interface::{Client, Context, Error, Stream, Timestamp, VerifyConfigurationResult};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How much to produce.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Configuration {
    /// Tasks that produce at once.
    pub tasks: u64,
    /// Records of each task.
    pub records: u64,
}

/// The client, with a runtime of its own.
pub struct Allocating {
    configuration: Configuration,
    context: Context,
    runtime: tokio::runtime::Runtime,
}

connector_interface::export_connector!(Allocating);

impl Client for Allocating {
    type Configuration = Configuration;

    fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_time().build()?;
        Ok(Self { configuration, context, runtime })
    }

    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        Ok(VerifyConfigurationResult::valid())
    }

    fn discover_streams(&self) -> Result<(), Error> {
        Ok(self.context.records.produce(&Stream::new("only", "https://allocating.example/only", "only"))?)
    }

    fn sync_stream(&self, _stream: &Stream, _cutoff: Timestamp) -> Result<(), Error> {
        log::warn!("said through its own logger");
        tracing::warn!("said through its own subscriber");
        let tasks: Vec<_> = (0..self.configuration.tasks)
            .map(|task| self.runtime.spawn(produce(self.context.clone(), task, self.configuration.records)))
            .collect();
        tasks.into_iter().try_for_each(|task| self.runtime.block_on(task)?)
    }
}

async fn produce(context: Context, task: u64, records: u64) -> Result<(), Error> {
    for number in 0..records {
        context.records.produce(&json!({ "_type": "Branch", "name": format!("{task}-{number}") }))?;
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    Ok(())
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
