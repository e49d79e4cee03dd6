//! Runs that stop halfway, and the runs that go on.

use connector_interface::State;
use connector_testing::FakeRunner;
use serde_json::Value;

use crate::fixture::{BEGINNING, Fixture, checked, oids};

#[test]
fn a_run_that_goes_on_from_any_checkpoint_completes_the_chain_without_a_repeat() {
    let repository = Fixture::long();
    let whole = FakeRunner::new();
    repository.sync(&whole, BEGINNING).unwrap();
    let all = checked(whole.records());
    assert_eq!((oids(&all).len(), whole.states().len()), (1300, 3));
    assert_eq!(oids(&all), repository.listed_by_git(&[]));

    for (state, produced) in whole.states().into_iter().zip([500, 1000, 1300]) {
        // Commits that arrive between the runs belong to the next sync.
        repository.git(&["branch", "--force", "main", "other~3"]);
        let rest = FakeRunner::new().with_state(state);
        repository.sync(&rest, BEGINNING).unwrap();
        let before = all.len() - 1300 + produced;
        assert_eq!(rest.records(), all[before..]);
        assert_eq!(rest.log(), [] as [&str; 0]);
    }
}

#[test]
fn a_cancelled_run_stops_at_once_and_the_next_repeats_nothing_before_its_checkpoint() {
    let repository = Fixture::long();
    let stopped = FakeRunner::new().cancelling_after(803);
    let error = repository.sync(&stopped, BEGINNING).unwrap_err().to_string();
    assert_eq!(error, "stopped because the runner asked for it");
    assert_eq!((stopped.records().len(), stopped.states().len()), (803, 1));

    let rest = FakeRunner::new().with_state(stopped.states()[0].clone());
    repository.sync(&rest, BEGINNING).unwrap();
    let chain = [oids(&stopped.records())[..500].to_vec(), oids(&rest.records())].concat();
    assert_eq!(chain, repository.listed_by_git(&[]));
}

#[test]
fn a_state_that_no_longer_holds_starts_anew_with_a_warning() {
    let repository = Fixture::tangled();
    let whole = FakeRunner::new();
    repository.sync(&whole, BEGINNING).unwrap();
    let here = whole.states()[0].clone();
    let gone = "1".repeat(40);
    let state = || State::at(here.checkpoint_time);
    let (heads, after) = (here.metadata["heads"].clone(), here.metadata["after"].clone());
    for stale in [
        state(),
        state().with("heads", heads.clone()),
        state().with("heads", vec![gone.clone()]).with("after", after.clone()),
        state().with("heads", Vec::<String>::new()).with("after", after.clone()),
        state().with("heads", heads.clone()).with("after", gone),
        state().with("heads", "main").with("after", after),
        state().with("heads", heads).with("after", 7),
    ] {
        let runner = FakeRunner::new().with_state(stale.clone());
        repository.sync(&runner, BEGINNING).unwrap();
        assert_eq!(runner.records(), whole.records(), "{stale:?}");
        let warning =
            "WARN the history that the last run stopped in is gone, perhaps rewritten; starting anew";
        assert_eq!(runner.log(), [warning], "{stale:?}");
    }
}

#[test]
fn a_checkpoint_carries_the_time_of_its_commit() {
    let runner = FakeRunner::new();
    Fixture::empty().with_commits_at(&[1000, 2000]).sync(&runner, BEGINNING).unwrap();
    let times: Vec<_> = runner.states().iter().map(|state| state.checkpoint_time.unix_seconds()).collect();
    assert_eq!(times, [1000]);
}

#[test]
fn an_empty_repository_needs_no_checkpoint() {
    let runner = FakeRunner::new();
    Fixture::empty().sync(&runner, BEGINNING).unwrap();
    assert_eq!(runner.states(), []);
}

#[test]
fn a_repository_that_vanishes_between_the_runs_is_named() {
    let repository = Fixture::tangled();
    std::fs::remove_dir_all(&repository.folder).unwrap();
    let runner = FakeRunner::new();
    let message = repository.sync(&runner, BEGINNING).unwrap_err().to_string();
    let expected = format!("path: `{}` cannot be read; ", repository.path());
    assert!(message.starts_with(&expected), "{message}");
    assert_eq!(runner.records(), [] as [Value; 0]);
}
