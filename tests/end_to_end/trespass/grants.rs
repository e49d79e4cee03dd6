//! What an operator grants is reached, and no more than that; another user reaches less.

use std::{fs, os::unix::fs::PermissionsExt};

use connector_tests::{Runner, Unprivileged, connector};

use super::{
    DEFAULT, EXEC,
    Expected::{Call, Ends, Named, Probably},
    On::{self, Nothing, Path},
    Row, STREAM, World, assert_endings, ended,
};

const READ: &[&str] = &["--allow", "read:{outside}/file"];
const READ_ALL: &[&str] = &["--allow", "read:{outside}"];
const WRITE: &[&str] = &["--allow", "write:{outside}/granted"];
const CONNECT: &[&str] = &["--allow", "connect:{port}"];

const GRANTED: &[Row] = &[
    ("read", Path("{outside}/file"), READ, Ends(0, "done; 1 record")),
    ("read", Path("{outside}/.ssh/key"), READ, Probably("--allow read:{outside}/.ssh/key (or write:)")),
    ("read", Path("{outside}/.ssh/key"), READ_ALL, Ends(0, "done; 1 record")),
    ("list", Path("{outside}"), READ_ALL, Ends(0, "done; 1 record")),
    ("create", Path("{outside}/granted/new"), WRITE, Ends(0, "done; 1 record")),
    ("overwrite", Path("{outside}/granted/new"), WRITE, Ends(0, "done; 1 record")),
    ("truncate", Path("{outside}/granted/new"), WRITE, Ends(0, "done; 1 record")),
    ("rename", Path("{outside}/granted/new"), WRITE, Ends(0, "done; 1 record")),
    ("connect", Nothing, CONNECT, Ends(0, "done; 1 record")),
    // One port is not the network, and one program of the system is not a program of its own.
    ("connect-to-metadata", Nothing, CONNECT, Probably("--allow connect:80")),
    ("execute", Nothing, EXEC, Ends(0, "done; 1 record")),
    ("trace", On::Runner, EXEC, Call("ptrace")),
    ("connect", Nothing, EXEC, Named("socket (network)", "--allow network")),
    ("read", Path("/etc/shadow"), EXEC, Probably("--allow read:/etc/shadow (or write:)")),
    (
        "connect",
        Nothing,
        &["--deny", "network"],
        Ends(2, "network is not among what the connector asks for, which is nothing"),
    ),
    (
        "read",
        Path("{outside}/file"),
        &["--allow", "reed:x"],
        Ends(2, "write network, exec, connect:PORT, read:PATH or write"),
    ),
];

/// Changes beside what may be written are none of its business either.
const BESIDE: &[Row] = &[
    ("overwrite", Path("{outside}/file"), WRITE, Probably("--allow ")),
    ("overwrite", Path("{outside}/file"), READ_ALL, Probably("--allow ")),
    ("remove", Path("{outside}/file"), READ_ALL, Probably("--allow ")),
];

/// The same of what only read-only mounts keep where programs or writing are granted. A user has none, and may then change
/// the modes of all of the user's files.
const ATTRIBUTES_BESIDE: &[Row] = &[
    ("change-mode", Path("{outside}/file"), WRITE, Probably("--allow ")),
    ("change-mode", Path("{outside}/file"), EXEC, Probably("--allow ")),
    ("set-flags", Path("{outside}/file"), READ, Probably("--allow ")),
];

fn with_folder(world: &World) {
    let granted = world.path("granted");
    fs::create_dir(&granted).unwrap();
    fs::set_permissions(&granted, fs::Permissions::from_mode(0o777)).unwrap();
}

/// The visits and files of a grant that is used are changes, which the comparison is not to see.
fn assert_granted(world: &World) {
    with_folder(world);
    let complaints: Vec<String> = GRANTED.iter().filter_map(|row| unexpected(world, row)).collect();
    // Those visits are over.
    world.state();
    assert!(
        complaints.is_empty(),
        "{} of {} rows:\n{}",
        complaints.len(),
        GRANTED.len(),
        complaints.join("\n")
    );
}

fn unexpected(world: &World, row: &Row) -> Option<String> {
    let (code, words) = super::expected(world, &row.3);
    let ended = ended(world, row);
    let missing = words.iter().find(|words| !ended.errors().contains(*words));
    let succeeded = ended.output().contains("succeeded");
    let as_expected = ended.code() == Some(code) && missing.is_none() && succeeded == (code == 0);
    (!as_expected).then(|| format!("{} {:?}: expected {code} {words:?}, found {ended:?}\n", row.0, row.2))
}

#[test]
fn what_is_granted_is_reached_and_nothing_beside_it() {
    let world = World::of_root();
    assert_granted(&world);
    assert_endings(&world, &[BESIDE, ATTRIBUTES_BESIDE]);
}

#[test]
fn a_user_is_granted_the_same() {
    let world = World::of_user();
    assert_granted(&world);
    let by_descriptor = ("set-flags", Path("{outside}/file"), READ, Call("ioctl"));
    assert_endings(&world, &[BESIDE, &[by_descriptor]]);
}

const NOBODY: &[&str] = &["--user", "nobody"];
const NOBODY_READ: &[&str] = &["--user", "nobody", "--allow", "read:{outside}"];
const NOBODY_WRITE: &[&str] = &["--user", "nobody", "--allow", "write:{outside}"];

#[test]
fn as_another_user_it_reaches_what_that_user_may() {
    let world = World::of_root();
    let modes = [("file", 0o644), ("private", 0o600), ("own", 0o600)];
    for (name, mode) in modes {
        fs::write(world.path(name), name).unwrap();
        fs::set_permissions(world.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    Unprivileged::own(&world.path("own"));
    assert_endings(
        &world,
        &[&[
            ("read", Path("{outside}/file"), NOBODY_READ, Ends(0, "done; 1 record")),
            ("read", Path("{outside}/own"), NOBODY_READ, Ends(0, "done; 1 record")),
            (
                "read",
                Path("{outside}/private"),
                NOBODY_READ,
                Probably("no rights over files that its user may not read"),
            ),
            // Root without its capabilities is a user as well.
            (
                "read",
                Path("{outside}/own"),
                READ_ALL,
                Probably("no rights over files that its user may not read"),
            ),
            ("read", Path("{outside}/private"), READ_ALL, Ends(0, "done; 1 record")),
            (
                "create",
                Path("{outside}/new"),
                NOBODY_WRITE,
                Ends(20, "owner and mode are. The connector runs as user 65534,"),
            ),
            ("create-in-own-folder", Nothing, NOBODY, Ends(0, "done; 1 record")),
            ("become-user", Nothing, NOBODY, super::ProbablyForGood),
        ]],
    );
    let who = ended(&world, &("say-who", Nothing, NOBODY, Ends(0, "")));
    for line in ["Uid: 65534 65534 65534 65534\n", "Gid: 65534 65534 65534 65534\n", "Groups:\n"] {
        who.assert(0, line);
    }
    let who = ended(&world, &("say-who", Nothing, DEFAULT, Ends(0, "")));
    who.assert(0, "Uid: 0 0 0 0\n").assert(0, "CapBnd: 0000000000000000\n");
}

#[test]
fn a_relative_grant_starts_where_the_runner_does() {
    let folder = tempfile::tempdir().unwrap();
    let configuration = serde_json::json!({ "attempt": "create", "path": "relative-new" });
    let runner = Runner::verb("sync-stream", "trespassing", &configuration).with([STREAM, "2020-02-21"]);
    runner.with(["--allow", "write:."]).folder(folder.path()).run().assert(0, "done; 1 record");
    assert!(folder.path().join("relative-new").exists());
}

#[test]
fn a_grant_to_write_does_not_make_writable_what_is_read_only_for_the_operator() {
    let folder = tempfile::tempdir().unwrap();
    let (inner, file) = (folder.path().join("inner"), folder.path().join("inner/file"));
    fs::create_dir(&inner).unwrap();
    fs::write(&file, "before").unwrap();
    let configuration = folder.path().join("config.json");
    let attempt = serde_json::json!({ "attempt": "overwrite", "path": file });
    fs::write(&configuration, attempt.to_string()).unwrap();
    let script = "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\"";
    let arguments = ["--allow".to_owned(), format!("write:{}", folder.path().display())];
    let (code, errors) = with_mounts(script, &inner, &configuration, &arguments);
    assert!(errors.contains("(os error 30)") && code == Some(33), "{errors}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "before");
}

#[test]
fn a_path_that_is_not_there_is_not_called_granted_without_a_word() {
    let configuration = serde_json::json!({ "attempt": "find-constructor-ran" });
    let runner = Runner::verb("sync-stream", "trespassing", &configuration).with([STREAM, "2020-02-21"]);
    runner
        .with(["--allow", "read:/absent"])
        .run()
        .assert(0, "/absent is not there, so nothing of it can be granted");
}

#[test]
fn private_keys_beside_certificates_stay_private() {
    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("outside.key");
    let ssl = folder.path().join("ssl");
    fs::create_dir_all(ssl.join("certs")).unwrap();
    for key in [&outside, &ssl.join("site.key"), &ssl.join("certs/ca.pem")] {
        fs::write(key, "key").unwrap();
        fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
    }
    fs::set_permissions(ssl.join("certs/ca.pem"), fs::Permissions::from_mode(0o644)).unwrap();
    std::os::unix::fs::symlink(&outside, ssl.join("certs/linked.pem")).unwrap();
    for (path, code) in [("site.key", 33), ("certs/linked.pem", 33), ("certs/ca.pem", 0)] {
        let configuration = folder.path().join("config.json");
        let attempt =
            serde_json::json!({ "attempt": "read", "path": std::path::Path::new("/etc/ssl").join(path) });
        fs::write(&configuration, attempt.to_string()).unwrap();
        let (ended, errors) = with_mounts("mount --bind \"$1\" /etc/ssl", &ssl, &configuration, &[]);
        assert_eq!(ended, Some(code), "{path}: {errors}");
    }
}

/// Exit code and standard error of a run in mounts of its own, made by a script whose first argument is a folder.
fn with_mounts(
    script: &str,
    folder: &std::path::Path,
    configuration: &std::path::Path,
    arguments: &[String],
) -> (Option<i32>, String) {
    let mut command = std::process::Command::new("unshare");
    command.args(["--mount", "sh", "-c", &format!("{script} && shift && exec \"$@\""), "sh"]).arg(folder);
    command.arg(connector_tests::binary()).arg("sync-stream").arg(connector("trespassing"));
    command.arg(configuration).args([STREAM, "2020-02-21"]).args(arguments);
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn who_a_worker_is_to_be_must_be_known() {
    for user in ["nobody-at-all", "nobody:nobody-at-all", "4294967295:4294967295", ""] {
        let runner = Runner::verb("sync-stream", "trespassing", &serde_json::json!({ "attempt": "say-who" }));
        let ended = runner.with([STREAM, "2020-02-21", "--user", user]).run();
        ended.assert(2, "write USER, UID, USER:GROUP or UID:GID");
    }
}
