//! What lies around a connector that trespasses, and whether it is as it was.

use std::{
    collections::BTreeMap,
    fs, io,
    net::TcpListener,
    os::{
        linux::net::SocketAddrExt,
        unix::{
            fs::{MetadataExt, PermissionsExt},
            net::{SocketAddr, UnixDatagram, UnixListener},
        },
    },
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use connector_tests::{Ended, Runner, Running, Unprivileged};
use serde_json::json;
use tempfile::TempDir;

/// A folder with something to read, servers that nobody may talk to, and another run.
pub(super) struct World {
    folder: TempDir,
    server: TcpListener,
    socket: UnixListener,
    abstract_socket: UnixListener,
    datagrams: UnixDatagram,
    other: Running,
    user: Option<Unprivileged>,
}

/// What must not change.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct State {
    files: BTreeMap<PathBuf, String>,
    system: Vec<String>,
    other: Vec<String>,
    visits: Vec<String>,
}

impl World {
    pub(super) fn of_root() -> Self {
        Self::of(None)
    }

    pub(super) fn of_user() -> Self {
        Self::of(Some(Unprivileged::new()))
    }

    fn of(user: Option<Unprivileged>) -> Self {
        let folder = TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path(".ssh")).unwrap();
        fs::write(path(".ssh/key"), "a key").unwrap();
        fs::write(path("file"), "untouched").unwrap();
        let socket = UnixListener::bind(path("socket")).unwrap();
        let datagrams = UnixDatagram::bind(path("datagrams")).unwrap();
        let name = path("abstract");
        let address = SocketAddr::from_abstract_name(name.as_os_str().as_encoded_bytes()).unwrap();
        let abstract_socket = UnixListener::bind_addr(&address).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        if user.is_some() {
            for name in ["", ".ssh", ".ssh/key", "file", "socket", "datagrams"] {
                Unprivileged::own(&path(name));
            }
        }
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        server.set_nonblocking(true).unwrap();
        socket.set_nonblocking(true).unwrap();
        abstract_socket.set_nonblocking(true).unwrap();
        datagrams.set_nonblocking(true).unwrap();
        let other = start_other(user.as_ref());
        Self { folder, server, socket, abstract_socket, datagrams, other, user }
    }

    pub(super) fn port(&self) -> u16 {
        self.server.local_addr().unwrap().port()
    }

    /// The worker of another run.
    pub(super) fn other(&self) -> i32 {
        self.other.worker().as_raw_nonzero().get()
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A text with the places of this world.
    pub(super) fn text(&self, text: &str) -> String {
        let folder = self.folder.path().display().to_string();
        let text = text.replace("{outside}", &folder).replace("{port}", &self.port().to_string());
        let (root, own) = cgroups();
        text.replace("{cgroups}", root).replace("{cgroup}", &own)
    }

    pub(super) fn run(&self, runner: Runner) -> Ended {
        match &self.user {
            None => runner.run(),
            Some(user) => runner.with(["--limits", "best-effort"]).run_as(user),
        }
    }

    /// The state now; visits are told once.
    pub(super) fn state(&self) -> State {
        let mut files = BTreeMap::new();
        look_at(self.folder.path(), &mut files);
        for path in ["/tmp/trespassing-new", "/dev/shm/trespassing-new"] {
            look_at(Path::new(path), &mut files);
        }
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let system = ["shm", "sem", "msg"].map(|kind| read(&format!("/proc/sysvipc/{kind}")).lines().count());
        let system = system.map(|count| count.to_string()).into_iter().chain([
            read("/proc/sys/kernel/core_pattern"),
            read("/sys/kernel/mm/transparent_hugepage/enabled"),
        ]);
        State { files, system: system.collect(), other: self.other_state(), visits: self.visits() }
    }

    /// Limits, urgency and processors of the other worker; it must be alive, too.
    fn other_state(&self) -> Vec<String> {
        let read = |file: &str| fs::read_to_string(format!("/proc/{}/{file}", self.other())).unwrap();
        let status = read("status");
        let processors = status.lines().filter(|line| line.starts_with("Cpus_allowed"));
        let mut state: Vec<String> = processors.map(str::to_owned).collect();
        let stat = read("stat");
        let behind_name: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        // Fields 18, 19 and 41 of proc(5): priority, nice, policy; the third is the first behind the name.
        state.extend([15, 16, 38].map(|place| behind_name[place].to_owned()));
        let limits = read("limits");
        state.extend(limits.lines().filter(|line| line.starts_with("Max open files")).map(str::to_owned));
        state
    }

    /// Whoever has come to one of the servers.
    fn visits(&self) -> Vec<String> {
        let mut visits = Vec::new();
        let mut note = |server: &str, visited: io::Result<()>| match visited {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            visited => visits.push(format!("{server}: {visited:?}")),
        };
        note("server", self.server.accept().map(drop));
        note("socket", self.socket.accept().map(drop));
        note("abstract socket", self.abstract_socket.accept().map(drop));
        note("datagrams", self.datagrams.recv(&mut [0; 100]).map(drop));
        visits
    }
}

/// The root of the hierarchy in which memory is limited, and the cgroup of this process in it.
fn cgroups() -> (&'static str, String) {
    let own = fs::read_to_string("/proc/self/cgroup").unwrap();
    let v1 = own.lines().find_map(|line| Some(line.split_once(":memory:")?.1));
    let v2 = own.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or("/");
    let (root, own) = match v1 {
        Some(path) => ("/sys/fs/cgroup/memory", path),
        None => ("/sys/fs/cgroup", v2),
    };
    (root, format!("{root}{}", own.trim_end_matches('/')))
}

fn start_other(user: Option<&Unprivileged>) -> Running {
    let runner = Runner::sync(&json!({ "behaviour": "hang" }));
    let other = match user {
        None => runner.start(),
        Some(user) => runner.with(["--limits", "best-effort"]).start_as(user),
    };
    let end = Instant::now() + Duration::from_secs(30);
    while !is_working(&other) {
        assert!(Instant::now() < end, "the other run does not begin");
        thread::sleep(Duration::from_millis(20));
    }
    other
}

/// Whether the connector has got its file by now, which it does once it is confined and loaded.
fn is_working(run: &Running) -> bool {
    let Some(worker) = run.worker_by_now() else { return false };
    let maps = fs::read_to_string(format!("/proc/{}/maps", worker.as_raw_nonzero())).unwrap_or_default();
    maps.contains("memfd:")
}

fn look_at(path: &Path, found: &mut BTreeMap<PathBuf, String>) {
    let Ok(metadata) = path.symlink_metadata() else { return };
    let content = metadata.is_file().then(|| fs::read_to_string(path).unwrap_or_default());
    let attributes = attributes(path);
    let looks = format!(
        "{:o} {}:{} {}.{} {content:?} {attributes}",
        metadata.mode(),
        metadata.uid(),
        metadata.gid(),
        metadata.mtime(),
        metadata.mtime_nsec()
    );
    found.insert(path.to_owned(), looks);
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        look_at(&entry.path(), found);
    }
}

/// Names of extended attributes.
fn attributes(path: &Path) -> String {
    let mut names = [0; 1000];
    let length = rustix::fs::llistxattr(path, &mut names[..]).unwrap_or(0);
    String::from_utf8_lossy(&names[..length]).into_owned()
}

/// A thread of a process that is not its first.
pub(super) fn thread_of(process: u32) -> u32 {
    let end = Instant::now() + Duration::from_secs(10);
    while Instant::now() < end {
        let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
        let numbers = threads.filter_map(|thread| thread.file_name().to_str()?.parse().ok());
        if let Some(thread) = numbers.into_iter().find(|thread| *thread != process) {
            return thread;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("process {process} has no second thread");
}
