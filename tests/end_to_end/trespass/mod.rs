//! What a connector must not do: each attempt has its ending, and nothing outside has changed afterwards.

mod grants;
mod world;

use connector_tests::{Ended, Runner};

use world::World;

/// On what something is tried.
#[derive(Clone, Copy)]
enum On {
    /// Nothing in particular.
    Nothing,
    /// A path.
    Path(&'static str),
    /// The runner itself.
    Runner,
    /// A thread of the runner that is not its first.
    Thread,
    /// The worker of another run.
    Other,
}
use On::{Nothing, Other, Path, Thread};

/// What comes of it.
enum Expected {
    /// Denied, with the name of the system call, which nothing allows.
    Call(&'static str),
    /// Denied, with a name and the option that would allow it.
    Named(&'static str, &'static str),
    /// Probably denied, with the option that would allow it.
    Probably(&'static str),
    /// Probably denied; there is no telling what would allow it.
    ProbablyForGood,
    /// Something else, with an exit code and words.
    Ends(i32, &'static str),
}
use Expected::{Call, Ends, Named, Probably, ProbablyForGood};

/// Attempt, on what, further arguments, expected. In all texts `{outside}` is a folder of the test, `{port}` one that a
/// server of the test listens on.
type Row = (&'static str, On, &'static [&'static str], Expected);

const DEFAULT: &[&str] = &[];
const NETWORK: &[&str] = &["--allow", "network"];
const EXEC: &[&str] = &["--allow", "exec"];

const FILES: &[Row] = &[
    ("read", Path("/etc/shadow"), DEFAULT, Probably("--allow read:/etc/shadow (or write:)")),
    ("read", Path("{outside}/.ssh/key"), DEFAULT, Probably("--allow read:{outside}/.ssh/key (or write:)")),
    ("read", Path("/proc/1/environ"), DEFAULT, Probably("--allow read:/proc/1/environ (or write:)")),
    (
        "read",
        Path("/proc/self/root/etc/shadow"),
        DEFAULT,
        Probably("--allow read:/proc/self/root/etc/shadow"),
    ),
    ("list", Path("{outside}"), DEFAULT, Probably("--allow read:{outside} (or write:)")),
    ("list", Path("/home"), DEFAULT, Probably("--allow read:/home (or write:)")),
    ("list", Path("/etc/ssl/private"), DEFAULT, Probably("--allow read:/etc/ssl/private (or write:)")),
    ("make-device", Nothing, DEFAULT, Probably("--allow ")),
    ("open-by-handle", Nothing, DEFAULT, Call("open_by_handle_at")),
    ("create-in-own-folder", Nothing, DEFAULT, Ends(0, "done; 1 record")),
];

const CHANGES: &[(&str, &str)] = &[
    ("create", "{outside}/new"),
    ("create", "/tmp/trespassing-new"),
    ("create", "/dev/shm/trespassing-new"),
    ("overwrite", "{outside}/file"),
    ("overwrite", "/proc/sys/kernel/core_pattern"),
    ("overwrite", "/sys/kernel/mm/transparent_hugepage/enabled"),
    ("truncate", "{outside}/file"),
    ("make-folder", "{outside}/new"),
    ("make-pipe", "{outside}/new"),
    ("rename", "{outside}/file"),
    ("remove", "{outside}/file"),
    ("link", "{outside}/file"),
    // Out of the run's limits: to the root of the hierarchy, to where the runner is.
    ("overwrite", "{cgroups}/cgroup.procs"),
    ("overwrite", "{cgroup}/cgroup.procs"),
    ("spare-itself", "/proc/self/oom_score_adj"),
];

/// Of what Landlock does not know of: the call where a filter stands in for it.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("change-mode", "chmod"),
    ("change-mode-newly", "fchmodat2"),
    ("change-owner", "lchown"),
    ("change-times", "utimensat"),
    ("set-attribute", "setxattr"),
    ("set-attribute-newly", "setxattrat"),
    ("set-flags-newly", "file_setattr"),
];

const PROCESSES: &[Row] = &[
    ("read-memory-of", On::Runner, DEFAULT, Probably("--allow read:/proc/")),
    ("read-environment-of", On::Runner, DEFAULT, Probably("--allow read:/proc/")),
    ("list-descriptors-of", On::Runner, DEFAULT, Probably("--allow read:/proc/")),
    ("read-parents-memory", Nothing, DEFAULT, Probably("--allow read:/proc/")),
    ("read-memory-of", Other, DEFAULT, Probably("--allow read:/proc/")),
    ("read-environment-of", Other, DEFAULT, Probably("--allow read:/proc/")),
    ("signal", On::Runner, DEFAULT, Call("kill")),
    ("signal", Thread, DEFAULT, ProbablyForGood),
    ("signal", Other, DEFAULT, ProbablyForGood),
    ("signal-by-descriptor", On::Runner, DEFAULT, Call("pidfd_open")),
    ("signal-by-descriptor", Other, DEFAULT, Call("pidfd_send_signal")),
    ("signal-by-input", On::Runner, DEFAULT, Call("fcntl")),
    ("signal-by-input", Other, DEFAULT, Call("fcntl")),
    ("limit", On::Runner, DEFAULT, Call("prlimit64")),
    ("limit", Thread, DEFAULT, Call("prlimit64")),
    ("limit", Other, DEFAULT, Call("prlimit64")),
    ("make-less-urgent", On::Runner, DEFAULT, Call("setpriority")),
    ("make-less-urgent", Other, DEFAULT, Call("setpriority")),
    ("make-users-less-urgent", Nothing, DEFAULT, Call("setpriority")),
    ("make-idle", On::Runner, DEFAULT, Call("sched_setscheduler")),
    ("make-idle", Other, DEFAULT, Call("sched_setscheduler")),
    ("pin", Thread, DEFAULT, Call("sched_setaffinity")),
    ("pin", Other, DEFAULT, Call("sched_setaffinity")),
    ("slow-down-files-of", Other, DEFAULT, Call("ioprio_set")),
    ("trace", On::Runner, DEFAULT, Call("ptrace")),
    ("trace", Other, DEFAULT, Call("ptrace")),
    ("be-traced", Nothing, DEFAULT, Call("ptrace")),
    ("read-directly", On::Runner, DEFAULT, Call("process_vm_readv")),
    ("read-directly", Other, DEFAULT, Call("process_vm_readv")),
    ("take-descriptor", Other, DEFAULT, Call("pidfd_getfd")),
    ("execute", Nothing, DEFAULT, Named("execve", "--allow exec")),
    ("execute-own-file", Nothing, EXEC, Probably("--allow ")),
    ("outlive", Nothing, DEFAULT, Ends(0, "done; 1 record")),
    ("outlive-as-sibling", Nothing, DEFAULT, Ends(0, "done; 1 record")),
    ("raise-limit", Nothing, DEFAULT, ProbablyForGood),
    ("become-user", Nothing, DEFAULT, ProbablyForGood),
    ("become-dumpable", Nothing, DEFAULT, Call("prctl (becoming readable for others)")),
];

const SHARED: &[Row] = &[
    ("share-memory", On::Runner, DEFAULT, Call("shmget")),
    ("share-semaphores", On::Runner, DEFAULT, Call("semget")),
    ("share-messages", On::Runner, DEFAULT, Call("msgget")),
    ("share-queue", Nothing, DEFAULT, Call("mq_open")),
];

const METADATA: &str = "--allow connect:80";

const SOCKETS: &[Row] = &[
    ("connect", Nothing, DEFAULT, Named("socket (network)", "--allow network")),
    ("connect", Nothing, NETWORK, Probably("--allow connect:{port}")),
    ("connect-to-metadata", Nothing, DEFAULT, Named("socket (network)", "--allow network")),
    ("connect-to-metadata", Nothing, NETWORK, Probably(METADATA)),
    ("connect-fast", Nothing, NETWORK, Call("sendto")),
    ("connect-over-many-paths", Nothing, NETWORK, Call("socket")),
    ("connect-to-socket", Path("/var/run/docker.sock"), DEFAULT, Call("socket (Unix)")),
    ("connect-to-socket", Path("/run/dbus/system_bus_socket"), DEFAULT, Call("socket (Unix)")),
    ("connect-to-socket", Path("{outside}/socket"), DEFAULT, Call("socket (Unix)")),
    ("connect-to-socket", Path("{outside}/socket"), NETWORK, Call("socket (Unix)")),
    ("connect-to-abstract-socket", Path("{outside}/abstract"), DEFAULT, Call("socket (Unix)")),
    ("pair-of-datagrams", Path("{outside}/datagrams"), DEFAULT, Call("socketpair (Unix datagrams)")),
    ("pair-of-raw-datagrams", Path("{outside}/datagrams"), DEFAULT, Call("socketpair (Unix datagrams)")),
    ("bind", Nothing, DEFAULT, Named("socket (network)", "--allow network")),
    ("bind", Nothing, NETWORK, Probably("--allow connect:{port}")),
    ("listen", Nothing, NETWORK, Call("listen")),
    ("raw-socket", Nothing, DEFAULT, Call("socket (raw)")),
    ("raw-socket", Nothing, NETWORK, Call("socket (raw)")),
    ("ping-socket", Nothing, NETWORK, Call("socket")),
    ("packet-socket", Nothing, NETWORK, Call("socket (packet)")),
    ("machine-socket", Nothing, NETWORK, Call("socket (vsock)")),
    ("netlink-socket", Nothing, DEFAULT, Call("socket (netlink)")),
    ("crypto-socket", Nothing, DEFAULT, Call("socket (family 38)")),
    ("socket-of-messages", Nothing, NETWORK, Call("socket (type 5)")),
    ("pair-over-internet", Nothing, NETWORK, Call("socketpair")),
];

const KERNEL: &[Row] = &[
    ("mount", Path("{outside}"), DEFAULT, Call("mount")),
    ("make-writable", Nothing, DEFAULT, Call("mount_setattr")),
    ("unshare-user", Nothing, DEFAULT, Call("unshare")),
    ("unshare-mounts", Nothing, DEFAULT, Call("unshare")),
    ("enter-namespace", Nothing, DEFAULT, Call("setns")),
    ("clone-user", Nothing, DEFAULT, Call("clone (a new namespace)")),
    ("clone-newly", Nothing, DEFAULT, Ends(20, "Function not implemented (os error 38)")),
    ("change-root", Nothing, DEFAULT, Call("chroot")),
    ("load-module", Nothing, DEFAULT, Call("init_module")),
    ("load-module-file", Nothing, DEFAULT, Call("finit_module")),
    ("load-kernel", Nothing, DEFAULT, Call("kexec_load")),
    ("load-program", Nothing, DEFAULT, Call("bpf")),
    ("count-events", Nothing, DEFAULT, Call("perf_event_open")),
    ("read-keys", Nothing, DEFAULT, Call("keyctl")),
    ("make-ring", Nothing, DEFAULT, Call("io_uring_setup")),
    ("handle-faults", Nothing, DEFAULT, Call("userfaultfd")),
    ("set-clock", Nothing, DEFAULT, Call("clock_settime")),
    ("set-host-name", Nothing, DEFAULT, Call("sethostname")),
    ("read-log", Nothing, DEFAULT, Call("syslog")),
    ("watch-files", Path("{outside}"), DEFAULT, Call("inotify_init1")),
];

/// What comes of calls as other programs make them.
#[cfg(target_arch = "x86_64")]
const FOREIGN_CALLS: &[Row] = &[
    ("call-as-x32", Nothing, DEFAULT, Ends(20, "Function not implemented (os error 38)")),
    (
        "call-as-32-bits",
        Nothing,
        DEFAULT,
        Ends(33, "(SIGSYS); the sandbox kills who makes system calls of another architecture"),
    ),
];
#[cfg(not(target_arch = "x86_64"))]
const FOREIGN_CALLS: &[Row] = &[];

const TRACES: &[Row] = &[
    (
        "read",
        Path("{outside}/.ssh/key"),
        TRACE,
        Named("reading {outside}/.ssh/key", "--allow read:{outside}/.ssh/key"),
    ),
    ("list", Path("{outside}"), TRACE, Named("reading {outside}", "--allow read:{outside}")),
    ("create", Path("{outside}/new"), TRACE, Named("writing {outside}/new", "--allow write:{outside}/new")),
    (
        "overwrite",
        Path("{outside}/file"),
        TRACE,
        Named("writing {outside}/file", "--allow write:{outside}/file"),
    ),
    // Whoever copies an option from the advice is not to grant more than it says.
    (
        "create",
        Path("{outside}/new --allow exec"),
        TRACE,
        Named("writing {outside}/new --allow exec", "--allow 'write:{outside}/new --allow exec'"),
    ),
    (
        "connect",
        Nothing,
        &["--sandbox", "trace", "--allow", "network"],
        Named("connecting to port {port} of 127.0.0.1", "--allow connect:{port}"),
    ),
    ("trace", On::Runner, TRACE, Call("ptrace")),
];
const TRACE: &[&str] = &["--sandbox", "trace"];

/// What comes of an attempt.
fn ended(world: &World, (attempt, on, arguments, _): &Row) -> Ended {
    let mut configuration = serde_json::json!({ "attempt": attempt, "port": world.port() });
    if let Path(path) = on {
        configuration["path"] = world.text(path).into();
    }
    if let Other = on {
        configuration["process"] = world.other().into();
    }
    let (to_runner, to_thread) = (matches!(on, On::Runner), matches!(on, Thread));
    let with_process = move |runner: u32| {
        let mut configuration = configuration;
        if to_runner || to_thread {
            configuration["process"] = if to_thread { world::thread_of(runner) } else { runner }.into();
        }
        configuration.to_string().into_bytes()
    };
    let runner = Runner::verb("sync-stream", "trespassing", &serde_json::Value::Null)
        .input_from_pid(with_process)
        .with([STREAM, "2020-02-21"])
        .with(arguments.iter().map(|argument| world.text(argument)));
    world.run(runner)
}

const STREAM: &str =
    r#"{"_type":"Stream","id":"only","self":"https://trespassing.example/only","name":"only"}"#;

/// Exit code and words.
fn expected(world: &World, expected: &Expected) -> (i32, Vec<String>) {
    let (code, words) = match expected {
        Call(call) => (33, vec![format!("the sandbox denied {call}"), "no option allows that".to_owned()]),
        // In a trace the constructor's own denial may stand before or behind it.
        Named(what, option) => {
            let denied = ["; the sandbox denied ", what, "if it ought to have that, add --allow ", option];
            (33, denied.map(str::to_owned).to_vec())
        }
        Probably(option) => (33, vec!["probably the sandbox denied it".to_owned(), (*option).to_owned()]),
        ProbablyForGood => (33, vec!["probably the sandbox denied it".to_owned()]),
        Ends(code, words) => (*code, vec![(*words).to_owned()]),
    };
    (code, words.iter().map(|words| world.text(words)).collect())
}

fn complaint(world: &World, row: &Row) -> Option<String> {
    let (attempt, _, arguments, expected) = row;
    let before = world.state();
    let ended = ended(world, row);
    let after = world.state();
    let (code, words) = self::expected(world, expected);
    let mut complaints = Vec::new();
    let missing = words.iter().find(|words| !ended.errors().contains(*words));
    if ended.code() != Some(code) || missing.is_some() {
        complaints.push(format!("expected exit code {code} and {words:?}, found {ended:?}"));
    }
    let succeeded = ended.output().contains("succeeded");
    if succeeded != (code == 0) {
        complaints.push(format!("succeeded: {succeeded}, expected exit code {code}"));
    }
    if before != after {
        complaints.push(format!("outside has changed from {before:#?} to {after:#?}"));
    }
    (!complaints.is_empty()).then(|| format!("{attempt} {arguments:?}: {}\n", complaints.join("\n")))
}

/// Runs every row before it complains of those that went otherwise.
#[track_caller]
fn assert_endings(world: &World, tables: &[&[Row]]) {
    let rows = || tables.iter().copied().flatten();
    let complaints: Vec<String> = rows().filter_map(|row| complaint(world, row)).collect();
    let (wrong, all) = (complaints.len(), rows().count());
    assert!(complaints.is_empty(), "{wrong} of {all} rows:\n{}", complaints.join("\n"));
}

/// On a read-only file system nothing can be changed, whatever Landlock would say.
fn changes_by_root() -> Vec<Row> {
    let changed = ATTRIBUTES.iter().map(|(attempt, _)| (*attempt, "{outside}/file"));
    let write = |path: &'static str| -> &'static str { format!("--allow write:{path}").leak() };
    CHANGES
        .iter()
        .copied()
        .chain(changed)
        .map(|(attempt, path)| (attempt, Path(path), DEFAULT, Probably(write(path))))
        .collect()
}

/// A user has no mounts of their own; Landlock and the filter share the work.
fn changes_by_user() -> Vec<Row> {
    let either = |path: &'static str| -> &'static str { format!("--allow read:{path} (or write:)").leak() };
    let changes =
        CHANGES.iter().map(|(attempt, path)| (*attempt, Path(path), DEFAULT, Probably(either(path))));
    let attributes =
        ATTRIBUTES.iter().map(|(attempt, call)| (*attempt, Path("{outside}/file"), DEFAULT, Call(call)));
    changes.chain(attributes).collect()
}

const EVERYWHERE: [&[Row]; 7] = [FILES, PROCESSES, SHARED, SOCKETS, KERNEL, FOREIGN_CALLS, TRACES];

#[test]
fn nothing_that_was_not_granted_is_reached() {
    let world = World::of_root();
    let changes = changes_by_root();
    assert_endings(&world, &[&EVERYWHERE[..], &[&changes]].concat());
}

#[test]
fn nothing_that_was_not_granted_is_reached_by_a_user_either() {
    let world = World::of_user();
    let changes = changes_by_user();
    assert_endings(&world, &[&EVERYWHERE[..], &[&changes]].concat());
}
