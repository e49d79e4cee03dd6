//! What a commit record says.

use codeclimate_connector_git::Git;
use connector_interface::Client;
use connector_testing::FakeRunner;
use serde_json::{Value, json};

use crate::fixture::{Fixture, checked, of_type, stream};

fn only_commit(repository: &Fixture) -> Value {
    of_type(&repository.synced(), "Commit")[0].clone()
}

#[test]
fn a_commit_is_told_whole() {
    let repository = Fixture::empty().with_commits_at(&[1000]);
    let parent = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    let side = repository.commit(1500, "side");
    repository.git(&["checkout", "--quiet", "main"]);
    repository.git_at(2000, &["merge", "--quiet", "--no-ff", "-m", "Title\n\nBody", "side"]);
    let oid = repository.git(&["rev-parse", "HEAD"]);
    let uri = format!("file://{}", repository.path());
    assert_eq!(
        only_commit(&repository),
        json!({
            "_type": "Commit",
            "id": oid,
            "self": format!("{uri}#{oid}"),
            "oid": oid,
            "author": { "_type": "Actor", "id": "ada@acme.example", "self": "mailto:ada@acme.example", "name": "Ada", "email": "ada@acme.example" },
            "committer": { "_type": "Actor", "id": "grace@acme.example", "self": "mailto:grace@acme.example", "name": "Grace", "email": "grace@acme.example" },
            "message": "Title\n\nBody\n",
            "tree": repository.git(&["rev-parse", "HEAD^{tree}"]),
            "parents": [parent, side],
        })
    );
}

#[test]
fn text_is_read_in_the_encoding_that_the_commit_names() {
    let cases: [(&[u8], &[u8], &str); 6] = [
        (b"", "na\u{ef}ve".as_bytes(), "na\u{ef}ve"),
        (b"", b"na\xefve", "na\u{fffd}ve"),
        (b"encoding ISO-8859-1\n", b"na\xefve", "na\u{ef}ve"),
        (b"encoding latin1\n", b"na\xefve", "na\u{ef}ve"),
        (b"encoding Shift_JIS\n", b"\x83\x8d\x83P\x83b\x83g", "\u{30ed}\u{30b1}\u{30c3}\u{30c8}"),
        (b"encoding no-such\n", b"na\xefve", "na\u{fffd}ve"),
    ];
    for (encoding, bytes, text) in cases {
        let repository = Fixture::empty();
        let who = [b" ", bytes, b" <a@acme.example> 1000 +0000\n"].concat();
        let commit = [b"author", &who[..], b"committer", &who[..], encoding, b"\n", bytes].concat();
        repository.commit_of_bytes(&commit);
        let record = only_commit(&repository);
        assert_eq!((record["message"].as_str(), record["author"]["name"].as_str()), (Some(text), Some(text)));
    }
}

#[test]
fn every_author_becomes_an_actor_with_a_valid_uri() {
    let cases = [
        ("Ada <ada@acme.example> 1 +0000", "ada@acme.example", "mailto:ada@acme.example", "Ada"),
        ("Ada <> 1 +0000", "Ada", "mailto:Ada", "Ada"),
        ("Ada L <> 1 +0000", "Ada L", "mailto:Ada%20L", "Ada L"),
        (" <> 1 +0000", "unknown", "mailto:unknown", ""),
        ("<ada> 1 +0000", "ada", "mailto:ada", ""),
        ("Ada <a b?c#d&\u{e9}> 1 +0000", "a b?c#d&\u{e9}", "mailto:a%20b%3Fc%23d%26%C3%A9", "Ada"),
        ("Ada <x>y> 1 +0000", "x>y", "mailto:x%3Ey", "Ada"),
        ("Ada <bot+ci@acme.example> 1 +0000", "bot+ci@acme.example", "mailto:bot+ci@acme.example", "Ada"),
        ("Ada", "Ada", "mailto:Ada", "Ada"),
        ("100%", "100%", "mailto:100%25", "100%"),
    ];
    for (line, id, uri, name) in cases {
        let repository = Fixture::empty();
        repository.commit_of_bytes(format!("author {line}\ncommitter {line}\n\nodd\n").as_bytes());
        let actor = &only_commit(&repository)["author"];
        assert_eq!(
            (&actor["id"], &actor["self"], &actor["name"]),
            (&json!(id), &json!(uri), &json!(name)),
            "{line}"
        );
    }
}

#[test]
fn headers_are_not_looked_for_in_signatures_or_messages() {
    let repository = Fixture::empty();
    let oid = "1".repeat(40);
    let who = "Ada <ada@acme.example> 1000 +0000";
    let commit = format!(
        "author {who}\ncommitter {who}\ngpgsig -----BEGIN\n parent {oid}\n\n\nparent {oid}\nencoding latin1\n"
    );
    repository.commit_of_bytes(commit.as_bytes());
    let record = only_commit(&repository);
    assert_eq!(record["parents"], json!([]));
    assert_eq!(record["message"], format!("\nparent {oid}\nencoding latin1\n"));
}

#[test]
fn sync_entity_produces_the_one_commit_that_an_id_or_a_name_stands_for() {
    let repository = Fixture::tangled();
    repository.git(&["tag", "-a", "-m", "release", "v1.0", "main"]);
    let main = repository.git(&["rev-parse", "main"]);
    for entity in [main.as_str(), &main[..8], "main", "v1.0", "HEAD", "refs/heads/main"] {
        let runner = FakeRunner::new();
        let client: Git = runner.client(json!({ "path": repository.path() })).unwrap();
        client.sync_entity(&stream(repository.path()), entity).unwrap();
        let records = checked(runner.records());
        assert_eq!(records.len(), 1, "{entity}");
        assert_eq!(records[0]["oid"], main, "{entity}");
    }
}

#[test]
fn sync_entity_says_which_commit_is_not_there() {
    let repository = Fixture::tangled();
    let tree = repository.git(&["rev-parse", "main^{tree}"]);
    for entity in [&"1".repeat(40), "no-such-branch", "", "--all", &tree] {
        let client: Git = FakeRunner::new().client(json!({ "path": repository.path() })).unwrap();
        let message = client.sync_entity(&stream(repository.path()), entity).unwrap_err().to_string();
        let expected = format!("git repository `{}`: it has no commit `{entity}`; give ", repository.path());
        assert!(message.starts_with(&expected), "{message}");
    }
}
