//! One command of the runner, started and waited for.

use std::{
    ffi::{OsStr, OsString},
    io::{Read, Write},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{
    artifacts,
    ended::Ended,
    leftovers,
    unprivileged::{self, Unprivileged},
};

/// No command of a test takes longer, on a slow machine with all tests at once.
const PATIENCE: Duration = Duration::from_secs(120);

/// A command of the runner, in an environment of its own.
pub struct Runner {
    arguments: Vec<OsString>,
    variables: Vec<(String, OsString)>,
    input: Input,
    folder: Option<PathBuf>,
    home: TempDir,
}

/// What goes to standard input, given the process id of the runner.
type Input = Box<dyn FnOnce(u32) -> Vec<u8> + Send>;

/// A command that has been started. Dropping it kills it, with all that it has left.
pub struct Running {
    child: Child,
    output: Option<JoinHandle<Vec<u8>>>,
    errors: Option<JoinHandle<Vec<u8>>>,
    started: Instant,
    home: TempDir,
}

impl Runner {
    /// The runner with these arguments.
    #[must_use]
    pub fn new<A: Into<OsString>>(arguments: impl IntoIterator<Item = A>) -> Self {
        Self {
            arguments: arguments.into_iter().map(Into::into).collect(),
            variables: Vec::new(),
            input: Box::new(|_| Vec::new()),
            folder: None,
            home: TempDir::new().expect("a temporary folder"),
        }
    }

    /// A verb of the connector `slug` of this workspace; the configuration comes over standard input.
    #[must_use]
    pub fn verb(verb: &str, slug: &str, configuration: &serde_json::Value) -> Self {
        let arguments = [OsString::from(verb), artifacts::connector(slug).into(), "-".into()];
        Self::new(arguments).input(configuration.to_string())
    }

    /// `sync-stream` of the misbehaving connector's first stream, with this configuration.
    #[must_use]
    pub fn sync(configuration: &serde_json::Value) -> Self {
        Self::verb("sync-stream", "misbehaving", configuration).with([FIRST_STREAM, "2020-02-21"])
    }

    /// With more arguments at the end.
    #[must_use]
    pub fn with<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// With a variable of the environment.
    #[must_use]
    pub fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.variables.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// With this on standard input.
    #[must_use]
    pub fn input(self, input: impl Into<Vec<u8>>) -> Self {
        let input = input.into();
        self.input_from_pid(move |_| input)
    }

    /// With something on standard input that needs the process id of the runner.
    #[must_use]
    pub fn input_from_pid(mut self, input: impl FnOnce(u32) -> Vec<u8> + Send + 'static) -> Self {
        self.input = Box::new(input);
        self
    }

    /// In this folder.
    #[must_use]
    pub fn folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// Runs it to its end.
    #[must_use]
    pub fn run(self) -> Ended {
        self.start().wait()
    }

    /// Starts it.
    #[must_use]
    pub fn start(self) -> Running {
        self.start_collecting(Command::new(artifacts::binary()))
    }

    /// Starts it without reading its standard output, which is given back.
    #[must_use]
    pub fn start_unread(self) -> (Running, ChildStdout) {
        let mut running = self.start_with(Stdio::piped());
        let output = running.child.stdout.take().expect("standard output is a pipe");
        (running, output)
    }

    /// Starts it with standard output going to a file.
    #[must_use]
    pub fn start_into(self, file: std::fs::File) -> Running {
        self.start_with(file.into())
    }

    /// Runs it to its end as a user without rights.
    #[must_use]
    pub fn run_as(self, user: &Unprivileged) -> Ended {
        self.start_as(user).wait()
    }

    /// Starts it as a user without rights.
    #[must_use]
    pub fn start_as(mut self, user: &Unprivileged) -> Running {
        Unprivileged::own(self.home.path());
        self.arguments.iter_mut().for_each(|argument| *argument = user.reachable(argument.as_ref()).into());
        let mut command = Command::new(user.reachable(&artifacts::binary()));
        command.uid(unprivileged::ID).gid(unprivileged::ID);
        self.start_collecting(command)
    }

    /// Runs it to its end with standard output closed.
    #[must_use]
    pub fn run_with_closed_output(self) -> Ended {
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$0\" \"$@\" >&-"]).arg(artifacts::binary());
        self.start_collecting(command).wait()
    }

    /// Runs it to its end inside a cgroup, which it enters before it is executed.
    #[must_use]
    pub fn run_inside(self, cgroup: &Path) -> Ended {
        let mut command = Command::new("sh");
        command
            .args(["-c", "echo 0 > \"$0/cgroup.procs\" && exec \"$@\""])
            .arg(cgroup)
            .arg(artifacts::binary());
        self.start_collecting(command).wait()
    }

    fn start_collecting(self, command: Command) -> Running {
        let mut running = self.start_command(command, Stdio::piped());
        running.output = running.child.stdout.take().map(collect);
        running
    }

    fn start_with(self, output: Stdio) -> Running {
        self.start_command(Command::new(artifacts::binary()), output)
    }

    fn start_command(self, mut command: Command, output: Stdio) -> Running {
        // The marker by which leftovers are found: every process of the run inherits it.
        command.env_clear().env("HOME", self.home.path()).env("TMPDIR", self.home.path());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.envs(self.variables).args(self.arguments);
        command.current_dir(self.folder.as_deref().unwrap_or(self.home.path()));
        command.stdin(Stdio::piped()).stdout(output).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the runner can be started");
        let mut stdin = child.stdin.take().expect("standard input is a pipe");
        let input = (self.input)(child.id());
        // A command that does not read its input closes the pipe.
        thread::spawn(move || stdin.write_all(&input));
        let errors = child.stderr.take().map(collect);
        let output = None;
        Running { child, output, errors, started: Instant::now(), home: self.home }
    }
}

/// The record of the misbehaving connector's first stream.
const FIRST_STREAM: &str =
    r#"{"_type":"Stream","id":"first","self":"https://misbehaving.example/first","name":"first"}"#;

fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before a failure is still shown.
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

impl Running {
    /// The process id of the runner.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The folder by which the processes of this run are known.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The guardian of the run.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn guardian(&self) -> Pid {
        child_named(self.child.id(), GUARDIAN)
    }

    /// The worker of the run.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn worker(&self) -> Pid {
        let guardian = self.guardian().as_raw_nonzero().get().cast_unsigned();
        child_named(guardian, WORKER)
    }

    /// The guardian of the run, if it has begun.
    #[must_use]
    pub fn guardian_by_now(&self) -> Option<Pid> {
        find_child(self.child.id(), GUARDIAN)
    }

    /// The worker of the run, if it has begun.
    #[must_use]
    pub fn worker_by_now(&self) -> Option<Pid> {
        let guardian = self.guardian_by_now()?.as_raw_nonzero().get().cast_unsigned();
        find_child(guardian, WORKER)
    }

    /// The most memory that the runner itself ever held, in bytes; waits for its end.
    #[must_use]
    pub fn peak_memory_until_the_end(&self) -> u64 {
        let mut peak = 0;
        loop {
            let status =
                std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let Some(kibibytes) = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok())
            else {
                return peak;
            };
            peak = peak.max(kibibytes * 1024);
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends a signal to the runner alone.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().cast_signed()).expect("a child has a process id");
        kill_process(pid, signal).expect("the runner can be signalled");
    }

    /// Whether the runner itself has ended.
    ///
    /// # Panics
    /// Where it cannot be waited for.
    #[must_use]
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child can be waited for").is_some()
    }

    /// Waits for its end, after which nothing of the run may be left.
    ///
    /// # Panics
    /// Where it takes too long; it is killed first.
    #[must_use]
    pub fn wait(mut self) -> Ended {
        let (sender, receiver) = mpsc::channel::<()>();
        let pid = Pid::from_raw(self.child.id().cast_signed()).expect("a child has a process id");
        let watchdog = thread::spawn(move || {
            let late = receiver.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout);
            if late {
                let _ = kill_process(pid, Signal::KILL);
            }
            late
        });
        let status = self.child.wait().expect("a child can be waited for");
        drop(sender);
        let late = watchdog.join().expect("the watchdog does not panic");
        let text = |reader: &mut Option<JoinHandle<Vec<u8>>>| {
            reader.take().map(|reader| reader.join().expect("a reader does not panic")).unwrap_or_default()
        };
        let (output, errors) = (text(&mut self.output), text(&mut self.errors));
        let errors = String::from_utf8_lossy(&errors).into_owned();
        assert!(!late, "the runner was not done after {PATIENCE:?}; it said:\n{errors}");
        let ended = Ended { status, output, errors, duration: self.started.elapsed() };
        leftovers::assert_none(self.child.id(), self.home.path(), &ended);
        ended
    }
}

const GUARDIAN: &str = "codeclimate-connector-guardian";
const WORKER: &str = "codeclimate-connector-worker";

/// The child of a process whose command line begins with this name.
fn child_named(parent: u32, name: &str) -> Pid {
    find_child(parent, name)
        .unwrap_or_else(|| panic!("process {parent} has no child {name}, only {:?}", children(parent)))
}

fn find_child(parent: u32, name: &str) -> Option<Pid> {
    let children = children(parent);
    let is_named = |pid: &&str| {
        let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        command.starts_with(name)
    };
    children.split_whitespace().find(is_named).and_then(|pid| Pid::from_raw(pid.parse().ok()?))
}

fn children(parent: u32) -> String {
    let tasks = std::fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    tasks.map(|task| std::fs::read_to_string(task.path().join("children")).unwrap_or_default()).collect()
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail where it has been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
        leftovers::kill(self.home.path());
    }
}
