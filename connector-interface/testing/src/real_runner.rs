//! The real runner with the author's built connector.

mod build;
mod find;
mod run;

use std::{
    ffi::{OsStr, OsString},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use serde::Serialize;
use serde_json::{Value, json};
use tempfile::TempDir;

pub use run::Run;

/// The variables of the runner that count in tests too. Others, of a shell in which somebody works, do not.
const KEPT_VARIABLES: [&str; 2] = ["CODECLIMATE_CONNECTOR_LIMITS", "CODECLIMATE_CONNECTOR_SANDBOX"];

/// Runs the connector's built `.so` through the real `codeclimate-connector`: in a process of its own, inside its sandbox
/// and its limits, with every byte crossing the binary interface.
///
/// ```no_run
/// # use connector_interface::Stream;
/// # use connector_testing::RealRunner;
/// # use serde_json::json;
/// let runner = RealRunner::new(env!("CARGO_MANIFEST_DIR"));
/// let stream = Stream::new("Brocken", "https://weather.example/Brocken", "Brocken");
/// let run = runner.sync_stream(&json!({ "stations": ["Brocken"], "apiToken": "t" }), &stream, "90d");
/// run.assert_exit_code(0);
/// assert_eq!(run.records[0]["name"], "Brocken");
/// ```
///
/// States lie in a private folder that goes with this value, so that with `--state` one run goes on where the one before
/// it has stopped. Relative paths start where the test does. Where nothing else is asked for, with
/// `.with(["--limits", "enforced"])` or `CODECLIMATE_CONNECTOR_LIMITS`, the limits are `best-effort`: a developer's
/// machine may have no cgroup to give.
pub struct RealRunner {
    program: PathBuf,
    connector: PathBuf,
    arguments: Vec<OsString>,
    folder: TempDir,
    /// The verbs so far: each has an outcome file of its own, so that none reads another's.
    verbs: AtomicU64,
}

impl RealRunner {
    /// Builds the crate in this folder, and finds the runner: the file that the variable `CODECLIMATE_CONNECTOR` names,
    /// or one that was built beside this test, or one on the `PATH`.
    ///
    /// The connector is built with the profile of the test, `dev` or `release`.
    ///
    /// # Panics
    /// Where the crate cannot be built or is no `cdylib`, with the compiler's words; where there is no runner, with how to
    /// get one.
    #[must_use]
    pub fn new(manifest_folder: &str) -> Self {
        let runner = find::runner().and_then(|program| {
            let connector = build::connector(Path::new(manifest_folder))?;
            Ok((program, connector))
        });
        match runner {
            Ok((program, connector)) => Self::of_files(program, connector),
            Err(complaint) => panic!("{complaint}"),
        }
    }

    /// Runs this file of a connector with this runner.
    ///
    /// # Panics
    /// Where the system has no room for a temporary folder.
    #[must_use]
    pub fn of_files(runner: impl Into<PathBuf>, connector: impl Into<PathBuf>) -> Self {
        let folder = match TempDir::new() {
            Ok(folder) => folder,
            Err(error) => panic!("cannot make a temporary folder: {error}"),
        };
        Self {
            program: runner.into(),
            connector: connector.into(),
            arguments: Vec::new(),
            folder,
            verbs: AtomicU64::new(0),
        }
    }

    /// With these options on every command, such as `["--state", "--memory-limit", "64MiB"]`.
    #[must_use]
    pub fn with<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// The connector's built file.
    #[must_use]
    pub fn connector(&self) -> &Path {
        &self.connector
    }

    /// `verify-configuration`; what it answers is [`Run::answer`].
    ///
    /// # Panics
    /// As [`command`](Self::command).
    #[must_use]
    pub fn verify(&self, configuration: &Value) -> Run {
        self.verb("verify-configuration", configuration, [])
    }

    /// `discover-streams`; the streams are [`Run::records`].
    ///
    /// # Panics
    /// As [`command`](Self::command).
    #[must_use]
    pub fn discover(&self, configuration: &Value) -> Run {
        self.verb("discover-streams", configuration, [])
    }

    /// `sync-stream` of a stream, given as a [`Stream`](connector_interface::Stream) or as JSON; the cutoff is a date, a
    /// time or an age, such as `90d`.
    ///
    /// # Panics
    /// As [`command`](Self::command).
    #[must_use]
    pub fn sync_stream(&self, configuration: &Value, stream: &impl Serialize, cutoff: &str) -> Run {
        self.verb("sync-stream", configuration, [json!(stream).to_string().as_str(), cutoff])
    }

    /// `sync-entity` of one entity of a stream.
    ///
    /// # Panics
    /// As [`command`](Self::command).
    #[must_use]
    pub fn sync_entity(&self, configuration: &Value, stream: &impl Serialize, entity: &str) -> Run {
        self.verb("sync-entity", configuration, [json!(stream).to_string().as_str(), entity])
    }

    /// `sync-stream --backfill` of a range of time; both ends are dates or times.
    ///
    /// # Panics
    /// As [`command`](Self::command).
    #[must_use]
    pub fn backfill(
        &self,
        configuration: &Value,
        stream: &impl Serialize,
        earliest: &str,
        latest: &str,
    ) -> Run {
        let range = format!("{earliest}..{latest}");
        self.verb("sync-stream", configuration, [json!(stream).to_string().as_str(), "--backfill", &range])
    }

    /// A verb of the connector. The configuration goes over standard input, as it may hold secrets.
    fn verb<const N: usize>(&self, verb: &str, configuration: &Value, arguments: [&str; N]) -> Run {
        let number = self.verbs.fetch_add(1, Ordering::Relaxed);
        let outcome = self.folder.path().join(format!("outcome-{number}.json"));
        let mut all = vec![OsStr::new(verb), self.connector.as_os_str(), OsStr::new("-")];
        all.extend(arguments.map(OsStr::new));
        all.extend([OsStr::new("--outcome-file"), outcome.as_os_str()]);
        let mut run = self.command(all, configuration.to_string());
        run.outcome = run::read_outcome(&outcome);
        run
    }

    /// Any command of the runner, with this on standard input, such as `["state", "list"]`. It is waited for: the runner
    /// itself has a deadline.
    ///
    /// # Panics
    /// Where the runner cannot be started.
    #[must_use]
    pub fn command<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        input: impl Into<Vec<u8>>,
    ) -> Run {
        let mut command = Command::new(&self.program);
        set_environment(&mut command);
        command.args(arguments).args(&self.arguments);
        command.env("CODECLIMATE_CONNECTOR_DATA_FOLDER", self.folder.path().join("data"));
        match run_to_its_end(command, input.into()) {
            Ok(output) => Run::of(&output),
            Err(error) => panic!("cannot run {}: {error}", self.program.display()),
        }
    }
}

fn set_environment(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let is_ours = name.to_string_lossy().starts_with("CODECLIMATE_CONNECTOR");
        if is_ours && !KEPT_VARIABLES.iter().any(|kept| name == *kept) {
            command.env_remove(name);
        }
    }
    if std::env::var_os(KEPT_VARIABLES[0]).is_none() {
        command.env(KEPT_VARIABLES[0], "best-effort");
    }
}

fn run_to_its_end(mut command: Command, input: Vec<u8>) -> std::io::Result<std::process::Output> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // In a thread: the runner may write a lot before it reads. One that reads nothing closes the pipe.
        thread::spawn(move || stdin.write_all(&input));
    }
    child.wait_with_output()
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn a_run_without_an_outcome_does_not_have_that_of_the_one_before() {
        let folder = TempDir::new().unwrap();
        let program = folder.path().join("runner");
        // Writes its last argument but for the second time, when it finds what it wrote the first time.
        let script = "#!/bin/sh\nfor last; do :; done\n[ -e \"$0.ran\" ] && exit 1\n\
                      echo '{\"exitCode\":0}' > \"$last\"\n: > \"$0.ran\"\n";
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let runner = RealRunner::of_files(&program, "/absent.so");
        let outcomes = [runner.verify(&json!({})).outcome, runner.verify(&json!({})).outcome];
        assert_eq!(outcomes, [json!({ "exitCode": 0 }), Value::Null]);
    }
}
