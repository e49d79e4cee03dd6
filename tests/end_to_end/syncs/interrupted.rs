//! A sync that is stopped, or killed, or made twice at once.

use std::{thread, time::Duration};

use connector_tests::{Project, sync::reference};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::{source, with};

/// Two connections with streams that take a while.
fn project() -> Project {
    let slow = with(&source(200), &json!({ "millisecondsPerPage": 20, "streams": ["a", "b", "c"] }));
    Project::new("").with("first", &slow, "").with("second", &slow, "")
}

/// Waits until records of a run have come to the disk.
fn wait_for_records(project: &Project) {
    for _ in 0..1000 {
        if project.records("first").records.len() > 20 {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("no record has come");
}

#[test]
fn a_killed_sync_is_gone_on_with_and_ends_complete() {
    let project = project();
    for _ in 0..3 {
        let running = project.sync(["--jobs", "2"]).start();
        wait_for_records(&project);
        thread::sleep(Duration::from_millis(150));
        running.signal(Signal::KILL);
        assert_eq!(running.wait().signal(), Some(9));
    }
    project.sync(["--jobs", "2"]).run().assert(0, "streams: 6 done");
    let all: Vec<Value> = (0..3).flat_map(|_| reference(&source(200))).collect();
    for connection in ["first", "second"] {
        assert_eq!(project.records(connection).difference(&all), None, "{connection}");
    }
}

#[test]
fn a_sync_that_is_asked_to_stop_leaves_the_rest_to_the_next_one() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let project = project();
        let running = project.sync(["--jobs", "2"]).start();
        wait_for_records(&project);
        running.signal(signal);
        let ended = running.wait();
        ended.assert(code, "not begun");
        project.sync(["--jobs", "4"]).run().assert(0, "streams: 6 done");
        let all: Vec<Value> = (0..3).flat_map(|_| reference(&source(200))).collect();
        assert_eq!(project.records("second").difference(&all), None);
    }
}

#[test]
fn a_second_sync_at_the_same_time_leaves_what_the_first_one_holds() {
    let slow = with(&source(100), &json!({ "millisecondsPerPage": 100 }));
    let project = Project::new("").with("main", &slow, "");
    let first = project.sync([]).start();
    for _ in 0..1000 {
        if !project.records("main").records.is_empty() {
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    project.sync([]).run().assert(41, "another run holds the stream");
    first.wait().assert(0, "1 done");
    assert_eq!(project.records("main").difference(&reference(&source(100))), None);
}
