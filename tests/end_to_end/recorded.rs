//! The connectors for PagerDuty, CircleCI and Codecov do what was recorded of the implementation before ours.

pub(crate) mod api;
pub(crate) mod case;
mod interrupted;
mod observed;

use std::{sync::Mutex, thread};

use case::Case;
use observed::World;

/// How the commands end that do not end with 0 and no more: case, command, exit code, words.
const ENDINGS: &[(&str, &str, i32, &str)] = &[
    ("pagerduty/cases/sync-500-page-2", "sync-stream", 27, "500"),
    ("pagerduty/cases/sync-bad-token", "sync-stream", 10, "401"),
    ("pagerduty/cases/sync-invalid-status", "sync-stream", 0, "completed with 1 rejected record"),
    ("pagerduty/cases/sync-missing-token", "sync-stream", 10, "apiToken must be present"),
    ("pagerduty/cases/verify-bad-token", "verify-configuration", 10, "Unauthorized"),
    ("pagerduty/cases/verify-body-not-json", "verify-configuration", 20, "it is HTML"),
    ("pagerduty/cases/verify-connection-reset", "verify-configuration", 10, ""),
    ("pagerduty/cases/verify-missing-token", "verify-configuration", 10, "apiToken must be present"),
    ("pagerduty/cases/verify-status-429", "verify-configuration", 10, "429"),
    ("pagerduty/cases/verify-status-500", "verify-configuration", 10, "Server error"),
    ("circleci/cases/discover-bad-token", "discover-streams", 10, "401"),
    ("circleci/cases/sync-500-page-2", "sync-stream", 27, "502"),
    ("circleci/cases/sync-project-404", "sync-stream", 20, "404"),
    ("circleci/cases/verify-bad-token", "verify-configuration", 10, "Unauthorized"),
    ("circleci/cases/verify-missing-token", "verify-configuration", 10, "apiToken must be present"),
    ("circleci/cases/verify-status-429", "verify-configuration", 10, "429"),
    ("codecov/cases/discover-bad-token", "discover-streams", 10, "401"),
    ("codecov/cases/sync-500", "sync-stream", 27, "500"),
    ("codecov/cases/sync-coverage-over-100", "sync-stream", 0, "completed with 1 rejected record"),
    ("codecov/cases/sync-totals-null", "sync-stream", 0, "completed with 1 record left out"),
    ("codecov/cases/sync-bad-token", "sync-stream", 10, "401"),
    ("codecov/cases/verify-missing-token", "verify-configuration", 10, "apiToken must be present"),
];

/// How many commands run at the same time: some wait between attempts.
const THREADS: usize = 4;

#[test]
fn pagerduty_does_what_was_recorded() {
    assert_as_recorded("pagerduty");
}

#[test]
fn circleci_does_what_was_recorded() {
    assert_as_recorded("circleci");
}

#[test]
fn codecov_does_what_was_recorded() {
    assert_as_recorded("codecov");
}

#[track_caller]
fn assert_as_recorded(connector: &str) {
    let complaints = in_parallel(Case::all(connector), |case| {
        case.asked.commands.iter().flat_map(|command| complaints(&case, command)).collect()
    });
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn complaints(case: &Case, command: &str) -> Vec<String> {
    let ending = ENDINGS.iter().find(|(name, verb, ..)| *name == case.name && *verb == command);
    let (code, words) = ending.map_or((0, ""), |(.., code, words)| (*code, *words));
    World::new(case).complaints(command, code, words)
}

/// All complaints about these, of which some are looked at at the same time.
fn in_parallel<T: Send>(items: Vec<T>, complaints: impl Fn(T) -> Vec<String> + Sync) -> Vec<String> {
    let waiting = Mutex::new(items.into_iter());
    let found = Mutex::new(Vec::new());
    let next = || waiting.lock().unwrap().next();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(item) = next() {
                    let complaints = complaints(item);
                    found.lock().unwrap().extend(complaints);
                }
            });
        }
    });
    found.into_inner().unwrap()
}
