//! Ranges of a history that are read once more.

use connector_testing::FakeRunner;

use crate::fixture::{Fixture, checked, oids};

#[test]
fn a_range_gives_the_commits_between_its_two_ends_and_these_too() {
    let repository = Fixture::tangled();
    let listed = |from: &str, to: &str| {
        let newer = repository.listed_by_git(&[&format!("--since-as-filter=@{from} +0000")]);
        let older = repository.listed_by_git(&[&format!("--before=@{to} +0000")]);
        newer.into_iter().filter(|commit| older.contains(commit)).collect::<Vec<_>>()
    };
    for (range, count) in
        [(0..=9000, 12), (2000..=4000, 6), (2500..=2500, 3), (100..=100, 1), (4001..=7999, 0)]
    {
        let runner = FakeRunner::new();
        repository.backfill(&runner, range.clone()).unwrap();
        let expected = listed(&range.start().to_string(), &range.end().to_string());
        assert_eq!(expected.len(), count, "{range:?}");
        assert_eq!(oids(&checked(runner.records())), expected, "{range:?}");
    }
}

#[test]
fn repository_and_branches_come_first_as_in_a_sync() {
    let repository = Fixture::tangled();
    let runner = FakeRunner::new();
    repository.backfill(&runner, 100..=100).unwrap();
    let types: Vec<_> = runner.records().iter().map(|record| record["_type"].clone()).collect();
    assert_eq!(types, ["Repository", "Branch", "Branch", "Branch", "Commit"]);
}

#[test]
fn a_backfill_that_goes_on_from_any_checkpoint_completes_the_range_without_a_repeat() {
    let repository = Fixture::long();
    // 1,200 commits, with older and newer ones beside them.
    let range = 1001..=1030;
    let whole = FakeRunner::new();
    repository.backfill(&whole, range.clone()).unwrap();
    let all = whole.records();
    assert_eq!((oids(&all).len(), whole.states().len()), (1200, 3));

    for (state, produced) in whole.states().into_iter().zip([500, 1000, 1200]) {
        // What has arrived since is of no concern, wherever its dates are.
        repository.git(&["branch", "--force", "main", "other~3"]);
        let rest = FakeRunner::new().with_state(state);
        repository.backfill(&rest, range.clone()).unwrap();
        assert_eq!(rest.records(), all[all.len() - 1200 + produced..]);
        assert_eq!(rest.log(), [] as [&str; 0]);
    }
}

#[test]
fn a_cancelled_backfill_stops_at_once() {
    let repository = Fixture::long();
    let stopped = FakeRunner::new().cancelling_after(603);
    let error = repository.backfill(&stopped, 1001..=1030).unwrap_err().to_string();
    assert_eq!(error, "stopped because the runner asked for it");
    assert_eq!((stopped.records().len(), stopped.states().len()), (603, 1));
}
