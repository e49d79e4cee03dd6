//! The rules of states against a model, and the store that is built in.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn at(hours: i64) -> Timestamp {
    "2024-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + hours.hours()
}

fn request<'a>(run: &'a str, now: Timestamp, floor: Option<Timestamp>) -> Request<'a> {
    Request {
        run,
        now,
        cutoff: Cutoff::SinceLast(floor),
        overlap: HOUR,
        connector: "git",
        version: "0.1.0",
        state_format: 1,
        fingerprint: "sha256:a",
        sink: "stdout",
    }
}

fn key(stream: &str) -> Key {
    Key { connection: "git".into(), stream: stream.into(), lane: Lane::Sync }
}

fn database() -> (tempfile::TempDir, Arc<Database>) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&DataFolder::open(&folder.path().join("data")).unwrap()).unwrap();
    (folder, Arc::new(database))
}

fn lease(database: &Arc<Database>, request: &Request<'_>) -> Lease {
    Lease::take(Arc::clone(database) as _, key("."), request).unwrap()
}

#[test]
fn the_next_sync_begins_where_the_last_chain_did_less_the_overlap() {
    let (_folder, database) = database();
    let first = request("r1", at(100), Some(at(0)));
    let mut held = lease(&database, &first);
    let plan = held.plan(&first).unwrap();
    assert_eq!((plan.chain.cutoff, plan.is_resumed), (at(0), false));
    held.begin(&plan, json!("base")).unwrap();
    held.checkpoint(&held.mark(r#"{"page":2}"#, 10), json!("p"), at(101)).unwrap();
    drop(held);

    // Killed; the next run goes on with the chain, its cutoff and its beginning.
    let second = request("r2", at(200), Some(at(150)));
    let mut held = lease(&database, &second);
    let plan = held.plan(&second).unwrap();
    assert_eq!((plan.chain.cutoff, plan.is_resumed, plan.chain.runs), (at(0), true, 2));
    assert_eq!(
        (held.token(), plan.chain.records, &plan.chain.position),
        (Some(&json!({ "page": 2 })), 10, &json!("p"))
    );
    held.begin(&plan, json!("p")).unwrap();
    held.finish(&held.mark("null", 5), at(201)).unwrap();
    let finished = held.state().finished.clone().unwrap();
    assert_eq!((finished.read_up_to, finished.records, finished.runs), (at(100), 15, 2));
    assert_eq!(held.token(), None, "a finished chain hands nothing on");
    drop(held);

    for (floor, cutoff) in [(None, at(99)), (Some(at(0)), at(99)), (Some(at(150)), at(150))] {
        let third = request("r3", at(300), floor);
        let plan = lease(&database, &third).plan(&third).unwrap();
        assert_eq!((plan.chain.cutoff, plan.is_resumed), (cutoff, false), "{floor:?}");
    }
    let before_the_last = request("r4", at(50), None);
    assert_eq!(lease(&database, &before_the_last).plan(&before_the_last).unwrap().chain.cutoff, at(49));
}

#[test]
fn a_run_is_refused_that_cannot_go_on() {
    let fresh = StreamState::new("git");
    assert_eq!(fresh.plan(&request("r", at(0), None)), Err(Refusal::NoCutoff));
    let other = Request { connector: "svn", ..request("r", at(0), Some(at(0))) };
    assert_eq!(fresh.plan(&other), Err(Refusal::OtherConnector { found: "git".into() }));
    let mut begun = fresh;
    let plan = begun.plan(&request("r", at(0), Some(at(0)))).unwrap();
    begun.begin(&plan, Value::Null);
    let elsewhere = Request { sink: "folder:/x", ..request("r", at(0), None) };
    let refused = begun.plan(&elsewhere).unwrap_err().to_string();
    assert!(refused.contains("writes to stdout, not to folder:/x"), "{refused}");
}

#[test]
fn what_does_not_fit_is_told_until_it_is_adapted() {
    let mut state = StreamState::new("git");
    let asked = request("r", at(0), Some(at(0)));
    assert_eq!(state.mismatch(&asked), None);
    let plan = state.plan(&asked).unwrap();
    state.begin(&plan, Value::Null);
    let newer = Request { state_format: 2, ..asked };
    assert_eq!(state.mismatch(&newer), None, "without a checkpoint there is no format");
    let mark = Mark { revision: 1, records: 1, ..Mark::default() };
    let checkpoint =
        Checkpoint { state: json!({ "page": 1 }), at: at(0), version: "0.1.0".into(), state_format: 1 };
    state.checkpoint(&mark, Value::Null, checkpoint);
    assert_eq!(state.mismatch(&newer), Some(Mismatch::Format { found: 1, known: 2 }));
    state.adapt(&newer, Some(json!({ "offset": 100 })));
    assert_eq!(state.mismatch(&newer), None);
    assert_eq!(
        state.unfinished.as_ref().unwrap().checkpoint.as_ref().unwrap().state,
        json!({ "offset": 100 })
    );
    let changed = Request { fingerprint: "sha256:b", ..newer };
    assert_eq!(state.mismatch(&changed), Some(Mismatch::Configuration));
    state.finish(&mark, at(1));
    assert_eq!(state.mismatch(&changed), Some(Mismatch::Configuration));
    state.adapt(&changed, None);
    assert_eq!(state.mismatch(&changed), None);
    state.finished = Some(Finished::set_by_hand(at(0), at(0)));
    assert_eq!(state.mismatch(&newer), None, "what a person has set fits any configuration");
}

#[test]
fn a_stream_is_held_by_one_and_free_when_that_is_gone() {
    let (_folder, database) = database();
    let asked = request("r1", at(0), Some(at(0)));
    let first = lease(&database, &asked);
    assert_eq!(database.holder(&key(".")).unwrap().unwrap().what, "run r1");
    let Err(refused) = Lease::take(Arc::clone(&database) as _, key("."), &request("r2", at(0), None)) else {
        panic!("held twice")
    };
    let refused = refused.to_string();
    let holder = format!("another run holds the stream \".\" of git: process {} on", std::process::id());
    assert!(refused.starts_with(&holder) && refused.ends_with("(run r1), for 0 s"), "{refused}");
    drop(Lease::take(Arc::clone(&database) as _, key("other"), &asked).unwrap());
    drop(first);
    assert_eq!(database.holder(&key(".")).unwrap(), None);
    drop(lease(&database, &asked));
}

#[test]
fn a_late_writer_overwrites_nothing() {
    let (_folder, database) = database();
    let key = key(".");
    let state = StreamState::new("git");
    let write = |version, state| database.write(&[Change { key: &key, version, state }]);
    let first = write(None, Some(&state)).unwrap()[0];
    let second = write(Some(first), Some(&state)).unwrap()[0];
    for version in [None, Some(first), Some(second + 1)] {
        assert!(matches!(write(version, Some(&state)), Err(StateError::Overtaken { .. })), "{version:?}");
    }
    write(Some(second), None).unwrap();
    let again = write(None, Some(&state)).unwrap()[0];
    assert!(again > second, "a version is never used twice");
    // All or none.
    let other = Key { stream: "other".into(), ..key.clone() };
    let changes = [
        Change { key: &other, version: None, state: Some(&state) },
        Change { key: &key, version: Some(first), state: Some(&state) },
    ];
    assert!(database.write(&changes).is_err());
    assert_eq!(database.read(&other).unwrap(), None);
}

#[test]
fn a_damaged_or_newer_database_is_refused_by_name() {
    let (folder, database) = database();
    let key = key(".");
    database.write(&[Change { key: &key, version: None, state: Some(&StreamState::new("git")) }]).unwrap();
    let path = folder.path().join("data/state.sqlite3");
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute("UPDATE states SET state = '{}'", []).unwrap();
    let damaged = database.read(&key).unwrap_err().to_string();
    assert!(damaged.contains("is damaged: missing field `connector`"), "{damaged}");
    assert!(damaged.contains("`codeclimate-connector state reset git .` removes it"), "{damaged}");
    raw.pragma_update(None, "user_version", 3).unwrap();
    let data = DataFolder::open(&folder.path().join("data")).unwrap();
    let newer = Database::open(&data).err().unwrap().to_string();
    assert!(newer.contains("by a newer runner (layout 3, this one knows 2)"), "{newer}");
    let elsewhere = tempfile::tempdir().unwrap();
    let data = DataFolder::open(elsewhere.path()).unwrap();
    std::fs::write(
        elsewhere.path().join("state.sqlite3"),
        "this is no database, but it is long enough to be looked at as one",
    )
    .unwrap();
    let foreign = crate::chain(&Database::open(&data).err().unwrap());
    assert!(foreign.contains("file is not a database"), "{foreign}");
}

/// What can happen to a stream.
#[derive(Debug, Clone)]
enum Step {
    /// A run begins: the one before has ended, or was killed.
    Begin,
    /// The run sets a checkpoint after so many more records.
    Checkpoint(u64),
    /// The run ends well.
    Finish,
    /// A run that was held up for long writes what it had in mind.
    Late,
}

/// The same in other words: what must be true of the state after each step.
#[derive(Debug, Default, Clone, PartialEq)]
struct Model {
    unfinished: Option<(i64, Option<u64>, u64)>,
    read_up_to: Option<i64>,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn states_follow_their_rules_whatever_happens(
        steps in prop::collection::vec(
            prop_oneof![
                3 => Just(Step::Begin),
                4 => (0_u64..50).prop_map(Step::Checkpoint),
                1 => Just(Step::Finish),
                1 => Just(Step::Late),
            ],
            1..40,
        )
    ) {
        let (_folder, database) = database();
        let mut model = Model::default();
        let mut running: Option<(Lease, u64)> = None;
        let mut late: Option<Stored> = None;
        for (hour, step) in steps.into_iter().enumerate() {
            let hour = i64::try_from(hour).unwrap();
            match step {
                Step::Begin => {
                    drop(running.take());
                    let run = format!("r{hour}");
                    let asked = request(&run, at(hour), Some(at(-1000)));
                    let mut held = lease(&database, &asked);
                    late = database.read(&key(".")).unwrap();
                    let plan = held.plan(&asked).unwrap();
                    let begun = model.unfinished.get_or_insert((hour, None, 0));
                    prop_assert_eq!(plan.chain.started_at, at(begun.0));
                    prop_assert_eq!(held.token().cloned(), begun.1.map(|page| json!({ "page": page })));
                    let cutoff = model.read_up_to.filter(|_| begun.0 == hour).map(|hours| at(hours) - HOUR);
                    prop_assert!(cutoff.is_none_or(|cutoff| plan.chain.cutoff == cutoff));
                    held.begin(&plan, Value::Null).unwrap();
                    running = Some((held, 0));
                }
                Step::Checkpoint(records) => {
                    let (Some((held, produced)), Some(chain)) = (&mut running, &mut model.unfinished) else { continue };
                    *produced += records;
                    let page = chain.1.unwrap_or(0) + 1;
                    let mark = held.mark(&json!({ "page": page }).to_string(), *produced);
                    held.checkpoint(&mark, Value::Null, at(hour)).unwrap();
                    *chain = (chain.0, Some(page), mark.records);
                }
                Step::Finish => {
                    let Some((mut held, produced)) = running.take() else { continue };
                    held.finish(&held.mark("null", produced), at(hour)).unwrap();
                    model.read_up_to = model.unfinished.take().map(|chain| chain.0);
                }
                Step::Late => {
                    let key = key(".");
                    let Some(stored) = &late else { continue };
                    let change = Change { key: &key, version: Some(stored.version), state: Some(&stored.state) };
                    prop_assert!(database.write(&[change]).is_err());
                }
            }
            let state = database.read(&key(".")).unwrap().map(|stored| stored.state).unwrap_or_default();
            let unfinished = state.unfinished.map(|chain| {
                let page = chain.checkpoint.and_then(|checkpoint| checkpoint.state["page"].as_u64());
                (chain.started_at, page, chain.records)
            });
            prop_assert_eq!(unfinished, model.unfinished.map(|chain| (at(chain.0), chain.1, chain.2)));
            prop_assert_eq!(state.finished.map(|finished| finished.read_up_to), model.read_up_to.map(at));
        }
    }
}
