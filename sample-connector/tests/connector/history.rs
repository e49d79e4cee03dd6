//! Which commits are produced, and in which order.

use connector_testing::FakeRunner;

use crate::fixture::{BEGINNING, Fixture, of_type, oids};

#[test]
fn the_commits_are_those_that_git_lists_and_come_in_its_order() {
    let shallow_of = |options: &[&str]| {
        let origin = Fixture::tangled();
        let url = format!("file://{}", origin.path());
        Fixture::made_by(&[&["clone", "--quiet"], options, &[&url, "clone"]].concat(), "clone")
    };
    let alias = Fixture::tangled();
    alias.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/topic"]);
    let packed = Fixture::tangled();
    packed.git(&["gc", "--quiet"]);
    let replaced = Fixture::tangled();
    replaced.git(&["replace", "--graft", "main"]);
    let cases = [
        ("one commit", Fixture::empty().with_commits_at(&[1000]), 1),
        ("merges, several heads and dates out of order", Fixture::tangled(), 12),
        ("all of one second", Fixture::empty().with_commits_at(&[5; 20]), 20),
        ("a branch that stands for another", alias, 12),
        ("packed objects and branches", packed, 12),
        ("a commit replaced by one without parents", replaced, 11),
        ("a bare clone", shallow_of(&["--bare"]), 12),
        ("a shallow clone of one commit", shallow_of(&["--depth=1"]), 1),
        ("a shallow clone that cuts a merge", shallow_of(&["--depth=2"]), 3),
        (
            "a shallow bare clone of all branches",
            shallow_of(&["--bare", "--depth=2", "--no-single-branch"]),
            6,
        ),
        ("SHA-256", sha256(), 3),
        ("no commit at all", Fixture::empty(), 0),
    ];
    for (what, repository, count) in cases {
        let listed = repository.listed_by_git(&[]);
        assert_eq!(listed.len(), count, "{what}");
        assert_eq!(oids(&repository.synced()), listed, "{what}");
    }
}

fn sha256() -> Fixture {
    let arguments = ["init", "--quiet", "--initial-branch=main", "--object-format=sha256", "rocket"];
    Fixture::made_by(&arguments, "rocket").with_commits_at(&[1000, 2000, 3000])
}

#[test]
fn a_head_at_the_edge_of_a_shallow_clone_is_not_lost_with_the_cut_parents_of_another() {
    let origin = Fixture::empty().with_commits_at(&[1000, 2000, 3000]);
    origin.git(&["branch", "parent", "main~1"]);
    let url = format!("file://{}", origin.path());
    let arguments = ["clone", "--quiet", "--bare", "--depth=1", "--no-single-branch", &url, "clone"];
    let clone = Fixture::made_by(&arguments, "clone");
    assert_eq!(clone.listed_by_git(&[]).len(), 2);
    assert_eq!(oids(&clone.synced()), clone.listed_by_git(&[]));
}

#[test]
fn a_detached_head_is_walked_too() {
    let repository = Fixture::tangled();
    repository.git(&["checkout", "--quiet", "--detach"]);
    let detached = repository.commit(5000, "on no branch");
    let records = repository.synced();
    assert_eq!(oids(&records), repository.listed_by_git(&["HEAD"]));
    assert!(oids(&records).contains(&detached));
    assert_eq!(of_type(&records, "Repository")[0].get("defaultBranch"), None);
}

#[test]
fn a_cutoff_leaves_out_what_is_older_and_never_what_is_newer_behind_it() {
    let repository = Fixture::tangled();
    for (cutoff, seconds, count) in [
        ("1970-01-01T00:00:00Z", "0", 12),
        ("1970-01-01T00:16:40Z", "1000", 9),
        ("1970-01-01T00:16:41Z", "1001", 8),
        ("1970-01-01T00:41:40.500Z", "2500", 7),
        ("1970-01-01T02:30:00Z", "9000", 1),
        ("1970-01-01T02:30:01Z", "9001", 0),
    ] {
        let runner = FakeRunner::new();
        repository.sync(&runner, cutoff).unwrap();
        let listed = repository.listed_by_git(&[&format!("--since-as-filter=@{seconds} +0000")]);
        assert_eq!(listed.len(), count, "{cutoff}");
        assert_eq!(oids(&runner.records()), listed, "{cutoff}");
    }
}

#[test]
fn a_date_that_is_none_stops_nothing() {
    for date in [
        "-5 +0000",
        "99999999999999999999 +0000",
        "9223372036854775807 +0000",
        "253402300800 +0000",
        "yesterday",
        "",
    ] {
        let repository = Fixture::empty();
        let line =
            format!("author Ada <ada@acme.example> {date}\ncommitter Ada <ada@acme.example> {date}\n\nodd\n");
        let odd = repository.commit_of_bytes(line.as_bytes());
        let runner = FakeRunner::new();
        repository.sync(&runner, BEGINNING).unwrap();
        assert_eq!(oids(&runner.records()), [odd], "{date}");
        assert_eq!(runner.states().len(), 1, "{date}");
    }
}

#[test]
fn a_missing_commit_is_an_error_that_names_it_and_the_repository() {
    let repository = Fixture::tangled();
    let lost = repository.git(&["rev-parse", "topic~1"]);
    let (folder, file) = lost.split_at(2);
    std::fs::remove_file(repository.folder.join(".git/objects").join(folder).join(file)).unwrap();
    let runner = FakeRunner::new();
    let message = repository.sync(&runner, BEGINNING).unwrap_err().to_string();
    let expected = format!("git repository `{}`: commit {lost} cannot be read: ", repository.path());
    assert!(message.starts_with(&expected), "{message}");
    assert!(!oids(&runner.records()).is_empty());
}

#[test]
fn a_branch_that_cannot_be_read_is_an_error_and_an_alias_of_none_is_only_a_warning() {
    let repository = Fixture::tangled();
    repository.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/gone"]);
    let runner = FakeRunner::new();
    repository.sync(&runner, BEGINNING).unwrap();
    assert_eq!(runner.log(), ["WARN branch `alias` stands for one that is gone; left out"]);

    repository.write(".git/refs/heads/torn", b"0000");
    let message = repository.sync(&FakeRunner::new(), BEGINNING).unwrap_err().to_string();
    assert!(message.contains("its branches cannot be read: "), "{message}");
    assert!(message.contains("torn"), "{message}");
}
