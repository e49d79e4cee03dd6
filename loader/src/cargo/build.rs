//! Builds a connector with cargo, whose words go to standard error as they are.

use std::{
    env,
    ffi::OsString,
    io::{self, BufReader},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    thread::{self, JoinHandle},
    time::Duration,
};

use cargo_metadata::Message;
use rustix::process::{Pid, Signal, kill_process_group};

use super::ConnectorCrate;

/// With what the crate is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quickly, with symbols.
    Dev,
    /// Optimised, as the crate's manifest has it.
    Release,
    /// Optimised, without symbols: what is handed over.
    Packaged,
}

/// What is to be built.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) profile: Profile,
    /// Another target than the usual one.
    pub(crate) target: Option<&'a str>,
    /// Whether `Cargo.lock` must be there and stay as it is.
    pub(crate) locked: bool,
}

/// Why there is nothing to load.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildError {
    #[error(
        "cargo cannot be started; install Rust with `rustup` (https://rustup.rs), and see that `cargo --version` answers"
    )]
    NoCargo(#[source] io::Error),
    #[error("{name} does not build: {}; mend what is told above", ended(.status))]
    Failed { name: String, status: ExitStatus },
    #[error(
        "{name} does not build: {}; see what is told above. A target that names its glibc is built with cargo-zigbuild, which \
         `pip install cargo-zigbuild` installs, with Zig", ended(.status)
    )]
    FailedWithZig { name: String, status: ExitStatus },
    #[error("what cargo says of the build of {name} cannot be read")]
    Unreadable {
        name: String,
        #[source]
        source: io::Error,
    },
    #[error("{name} was built, but without {file}: see that `crate-type` under `[lib]` holds \"cdylib\"")]
    NoLibrary { name: String, file: String },
    #[error("failed to wait for cargo")]
    Wait(#[source] io::Error),
}

fn ended(status: &ExitStatus) -> String {
    match status.code() {
        Some(code) if code <= KILLED => format!("cargo ended with {code}"),
        _ => "cargo was killed".to_owned(),
    }
}

/// What the shell ends with where there is no such program.
const NOT_FOUND: i32 = 127;
/// What the shell adds to the number of the signal that has killed a program.
const KILLED: i32 = 128;

/// Runs a program in a group that is killed as a whole once the standard input ends, which is when this process has, in
/// whatever way: cargo that is killed alone leaves compilers and build scripts behind.
const UNDER_A_LIFELINE: &str = r#"
exec 3<&0
{ read -r _; kill -9 0; } <&3 >/dev/null 2>&1 &
"$@" </dev/null 3<&-
code=$?
exec 2>/dev/null
kill $!
wait $!
exit $code
"#;

/// How often a build is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// A build that goes on. Dropping it ends it.
pub(crate) struct Building {
    cargo: Child,
    /// Nothing is written to it; that it is open keeps cargo alive.
    _lifeline: Option<ChildStdin>,
    files: Option<JoinHandle<io::Result<Vec<PathBuf>>>>,
    name: String,
    file: String,
    is_with_zig: bool,
}

impl Building {
    /// Starts cargo.
    ///
    /// # Errors
    /// [`BuildError::NoCargo`].
    pub(crate) fn start(connector: &ConnectorCrate, wanted: &Wanted<'_>) -> Result<Self, BuildError> {
        let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = under_a_lifeline(program);
        command.args(arguments(connector, wanted)).current_dir(&connector.folder).stdout(Stdio::piped());
        let mut cargo = command.spawn().map_err(BuildError::NoCargo)?;
        let _lifeline = cargo.stdin.take();
        let messages = cargo.stdout.take();
        let name = connector.name.clone();
        let files = messages.map(|messages| thread::spawn(move || built_files(messages)));
        let (file, is_with_zig) = (connector.slug.file_name(), needs_zig(wanted));
        Ok(Self { cargo, _lifeline, files, name, file, is_with_zig })
    }

    /// Waits for the library; gives nothing where `is_over` says meanwhile that nobody wants it any more.
    ///
    /// # Errors
    /// [`BuildError`].
    pub(crate) fn wait(mut self, mut is_over: impl FnMut() -> bool) -> Result<Option<PathBuf>, BuildError> {
        let status = loop {
            if let Some(status) = self.cargo.try_wait().map_err(BuildError::Wait)? {
                break status;
            }
            if is_over() {
                return Ok(None);
            }
            thread::sleep(LOOK);
        };
        if status.code() == Some(NOT_FOUND) {
            return Err(BuildError::NoCargo(io::ErrorKind::NotFound.into()));
        }
        if !status.success() {
            let name = self.name.clone();
            return Err(match self.is_with_zig {
                true => BuildError::FailedWithZig { name, status },
                false => BuildError::Failed { name, status },
            });
        }
        let read = self.files.take().and_then(|files| files.join().ok());
        let files = read.unwrap_or_else(|| Err(io::Error::other("the thread that reads it has panicked")));
        let files = files.map_err(|source| BuildError::Unreadable { name: self.name.clone(), source })?;
        let is_it = |path: &PathBuf| path.file_name().is_some_and(|name| name == self.file.as_str());
        let found = files.into_iter().find(is_it);
        let missing = || BuildError::NoLibrary { name: self.name.clone(), file: self.file.clone() };
        found.map(Some).ok_or_else(missing)
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        if !matches!(self.cargo.try_wait(), Ok(None)) {
            return;
        }
        if let Some(group) = Pid::from_raw(self.cargo.id().cast_signed()) {
            // It has not been waited for, so the number is still its own.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.cargo.wait();
    }
}

/// A command that runs this program with the arguments that follow; it ends as that does.
fn under_a_lifeline(program: OsString) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", UNDER_A_LIFELINE, "sh"]).arg(program);
    command.stdin(Stdio::piped()).process_group(0);
    command
}

fn arguments(connector: &ConnectorCrate, wanted: &Wanted<'_>) -> Vec<OsString> {
    let command = if needs_zig(wanted) { "zigbuild" } else { "build" };
    let mut arguments: Vec<OsString> =
        [command, "--lib", "--message-format=json-render-diagnostics", "--manifest-path"]
            .map(Into::into)
            .into();
    arguments.push(connector.manifest().into());
    match wanted.profile {
        Profile::Dev => {}
        Profile::Release => arguments.push("--release".into()),
        Profile::Packaged => {
            arguments.extend(["--release", "--config", "profile.release.strip=\"symbols\""].map(Into::into));
        }
    }
    arguments.extend(wanted.target.iter().flat_map(|target| ["--target".into(), (*target).into()]));
    arguments.extend(wanted.locked.then(|| "--locked".into()));
    arguments
}

/// Whether a target names its glibc, as in `x86_64-unknown-linux-gnu.2.28`, which only cargo-zigbuild understands.
fn needs_zig(wanted: &Wanted<'_>) -> bool {
    wanted.target.is_some_and(|target| target.contains(".2."))
}

/// The files of all that was built, or was there already.
fn built_files(messages: ChildStdout) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for message in Message::parse_stream(BufReader::new(messages)) {
        if let Message::CompilerArtifact(artifact) = message? {
            files.extend(artifact.filenames.into_iter().map(PathBuf::from).filter(|path| is_library(path)));
        }
    }
    Ok(files)
}

fn is_library(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "so")
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Read as _};

    use super::*;

    /// A crate with a name of its own: tests may share a target folder, in which names tell crates apart.
    fn crate_named(slug: &str, source: &str) -> (tempfile::TempDir, ConnectorCrate) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        let manifest = format!(
            "[package]\nname = \"codeclimate-connector-{slug}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                        [lib]\ncrate-type = [\"cdylib\"]\n"
        );
        fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        fs::write(folder.path().join("src/lib.rs"), source).unwrap();
        let found = ConnectorCrate::find(folder.path(), None).unwrap();
        (folder, found)
    }

    const DEV: Wanted<'_> = Wanted { profile: Profile::Dev, target: None, locked: false };

    #[test]
    fn a_crate_that_builds_gives_its_library_the_second_time_too() {
        let (_folder, rain) = crate_named("rain", "pub fn rain() {}");
        for _ in 0..2 {
            let built = Building::start(&rain, &DEV).unwrap().wait(|| false).unwrap().unwrap();
            assert!(
                built.ends_with("debug/libcodeclimate_connector_rain.so") && built.is_file(),
                "{built:?}"
            );
        }
    }

    #[test]
    fn a_crate_that_does_not_build_is_an_error_that_names_it() {
        let (_folder, rain) = crate_named("hail", "pub fn rain() -> u8 { \"wet\" }");
        let error = Building::start(&rain, &DEV).unwrap().wait(|| false).unwrap_err();
        let told = "codeclimate-connector-hail does not build: cargo ended with 101; mend what is told above";
        assert_eq!(error.to_string(), told);
    }

    #[test]
    fn a_build_that_nobody_wants_any_more_is_ended() {
        let (folder, rain) = crate_named("snow", "pub fn rain() {}");
        // A build script that would take an hour.
        fs::write(
            folder.path().join("build.rs"),
            "fn main() { std::thread::sleep(std::time::Duration::from_secs(3600)); }",
        )
        .unwrap();
        let mut looks = 0;
        let over = Building::start(&rain, &DEV).unwrap().wait(|| {
            looks += 1;
            looks > 3
        });
        assert!(matches!(over, Ok(None)), "{over:?}");
    }

    #[test]
    fn whatever_a_build_has_started_is_gone_once_its_lifeline_is() {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut command = under_a_lifeline("sh".into());
        // Both hold the pipe open for as long as they live.
        command.args(["-c", "sleep 3600 & echo begun; sleep 3600"]).stdout(writer);
        let mut started = command.spawn().unwrap();
        drop(command);
        let mut text = [0; 6];
        reader.read_exact(&mut text).unwrap();
        assert_eq!(&text, b"begun\n");
        drop(started.stdin.take());
        assert_eq!(reader.read(&mut text).unwrap(), 0);
        started.wait().unwrap();
    }

    #[test]
    fn a_program_under_a_lifeline_ends_as_it_would_without() {
        for (script, code) in [("exit 0", 0), ("exit 101", 101), ("kill -9 $$", KILLED + 9), ("read -r x", 1)]
        {
            let mut started = under_a_lifeline("sh".into()).args(["-c", script]).spawn().unwrap();
            let _lifeline = started.stdin.take();
            assert_eq!(started.wait().unwrap().code(), Some(code), "{script}");
        }
        let mut absent = under_a_lifeline("/absent/cargo".into()).stderr(Stdio::null()).spawn().unwrap();
        let _lifeline = absent.stdin.take();
        assert_eq!(absent.wait().unwrap().code(), Some(NOT_FOUND));
    }

    #[test]
    fn what_is_packaged_is_built_without_symbols() {
        let (_folder, rain) = crate_named("fog", "");
        let wanted = Wanted { profile: Profile::Packaged, target: Some("t"), locked: true };
        let arguments = arguments(&rain, &wanted);
        let arguments: Vec<&str> =
            arguments.iter().filter_map(|argument| argument.to_str()).skip(5).collect();
        assert!(!needs_zig(&wanted));
        assert!(needs_zig(&Wanted { target: Some("x86_64-unknown-linux-gnu.2.28"), ..wanted }));
        let expected =
            ["--release", "--config", "profile.release.strip=\"symbols\"", "--target", "t", "--locked"];
        assert_eq!(arguments, expected);
    }
}
