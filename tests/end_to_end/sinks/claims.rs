//! Whose a sink is: that of the sync that has begun to write there, and of one process at a time.

use connector_tests::sync::{Kind, Sync, reference};
use rustix::process::Signal;
use serde_json::json;

use super::{source, tear_every_file};

#[test]
fn an_unfinished_sync_stays_with_its_sink() {
    let mut failing = source();
    failing["ending"] = "fail".into();
    failing["endAfter"] = 25.into();
    for kind in Kind::ALL {
        let sync = Sync::new(kind, &failing);
        sync.run().assert(20, "the next run goes on");
        let before = sync.kept();
        let found = before["unfinished"]["sink"].as_str().unwrap();
        for scheme in ["folder", "sqlite"] {
            let elsewhere = sync.place().join("elsewhere");
            let other = format!("{scheme}:{}", elsewhere.display());
            let refused = sync.runner_with_sink(&other).run();
            refused.assert(2, &format!("writes to {found}, not to {other}"));
            refused.assert(2, "`state reset --unfinished`");
            assert!(!elsewhere.exists() && sync.kept() == before, "{kind:?}");
        }
        sync.change(&source());
        sync.run().assert(0, "goes on with the sync");
        sync.check_finished(&reference(&source())).unwrap_or_else(|wrong| panic!("{kind:?}: {wrong}"));
    }
}

#[test]
fn a_folder_that_another_process_writes_to_is_refused_also_to_one_with_other_states() {
    let slow = json!({ "count": 50, "pageSize": 10, "padding": 200, "millisecondsPerPage": 1_000 });
    let reference = reference(&source());
    let sync = Sync::new(Kind::Folder, &slow);
    let mut running = sync.start(sync.runner());
    sync.wait_for_checkpoint(&mut running, 10);
    let stranger = Sync::new(Kind::Folder, &source()).sink_in(sync.sink().parent().unwrap());
    let refused = stranger.run();
    refused.assert(40, "is in use by another process").assert(40, &sync.sink().display().to_string());
    running.signal(Signal::KILL);
    assert_eq!(running.wait().signal(), Some(9));
    sync.change(&source());
    sync.run().assert(0, "goes on with the sync");
    sync.check_finished(&reference).unwrap();
}

#[test]
fn a_torn_end_behind_a_finished_sync_is_cut_off_by_the_next() {
    // A torn frame cannot be told from a damaged one with whole ones behind it: that file is left as it is.
    for (options, left) in [(&["--rotate", "1MiB"][..], 0), (&["--rotate", "1MiB", "--compress"], 2)] {
        let sync = Sync::new(Kind::Folder, &source()).with(options);
        sync.run().assert(0, "done; 50 records");
        assert!(tear_every_file(sync.sink()) > 0 && !sync.contents().torn.is_empty());
        let mut later = source();
        (later["count"], later["recent"]) = (57.into(), 7.into());
        sync.change(&later);
        sync.run().assert(0, "done; 7 records");
        let contents = sync.contents();
        assert_eq!((contents.records.len(), contents.torn.len()), (57, left), "{options:?}");
    }
}
