//! What an operator grants is reached, and no more than that; another user reaches less.

use std::{fs, os::unix::fs::PermissionsExt};

use connector_tests::Unprivileged;

use super::{
    DEFAULT, EXEC,
    Expected::{Call, Ends, Named, Probably},
    On::{self, Nothing, Path},
    Row, World, assert_endings, ended,
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
        Ends(2, "the connector does not ask for that; it asks for nothing"),
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
    assert_endings(&world, &[BESIDE]);
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
                Probably("--allow read:{outside}/new (or write:)"),
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
