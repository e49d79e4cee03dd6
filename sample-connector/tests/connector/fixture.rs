//! Repositories made by the `git` command in folders that remove themselves, and the connector's view of them.

use std::{
    io::Write,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use codeclimate_connector_git::Git;
use connector_interface::{Client, Error, Stream, Timestamp};
use connector_schemas::Checker;
use connector_testing::FakeRunner;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A cutoff before every commit.
pub(crate) const BEGINNING: &str = "1970-01-01T00:00:00Z";

/// A repository in a folder of its own.
pub(crate) struct Fixture {
    _parent: TempDir,
    pub(crate) folder: PathBuf,
}

impl Fixture {
    /// An empty repository on branch `main`.
    pub(crate) fn empty() -> Self {
        Self::made_by(&["init", "--quiet", "--initial-branch=main", "rocket"], "rocket")
    }

    /// A repository with 1,300 commits on two branches that share nothing, made in one go.
    pub(crate) fn long() -> Self {
        let repository = Self::made_by(&["init", "--quiet", "--bare", "long"], "long");
        let mut stream = String::new();
        for commit in 0..1300 {
            // Runs of equal dates, so that only a stable order can be resumed.
            let (branch, date) = (["main", "other"][commit % 2], 1_000 + commit / 40);
            // Without the name of its branch, the two histories would be of the same commits.
            let message = format!("data {}\n{branch}", branch.len());
            let head = format!("commit refs/heads/{branch}\ncommitter Ada <ada@acme.example> {date} +0000");
            stream.extend([&head, "\n", &message, "\n\n"]);
        }
        repository.git_with_input(&["fast-import", "--quiet"], stream.as_bytes());
        repository
    }

    /// What `git init` or `git clone` makes of these arguments.
    pub(crate) fn made_by(arguments: &[&str], folder: &str) -> Self {
        let parent = TempDir::new().unwrap();
        run(parent.path(), &[], arguments, b"");
        Self { folder: parent.path().join(folder), _parent: parent }
    }

    /// One commit for each second, in this order, on the branch that is checked out.
    pub(crate) fn with_commits_at(self, seconds: &[i64]) -> Self {
        for second in seconds {
            self.commit(*second, &format!("at {second}"));
        }
        self
    }

    /// Two branches that part and are merged with a third head left over, and dates that go up and down.
    pub(crate) fn tangled() -> Self {
        let fixture = Self::empty().with_commits_at(&[1000, 2000]);
        fixture.git(&["checkout", "--quiet", "-b", "topic"]);
        let fixture = fixture.with_commits_at(&[9000, 100, 3000]);
        fixture.git(&["checkout", "--quiet", "main"]);
        let fixture = fixture.with_commits_at(&[2500, 2500, 2500]);
        fixture.git_at(4000, &["merge", "--quiet", "--no-ff", "-m", "merge", "topic"]);
        fixture.git(&["checkout", "--quiet", "-b", "old", "main~2"]);
        let fixture = fixture.with_commits_at(&[10, 20, 8000]);
        fixture.git(&["checkout", "--quiet", "main"]);
        fixture
    }

    pub(crate) fn commit(&self, second: i64, message: &str) -> String {
        self.git_at(second, &["commit", "--quiet", "--allow-empty", "--allow-empty-message", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Writes a commit object with exactly these bytes behind its tree and makes `main` stand for it.
    pub(crate) fn commit_of_bytes(&self, headers_and_message: &[u8]) -> String {
        let tree = self.git(&["mktree"]);
        let bytes = [b"tree ", tree.as_bytes(), b"\n", headers_and_message].concat();
        let arguments = ["hash-object", "-t", "commit", "-w", "--stdin", "--literally"];
        let oid = run(&self.folder, &[], &arguments, &bytes);
        self.git(&["update-ref", "refs/heads/main", &oid]);
        oid
    }

    pub(crate) fn write(&self, file: &str, content: &[u8]) {
        std::fs::write(self.folder.join(file), content).unwrap();
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        run(&self.folder, &[], arguments, b"")
    }

    pub(crate) fn git_with_input(&self, arguments: &[&str], input: &[u8]) -> String {
        run(&self.folder, &[], arguments, input)
    }

    pub(crate) fn git_at(&self, second: i64, arguments: &[&str]) -> String {
        let date = format!("@{second} +0000");
        let dates = [("GIT_AUTHOR_DATE", date.as_str()), ("GIT_COMMITTER_DATE", date.as_str())];
        run(&self.folder, &dates, arguments, b"")
    }

    pub(crate) fn path(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    /// The commits that git lists for the local branches.
    pub(crate) fn listed_by_git(&self, arguments: &[&str]) -> Vec<String> {
        let listed = self.git(&[&["rev-list", "--branches"], arguments].concat());
        listed.lines().map(str::to_owned).collect()
    }

    /// What a whole sync of this repository produces.
    pub(crate) fn synced(&self) -> Vec<Value> {
        let runner = FakeRunner::new();
        self.sync(&runner, BEGINNING).unwrap();
        checked(runner.records())
    }

    pub(crate) fn sync(&self, runner: &FakeRunner, cutoff: &str) -> Result<(), Error> {
        let client: Git = runner.client(json!({ "path": self.path() })).unwrap();
        client.sync_stream(&stream(self.path()), cutoff.parse().unwrap())
    }

    pub(crate) fn backfill(&self, runner: &FakeRunner, seconds: RangeInclusive<i64>) -> Result<(), Error> {
        let client: Git = runner.client(json!({ "path": self.path() })).unwrap();
        let [earliest, latest] =
            [seconds.start(), seconds.end()].map(|second| Timestamp::from_unix_seconds(*second).unwrap());
        client.backfill_stream(&stream(self.path()), earliest, latest)
    }
}

/// A stream as an operator may write it by hand.
pub(crate) fn stream(id: &str) -> Stream {
    Stream::new(id, "file:///anywhere", "anything")
}

/// The same records, each of which passes its schema without an unknown property.
pub(crate) fn checked(records: Vec<Value>) -> Vec<Value> {
    let checker = Checker::new();
    for record in &records {
        let bytes = record.to_string();
        assert_eq!(checker.check(bytes.as_bytes()).err(), None, "{record:#}");
        assert_eq!(checker.unknown_properties(bytes.as_bytes()).unwrap(), [], "{record:#}");
    }
    records
}

pub(crate) fn of_type<'r>(records: &'r [Value], name: &str) -> Vec<&'r Value> {
    records.iter().filter(|record| record["_type"] == name).collect()
}

pub(crate) fn oids(records: &[Value]) -> Vec<String> {
    of_type(records, "Commit").iter().map(|commit| commit["oid"].as_str().unwrap().to_owned()).collect()
}

fn run(folder: &Path, variables: &[(&str, &str)], arguments: &[&str], input: &[u8]) -> String {
    let mut git = Command::new("git")
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_AUTHOR_EMAIL", "ada@acme.example")])
        .envs([("GIT_COMMITTER_NAME", "Grace"), ("GIT_COMMITTER_EMAIL", "grace@acme.example")])
        .envs([("GIT_AUTHOR_DATE", "@1000 +0000"), ("GIT_COMMITTER_DATE", "@1000 +0000")])
        .envs(variables.iter().copied())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    git.stdin.take().unwrap().write_all(input).unwrap();
    let output = git.wait_with_output().unwrap();
    assert!(output.status.success(), "git {arguments:?}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}
