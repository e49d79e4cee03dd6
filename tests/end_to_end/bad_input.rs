//! Wrong arguments, configurations, streams and cutoffs: each has its exit code and one message that helps.

use connector_tests::{Runner, connector};
use serde_json::json;

const STREAM: &str = r#"{"_type":"Stream","id":"a","self":"https://x.example/a","name":"A"}"#;

#[test]
fn a_configuration_that_cannot_be_used_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let cases = [
        (folder.path().join("absent.json").display().to_string(), "No such file or directory"),
        (folder.path().display().to_string(), "Is a directory"),
        (file("empty.json", b""), "is empty"),
        (file("text.json", b"path: ."), "is not JSON"),
        (file("cut.json", b"{\"count\": 1"), "line 1"),
        (file("comment.json", b"{\n  // none\n}"), "JSON has no comments"),
        (file("array.json", b"[1]"), "must be a JSON object such as {\"key\": \"value\"}, but is an array"),
        (file("twice.json", b"{\"count\":1,\"count\":2}"), "/count"),
        (file("latin.json", b"{\"apiToken\":\"\xe4\"}"), "UTF-8"),
        (file("type.json", b"{\"count\":\"many\"}"), "/count: expected a whole number, found a string"),
        (file("key.json", b"{\"cuont\":1}"), "did you mean \"count\"?"),
    ];
    let connector = connector("misbehaving").into_os_string().into_string().unwrap();
    for (configuration, reason) in cases {
        for (verb, more) in [("discover-streams", &[][..]), ("sync-stream", &[STREAM, "90d"])] {
            let arguments = [&[verb, &connector, &configuration], more].concat();
            let ended = Runner::new(arguments).run();
            ended.assert(10, &configuration).assert(10, reason);
            assert_eq!(ended.output(), "");
        }
        let verified = Runner::new(["verify-configuration", &connector, &configuration]).run();
        assert_eq!(verified.assert(10, reason).lines()[0]["isValid"], false);
    }
}

#[test]
fn every_problem_of_a_configuration_is_told_at_once() {
    let configuration = json!({ "count": "many", "behaviour": "wel", "apiTokn": "x", "place": 7 });
    let ended = Runner::verb("discover-streams", "misbehaving", &configuration).run();
    for problem in ["/count: ", "did you mean \"well\"?", "did you mean \"apiToken\"?", "/place: "] {
        ended.assert(10, problem);
    }
}

#[test]
fn a_key_is_refused_in_the_words_of_the_connectors_author() {
    for configuration in [json!({}), json!({ "url": null }), json!({ "url": "short" })] {
        let ended = Runner::verb("verify-configuration", "fetching", &configuration).run();
        let answer = "{\"isValid\":false,\"errorMessages\":[\"url must be present\"]}\n";
        assert_eq!(ended.assert(10, "asks for:\n  url must be present").output(), answer);
    }
}

#[test]
fn a_stream_or_cutoff_that_cannot_be_read_is_a_usage_error() {
    let cases = [
        (r#"{"_type":"Stream"}"#, "90d", "missing required property `id`"),
        (r#"{"_type":"Branch","name":"a"}"#, "90d", "is a record of type Branch, not Stream"),
        ("{", "90d", "is not a Stream record"),
        ("@/absent.json", "90d", "cannot read the stream from /absent.json"),
        ("thirdd", "90d", "it discovers \"first\", \"second\""),
        (STREAM, "2020", "is only a year"),
        (STREAM, "2020-02-30", "month 2 of 2020 has the days 1 to 29"),
        (STREAM, "2020-13-01", "months go from 01 to 12"),
        (STREAM, "2020-02-21T25:00:00Z", "what follows is not a time"),
        (STREAM, "2020-02-21T12:00:00", "has no offset from UTC"),
        (STREAM, "90", "without a unit"),
        (STREAM, "90x", "unknown unit \"x\""),
        (STREAM, "9999-01-01", "lies in the future"),
        (STREAM, "", "the cutoff is empty"),
        (STREAM, "yesterday", "neither a date, nor a time, nor an age"),
    ];
    for (stream, cutoff, reason) in cases {
        let ended = Runner::verb("sync-stream", "misbehaving", &json!({})).with([stream, cutoff]).run();
        ended.assert(2, reason);
        assert_eq!(ended.output(), "");
    }
}

#[test]
fn a_verb_that_the_connector_lacks_is_a_usage_error() {
    let ended = Runner::verb("sync-entity", "misbehaving", &json!({})).with([STREAM, "x"]).run();
    ended.assert(2, "this connector does not offer sync_entity");
}

#[test]
fn wrong_arguments_are_told_with_what_would_be_right() {
    for (arguments, reason) in [
        (&["sync-streem"][..], "sync-stream"),
        (&["discover-streams", "git"], "<CONFIG>"),
        (&["explain", "1"], "the runner never exits with 1"),
        (&["discover-streams", "git", "-", "--memory-limit", "much"], "is not a size such as 512MiB or 1GiB"),
        (&["discover-streams", "git", "-", "--deadline", "20"], "is not a duration such as 90s, 20m or 1h"),
        (&["schema", "Incidnt"], "did you mean Incident?"),
        (&["validate", "/absent.ndjson"], "cannot read records from /absent.ndjson"),
    ] {
        let ended = Runner::new(arguments).run();
        ended.assert(2, reason);
        assert_eq!(ended.output(), "");
    }
}
