//! Everything that crosses the binary interface, once each way, in this process: `.ci/memory` runs it under tools that
//! watch the memory.

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};

use super::*;
use crate::{
    confinement::{Rules, Sandbox},
    frame::{Decoder, split_record},
};

const STREAM: &str = r#"{"_type":"Stream","id":"old","self":"https://aged.example/old","name":"old"}"#;

/// The connector in this variable, or the one that is kept, which is for x86-64.
fn connector() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("AGED_CONNECTOR") {
        return Some(path.into());
    }
    let kept = "../tests/fixtures/abi/1.0.0/libcodeclimate_connector_aged.so";
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(kept);
    cfg!(target_arch = "x86_64").then(|| kept.canonicalize().unwrap())
}

fn job(connector: &Path, verb: u32, payload: &Value) -> Job {
    let configuration =
        [("stream", "\"old\""), ("branches", "3"), ("apiToken", "\"a-token-of-the-operator\"")];
    Job {
        connector: connector.to_owned(),
        verb,
        payload: if payload.is_null() { String::new() } else { payload.to_string() },
        configuration: configuration.map(|(key, json)| (key.to_owned(), json.to_owned())).into(),
        state: Some(r#"{"checkpointTime":"2020-02-20T00:00:00Z"}"#.to_owned()),
        rejections: crate::frame::Rejections::default(),
        debug: true,
        sources: None,
        secrets: vec![("apiToken".to_owned(), "a-token-of-the-operator".to_owned())],
        rules: Rules::granting_nothing(Sandbox::Off, 0),
        stop: None,
        scrutiny: None,
    }
}

/// What a verb came to, with all that it sent before, each frame behind its kind.
fn run(job: Job) -> (End, Vec<(Kind, String)>) {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let (status, _) = Status::create().unwrap();
    status.set_time_left(Duration::from_secs(600));
    let status = Arc::new(status);
    let outbox = Arc::new(Outbox::start(ours, Arc::clone(&status)).unwrap());
    let masker = Masker::of(&job.secrets).unwrap();
    let services = Arc::new(Services::new(&job, masker, Arc::clone(&outbox), Arc::clone(&status)));
    let reader = thread::spawn(move || frames(&mut theirs));
    let sealed = Sealed::copy(std::fs::File::open(&job.connector).unwrap()).unwrap();
    let end = services.masked(do_verb(job, &sealed.image().unwrap(), &services, &status));
    // As in a worker, where the process ends first: what is loaded refers to the copy.
    std::mem::forget(sealed);
    outbox.finish(b"{}");
    (end, reader.join().unwrap())
}

fn frames(channel: &mut UnixStream) -> Vec<(Kind, String)> {
    let (mut decoder, mut found, mut bytes) = (Decoder::default(), Vec::new(), [0; 4096]);
    while !matches!(found.last(), Some((Kind::End, _))) {
        let length = channel.read(&mut bytes).unwrap();
        assert_ne!(length, 0, "the channel ended before the last frame: {found:?}");
        decoder.push(&bytes[..length]);
        while let Some((kind, payload)) = decoder.next_frame().unwrap() {
            let payload = if kind == Kind::Record { split_record(payload).unwrap().1 } else { payload };
            found.push((kind, String::from_utf8(payload.to_vec()).unwrap()));
        }
    }
    found
}

fn of_kind(frames: &[(Kind, String)], wanted: Kind) -> Vec<Value> {
    let payloads = frames.iter().filter(|(kind, _)| *kind == wanted).map(|(_, payload)| payload);
    payloads.map(|payload| serde_json::from_str(payload).unwrap()).collect()
}

fn names(frames: &[(Kind, String)]) -> Vec<Value> {
    of_kind(frames, Kind::Record).into_iter().map(|mut record| record["name"].take()).collect()
}

#[test]
fn everything_crosses_the_interface_and_back() {
    let Some(connector) = connector() else {
        eprintln!("SKIPPED: the kept connector is built for x86-64");
        return;
    };
    let stream: Value = serde_json::from_str(STREAM).unwrap();

    let (end, sent) = run(job(&connector, verb::VERIFY_CONFIGURATION, &Value::Null));
    assert!(matches!(&end, End::Done { answer: Some(answer) } if answer.get().contains("true")), "{end:?}");
    assert_eq!(names(&sent), [""; 0]);

    let (end, sent) = run(job(&connector, verb::DISCOVER_STREAMS, &Value::Null));
    assert!(matches!(end, End::Done { answer: None }), "{end:?}");
    assert_eq!(names(&sent), ["old"]);

    let sync = json!({ "stream": stream, "earliestDataCutoff": "2020-02-21T00:00:00Z" });
    let (end, sent) = run(job(&connector, verb::SYNC_STREAM, &sync));
    assert!(matches!(end, End::Done { answer: None }), "{end:?}");
    assert_eq!(names(&sent), ["branch-1", "branch-2", "branch-3", "grün \n"]);
    assert_eq!(of_kind(&sent, Kind::Checkpoint)[2]["metadata"]["branch"], 3);
    let lines = of_kind(&sent, Kind::Log);
    assert_eq!(lines[0]["message"], "syncing with [secret apiToken]");
    assert!(lines[1]["message"].as_str().unwrap().starts_with("record rejected"), "{lines:?}");
    assert_eq!(lines[2]["message"], "refused because of /name");

    let (end, sent) = run(job(&connector, verb::SYNC_ENTITY, &json!({ "stream": stream, "entity": "grün" })));
    assert!(matches!(end, End::Done { answer: None }), "{end:?}");
    assert_eq!(names(&sent), ["grün"]);

    // A verb that does not exist, a payload that cannot be read, and a connector that is not made.
    let (end, _) = run(job(&connector, 99, &Value::Null));
    assert!(
        matches!(&end, End::Failed { failure, .. } if failure.kind == failure_kind::UNSUPPORTED),
        "{end:?}"
    );
    let (end, _) = run(job(&connector, verb::SYNC_STREAM, &json!({})));
    assert!(matches!(&end, End::Failed { stage: Stage::Verb, .. }), "{end:?}");
    let nothing =
        Job { configuration: BTreeMap::new(), ..job(&connector, verb::DISCOVER_STREAMS, &Value::Null) };
    let (end, _) = run(nothing);
    assert!(matches!(&end, End::Failed { stage: Stage::Create, .. }), "{end:?}");
}
