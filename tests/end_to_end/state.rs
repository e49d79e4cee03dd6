//! Syncs whose state is kept: what is unfinished is gone on with, what is finished is not.

mod guardian;
mod rules;

use connector_tests::{
    Runner, Running,
    sync::{Kind, STREAM, Sync, reference, stream},
};
use rustix::process::Signal;
use serde_json::{Value, json};

/// A source that is so slow that a run has to be ended, and the same one at another time.
fn slow_and_quick() -> (Value, Value) {
    let source = |milliseconds| json!({ "count": 60, "pageSize": 10, "millisecondsPerPage": milliseconds });
    (source(300), source(0))
}

/// A run that holds its stream, has made a checkpoint durable, and waits for its source.
fn holding(sync: &Sync) -> Running {
    let mut running = sync.start(sync.runner());
    sync.wait_for_checkpoint(&mut running, 10);
    running
}

#[test]
fn a_run_that_was_killed_is_gone_on_with_from_its_last_durable_checkpoint() {
    let (slow, quick) = slow_and_quick();
    let reference = reference(&quick);
    for kind in Kind::ALL {
        let sync = Sync::new(kind, &slow);
        let running = holding(&sync);
        running.signal(Signal::KILL);
        assert_eq!(running.wait().signal(), Some(9));
        let durable = sync.check_between(&reference).unwrap();
        assert!((10..60).contains(&durable), "{kind:?}: {durable}");

        sync.change(&quick);
        let ended = sync.run();
        ended.assert(0, "goes on with the sync begun").assert(0, &format!("{durable} records in"));
        ended.assert(0, &format!("done; {} records", reference.len() - durable));
        sync.check_finished(&reference).unwrap_or_else(|wrong| panic!("{kind:?}: {wrong}"));
        if kind == Kind::Stdout {
            sync.check_repeats(durable, &reference).unwrap();
        }
    }
}

#[test]
fn a_worker_or_a_guardian_that_was_killed_is_gone_on_with_too() {
    let (slow, quick) = slow_and_quick();
    let reference = reference(&quick);
    let of: [fn(&Running) -> rustix::process::Pid; 2] = [Running::worker, Running::guardian];
    for (kind, victim) in Kind::EXACT.into_iter().flat_map(|kind| of.map(|victim| (kind, victim))) {
        let sync = Sync::new(kind, &slow);
        let running = holding(&sync);
        rustix::process::kill_process(victim(&running), Signal::KILL).unwrap();
        assert_ne!(running.wait().code(), Some(0));
        sync.check_between(&reference).unwrap();
        sync.change(&quick);
        sync.run().assert(0, "goes on with the sync begun");
        sync.check_finished(&reference).unwrap_or_else(|wrong| panic!("{kind:?}: {wrong}"));
    }
}

#[test]
fn a_sync_after_a_finished_one_is_given_no_page_and_sees_what_is_new() {
    for kind in Kind::ALL {
        let sync = Sync::new(kind, &json!({ "count": 25, "pageSize": 10 }));
        sync.run().assert(0, "done; 25 records");
        let kept = sync.kept();
        assert!(kept["unfinished"].is_null(), "{kept}");
        assert_eq!(kept["finished"]["records"], 25, "{kept}");
        sync.run().assert(0, "done; 0 records");

        // Somebody who goes on after page 3, which was the last, finds nothing on page 4.
        sync.change(&json!({ "count": 32, "recent": 7, "pageSize": 10 }));
        sync.run().assert(0, "done; 7 records");
        let mut numbers: Vec<u64> = sync.contents().records.iter().map(number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=32).collect::<Vec<_>>(), "{kind:?}");
    }
}

fn number(record: &Value) -> u64 {
    record["id"].as_str().and_then(|id| id.parse().ok()).unwrap()
}

/// Ways in which a stream fails, with the exit code of each.
const FAILURES: [(&str, i32); 6] =
    [("fail", 20), ("unavailable", 27), ("pause", 26), ("panic", 22), ("exit", 24), ("abort", 23)];

#[test]
fn a_stream_that_fails_keeps_its_checkpoint_and_is_not_called_finished() {
    let well = json!({ "count": 25, "pageSize": 10 });
    let reference = reference(&well);
    for kind in Kind::ALL {
        for (ending, code) in FAILURES {
            let mut source = well.clone();
            source["ending"] = ending.into();
            source["endAfter"] = 15.into();
            let sync = Sync::new(kind, &source);
            sync.run().assert(code, "paging");
            let kept = sync.kept();
            assert!(kept["finished"].is_null(), "{ending}: {kept}");
            let durable = sync.check_between(&reference).unwrap();
            sync.change(&well);
            sync.run().assert(0, &format!("done; {} records", reference.len() - durable));
            sync.check_finished(&reference).unwrap_or_else(|wrong| panic!("{kind:?} {ending}: {wrong}"));
        }
    }
}

#[test]
fn a_checkpoint_behind_the_last_page_of_a_stream_that_then_fails_is_no_end() {
    let well = json!({ "count": 25, "pageSize": 10 });
    for kind in Kind::ALL {
        for (ending, code) in FAILURES {
            let mut source = well.clone();
            source["ending"] = ending.into();
            let sync = Sync::new(kind, &source);
            sync.run().assert(code, "paging");
            let kept = sync.kept();
            assert!(kept["finished"].is_null(), "{ending}: {kept}");
            if matches!(ending, "fail" | "unavailable" | "pause" | "panic") {
                assert_eq!(kept["unfinished"]["records"], 25, "{ending}: {kept}");
            }

            // The chain goes on until the stream itself says that it is done; only then comes what is new.
            let mut later = json!({ "count": 32, "recent": 7, "pageSize": 10 });
            sync.change(&well);
            sync.run().assert(0, "goes on with the sync begun");
            assert_eq!(sync.kept()["finished"]["records"], 25);
            later["pageSize"] = 100.into();
            sync.change(&later);
            sync.run().assert(0, "done; 7 records");
        }
    }
}

#[test]
fn a_stream_is_held_by_one_run_at_a_time_and_the_other_is_told_by_which() {
    let (slow, quick) = slow_and_quick();
    let patient = {
        let mut slow = slow;
        slow["millisecondsPerPage"] = 3_000.into();
        slow
    };
    for kind in Kind::ALL {
        let sync = Sync::new(kind, &patient);
        let running = holding(&sync);
        let refused = sync.runner().run();
        refused.assert(41, "another run holds the stream \"items\" of paging");
        let holder = format!("process {} on ", running.pid());
        refused.assert(41, &holder).assert(41, "(run ");
        let age = refused.errors().split("), for ").nth(1).and_then(|rest| rest.split(" s").next());
        assert!(age.is_some_and(|age| age.parse::<u64>().is_ok()), "{refused:?}");
        assert_eq!(refused.output(), "");

        // Whoever dies holds nothing.
        running.signal(Signal::KILL);
        assert_eq!(running.wait().signal(), Some(9));
        sync.change(&quick);
        sync.run().assert(0, "goes on with the sync begun");
        sync.check_finished(&reference(&quick)).unwrap_or_else(|wrong| panic!("{kind:?}: {wrong}"));
    }
}

#[test]
fn another_stream_or_another_connection_is_not_held() {
    let (slow, _) = slow_and_quick();
    let sync = Sync::new(Kind::Stdout, &slow);
    let running = holding(&sync);
    let configuration = json!({ "count": 1 });
    let beside = |id: &str, connection: &str| {
        let folder = sync.data().as_os_str();
        Runner::verb("sync-stream", "paging", &configuration)
            .with([&stream(id), "2020-02-21", "--state", "--connection", connection, "--data-folder"])
            .with([folder])
            .run()
    };
    beside("others", "paging").assert(0, "done; 1 record");
    beside(STREAM, "another").assert(0, "done; 1 record");
    running.signal(Signal::TERM);
    running.wait().assert(143, "was cancelled by SIGTERM");
}

#[test]
fn a_run_that_pauses_goes_on_until_it_is_done_where_that_is_asked_for() {
    let source = json!({ "count": 60, "pageSize": 10, "ending": "pause", "endAfter": 25 });
    let reference = reference(&json!({ "count": 60, "pageSize": 10 }));
    for kind in Kind::ALL {
        let sync = Sync::new(kind, &source).with(["--until-done"]);
        sync.run().assert(0, "done");
        sync.check_finished(&reference).unwrap_or_else(|wrong| panic!("{kind:?}: {wrong}"));
        assert_eq!(sync.kept()["finished"]["runs"], 3, "{kind:?}");
    }
}

#[test]
fn what_is_older_than_the_last_sync_less_the_overlap_is_not_read_again() {
    let sync = Sync::new(Kind::Stdout, &json!({ "count": 25 })).with(["--overlap", "876000h"]);
    sync.run().assert(0, "done; 25 records");
    sync.run().assert(0, "done; 25 records");
    let sync = Sync::new(Kind::Stdout, &json!({ "count": 25 })).with(["--overlap", "0s"]);
    sync.run().assert(0, "done; 25 records");
    sync.run().assert(0, "done; 0 records");
}
