//! By what means limits are held, where not by a cgroup of the run's own; and what the system can do.

use std::{fs, path::PathBuf};

use connector_tests::{Runner, Unprivileged};
use serde_json::{Value, json};

const SMALL: [&str; 2] = ["--memory-limit", "64MiB"];

#[test]
fn without_a_cgroup_the_runner_refuses_and_says_what_would_grant_one() {
    let user = Unprivileged::new();
    let ended = Runner::sync(&json!({})).run_as(&user);
    ended.assert(50, "no cgroup can be made for the connector in /").assert(50, "Permission denied");
    ended.assert(50, "start it ");
    assert_eq!(ended.output(), "");
}

#[test]
fn best_effort_holds_each_process_and_watches_the_sum() {
    let user = Unprivileged::new();
    for (behaviour, count, code, words) in [
        ("well", 3, 0, "done; 3 records"),
        ("allocate", 4096, 30, "it reached the memory limit of 64.0 MiB"),
        ("allocate-slowly", 4096, 30, "it reached the memory limit of 64.0 MiB"),
        ("allocate-in-children", 40, 30, "it reached the memory limit of 64.0 MiB"),
        ("hang", 0, 31, "it was not done after 2.0s"),
        ("daemon", 3, 0, "done; 3 records"),
        ("leave-child", 3, 0, "done; 3 records"),
    ] {
        let configuration = json!({ "behaviour": behaviour, "count": count });
        let runner =
            Runner::sync(&configuration).with(["--limits", "best-effort", "--deadline", "2s"]).with(SMALL);
        let ended = runner.run_as(&user);
        ended.assert(code, words);
        ended.assert(code, "limits held by watching only, because no cgroup could be made: ");
    }
}

#[test]
fn best_effort_limits_processes_too() {
    let configuration = json!({ "behaviour": "allocate-in-children", "count": 60 });
    let arguments = ["--limits", "best-effort", "--process-limit", "16", "--deadline", "5s"];
    let ended = Runner::sync(&configuration).with(arguments).run_as(&Unprivileged::new());
    ended.assert(32, "it reached the limit of 16 processes");
}

#[test]
fn time_on_processors_is_not_promised_where_it_cannot_be_limited() {
    let arguments = ["--limits", "best-effort", "--cpu-limit", "0.5"];
    let ended = Runner::sync(&json!({})).with(arguments).run_as(&Unprivileged::new());
    ended.assert(50, "time on processors can only be limited by a cgroup");
    Runner::sync(&json!({})).with(arguments).run().assert(0, "done; 3 records");
}

#[test]
fn best_effort_takes_a_cgroup_where_it_can() {
    let ended = Runner::sync(&json!({})).with(["--limits", "best-effort"]).run();
    ended.assert(0, "done; 3 records");
    assert!(!ended.errors().contains("watching"), "{ended:?}");
}

/// A cgroup with a memory limit, made by hand as a container has it; removed at the end.
struct Limited(PathBuf);

impl Limited {
    fn new(name: &str, bytes: u64) -> Self {
        let own = fs::read_to_string("/proc/self/cgroup").unwrap();
        let v1 = own.lines().find_map(|line| line.split_once(":memory:")).map(|(_, path)| path.to_owned());
        let (folder, file) = match v1 {
            Some(path) => (format!("/sys/fs/cgroup/memory{path}"), "memory.limit_in_bytes"),
            None => ("/sys/fs/cgroup".to_owned(), "memory.max"),
        };
        let folder = PathBuf::from(folder).join(format!("limited-{}-{name}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(file), bytes.to_string()).unwrap();
        Self(folder)
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        // The kernel keeps it busy for a moment after the last process.
        for _ in 0..100 {
            if fs::remove_dir(&self.0).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

#[test]
fn a_limit_of_the_runners_own_is_inherited_and_named() {
    let container = Limited::new("inherited", 128 << 20);
    let run = |configuration: &Value, memory: &str| {
        let arguments = ["--limits", "inherited", "--memory-limit", memory];
        Runner::sync(configuration).with(arguments).run_inside(&container.0)
    };
    let held_by = format!("memory limited from outside, to 134217728 bytes by {}", container.0.display());
    run(&json!({}), "128MiB").assert(0, "done; 3 records").assert(0, &held_by);
    let over = run(&json!({ "behaviour": "allocate", "count": 4096 }), "128MiB");
    over.assert(30, "it reached the memory limit of 128.0 MiB").assert(30, &held_by);
    let over = run(&json!({ "behaviour": "allocate-in-child", "count": 400 }), "128MiB");
    over.assert(30, "it reached the memory limit of 128.0 MiB");
    run(&json!({ "behaviour": "daemon" }), "1GiB").assert(0, "done; 3 records");
    run(&json!({}), "64MiB").assert(50, "is above the 67108864 bytes asked for");
}

#[test]
fn a_limit_that_is_not_there_cannot_be_inherited() {
    let ended = Runner::sync(&json!({})).with(["--limits", "inherited"]).run();
    if ended.code() == Some(0) {
        // The tests themselves run in a container with a limit.
        ended.assert(0, "memory limited from outside");
        return;
    }
    ended.assert(50, "");
    assert!(
        ended.errors().contains("nothing limits the runner's own memory")
            || ended.errors().contains("is above the")
    );
}

#[test]
fn doctor_proves_each_row_and_names_the_remedy() {
    let well = Runner::new(["doctor", "--format", "json"]).run();
    let rows = well.assert(0, "").lines();
    let names: Vec<_> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "memory and processes",
            "temporary files",
            "files",
            "ports",
            "signals",
            "system call filter",
            "inherited limit"
        ]
    );
    assert!(rows[0]["detail"].as_str().unwrap().starts_with("made, entered, read and removed /"), "{rows:?}");
    let ill = Runner::new(["doctor"]).run_as(&Unprivileged::new());
    let text = ill.assert(50, "").output();
    assert!(text.starts_with("NO  memory and processes   no cgroup can be made"), "{text}");
}

#[test]
fn the_outcome_is_written_to_a_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("outcome.json");
    for (configuration, code, message) in [
        (json!({ "count": 250 }), 0, "done"),
        (
            json!({ "behaviour": "pause" }),
            26,
            "paused: the source asks to wait, to be resumed after 2100-01-01T00:00:00Z",
        ),
        (
            json!({ "behaviour": "leak-and-fail", "apiToken": "hunter2-hunter2" }),
            20,
            "failed: token [secret apiToken]",
        ),
    ] {
        let ended = Runner::sync(&configuration).with(["--outcome-file", file.to_str().unwrap()]).run();
        ended.assert(code, message);
        let outcome: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert_eq!((&outcome["exitCode"], &outcome["stream"]), (&json!(code), &json!("first")));
        assert!(outcome["message"].as_str().unwrap().starts_with(message), "{outcome}");
        assert_eq!(outcome["records"]["delivered"], ended.count_records());
        assert_eq!(outcome["resumeAfter"].is_string(), code == 26, "{outcome}");
        assert!(!outcome.to_string().contains("hunter2"), "{outcome}");
    }
    let refused =
        Runner::sync(&json!({ "count": "many" })).with(["--outcome-file", file.to_str().unwrap()]).run();
    refused.assert(10, "/count: expected a whole number");
    let outcome: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(outcome["exitCode"], 10);
    let nowhere = Runner::sync(&json!({})).with(["--outcome-file", "/nowhere/outcome.json"]).run();
    nowhere.assert(2, "cannot write the outcome to /nowhere/outcome.json");
    assert_eq!(nowhere.output(), "");
}

#[test]
fn many_runs_at_once_all_come_to_their_end() {
    let running: Vec<_> = (0..40).map(|_| Runner::sync(&json!({ "count": 1000 })).start()).collect();
    for running in running {
        assert_eq!(running.wait().assert(0, "done; 1000 records").records().len(), 1000);
    }
}

#[test]
fn a_gibibyte_on_stderr_costs_neither_records_nor_memory() {
    let configuration = json!({ "behaviour": "flood", "count": 1024 });
    let (running, mut output) = Runner::sync(&configuration).start_unread();
    let reader = std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    let peak = running.peak_memory_until_the_end();
    reader.join().unwrap().unwrap();
    let ended = running.wait();
    ended.assert(0, "done; 1024 records").assert(0, "lines of the connector were left out");
    assert!(peak < 64 << 20, "the runner took {peak} bytes");
    assert!(ended.errors().len() < 4 << 20, "{} bytes of lines came through", ended.errors().len());
}
