//! The command of a sync, and what it may look like otherwise.

use std::{ffi::OsString, path::Path};

use serde_json::Value;

use super::{CUTOFF, Kind, STREAM, Sync, stream};
use crate::Runner;

impl Sync {
    /// The command: the same each time.
    #[must_use]
    pub fn runner(&self) -> Runner {
        self.command(&[&stream(STREAM), CUTOFF])
    }

    /// The command that is to know by itself where it begins.
    #[must_use]
    pub fn runner_without_cutoff(&self) -> Runner {
        self.command(&[&stream(STREAM)])
    }

    /// The command of a stream that is named by its id, and so looked for first.
    #[must_use]
    pub fn runner_of(&self, id: &str) -> Runner {
        self.command(&[id, CUTOFF])
    }

    /// The command with its records going elsewhere.
    #[must_use]
    pub fn runner_with_sink(&self, sink: &str) -> Runner {
        self.command_into(&[&stream(STREAM), CUTOFF], vec!["--sink".into(), sink.into()])
    }

    /// From now on a member of the configuration is this. What the source holds does not come from there.
    pub fn configure(&mut self, key: &str, value: impl Into<Value>) {
        self.configuration[key] = value.into();
    }

    fn command(&self, what: &[&str]) -> Runner {
        let sink = match self.kind {
            Kind::Stdout => vec!["--state".into()],
            Kind::Folder => vec!["--sink".into(), named("folder:", &self.sink)],
            Kind::Sqlite => vec!["--sink".into(), named("sqlite:", &self.sink)],
        };
        self.command_into(what, sink)
    }

    fn command_into(&self, what: &[&str], sink: Vec<OsString>) -> Runner {
        let data: [OsString; 2] = ["--data-folder".into(), self.data.clone().into()];
        let runner = Runner::verb("sync-stream", "paging", &self.configuration);
        runner.with(what.iter().copied()).with(data).with(sink).with(self.options.clone())
    }
}

fn named(kind: &str, path: &Path) -> OsString {
    let mut name = OsString::from(kind);
    name.push(path);
    name
}
