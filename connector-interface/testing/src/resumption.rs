//! The proof that a sync can be gone on with after each of its states.

use std::collections::HashSet;

use connector_interface::{
    __testing::{self, failure_kind},
    Client, Error, State, Stream,
};
use serde_json::{Value, json};

use crate::{comparison::less, difference::excerpt, event::Event, fake_runner::FakeRunner};

/// How many records are shown one by one.
const SHOWN: usize = 5;

/// Proves that nothing is missed and nothing made up, wherever a sync of this stream is stopped.
///
/// The stream is synced as a whole. Then, for each state that was set on the way, it is synced as if the run had been
/// killed right behind that state: the records before it, with those of a run that goes on from it, must be those of the
/// whole sync. Records may come twice, but from one state at least the run has to be shorter than the whole, where states
/// lie behind different numbers of records. Finally a run is asked to stop, from its start and where each state was set:
/// it must not say that it is finished, which `Ok` does, with records left out.
///
/// The source has to give the same answers each time; a [`Cassette`](crate::Cassette) does so when it is
/// [`repeating`](crate::Cassette::repeating). What the author's client must never do is seen here: to go on behind
/// records that were not produced yet, as a page that is in hand of another thread, or to begin anew with a cursor that
/// has run out.
///
/// # Panics
/// Where that is not so, with the state and the records that are missing. Also where the whole sync fails, or sets no
/// state: one that is stopped would begin anew, again and again.
#[track_caller]
pub fn assert_resumes<C: Client>(configuration: &Value, stream: &Stream, earliest_data_cutoff: &str) {
    let sync = |runner: &FakeRunner| runner.sync::<C>(configuration, stream, earliest_data_cutoff);
    if let Err(complaint) = check(&sync) {
        panic!("{complaint}");
    }
}

fn check(sync: &dyn Fn(&FakeRunner) -> Result<(), Error>) -> Result<(), String> {
    let runner = FakeRunner::new();
    sync(&runner).map_err(|error| format!("the whole sync fails: {error}"))?;
    let checkpoints = checkpoints(&runner.events());
    if checkpoints.is_empty() {
        return Err(
            "the sync sets no state: one that is stopped begins anew. Set one after each page".to_owned()
        );
    }
    let whole = runner.records();
    check_states(sync, &checkpoints, &whole)?;
    check_stopping(sync, &FakeRunner::new().cancelled(), "from the start", &whole)?;
    let mut places: Vec<usize> = checkpoints.iter().map(|checkpoint| checkpoint.records).collect();
    places.dedup();
    for records in places {
        let place = format!("after {records} of {} records", whole.len());
        check_stopping(sync, &FakeRunner::new().cancelling_after(records), &place, &whole)?;
    }
    Ok(())
}

/// Goes on from each of the states, one of which at least must spare something: a client that does not read them begins
/// anew each time.
fn check_states(
    sync: &dyn Fn(&FakeRunner) -> Result<(), Error>,
    checkpoints: &[Checkpoint],
    whole: &[Value],
) -> Result<(), String> {
    let mut shortest = usize::MAX;
    for (number, checkpoint) in (1..).zip(checkpoints) {
        let place = format!("state {number} of {}, {}", checkpoints.len(), json!(checkpoint.state));
        let resumed = check_going_on(sync, checkpoint, whole)
            .map_err(|complaint| format!("after {place}: {complaint}"))?;
        shortest = shortest.min(resumed);
    }
    let can_be_shorter = checkpoints.iter().any(|checkpoint| checkpoint.records != checkpoints[0].records);
    if can_be_shorter && shortest >= whole.len() {
        let verdict = "the sync goes on from its last state and produces everything again, as from every other: is \
                       state.get() read?";
        return Err(verdict.to_owned());
    }
    Ok(())
}

/// A state, and how many records come before it.
struct Checkpoint {
    state: State,
    records: usize,
}

fn checkpoints(events: &[Event]) -> Vec<Checkpoint> {
    let (mut records, mut checkpoints) = (0, Vec::new());
    for event in events {
        match event {
            Event::Record(_) => records += 1,
            Event::State(state) => checkpoints.push(Checkpoint { state: state.clone(), records }),
            Event::Log(_) => {}
        }
    }
    checkpoints
}

/// The number of records that a sync produces which goes on from there.
fn check_going_on(
    sync: &dyn Fn(&FakeRunner) -> Result<(), Error>,
    checkpoint: &Checkpoint,
    whole: &[Value],
) -> Result<usize, String> {
    let runner = FakeRunner::new().with_state(checkpoint.state.clone());
    sync(&runner).map_err(|error| format!("a sync that goes on from there fails: {error}"))?;
    let resumed = runner.records();
    let produced: HashSet<&Value> = whole[..checkpoint.records].iter().chain(&resumed).collect();
    let missing: Vec<&Value> = whole.iter().filter(|record| !produced.contains(record)).collect();
    if !missing.is_empty() {
        let verdict = format!("a sync that goes on from there misses {} of {}", missing.len(), whole.len());
        return Err(told(&verdict, &missing));
    }
    let wanted: HashSet<&Value> = whole.iter().collect();
    let made_up: Vec<&Value> = resumed.iter().filter(|record| !wanted.contains(record)).collect();
    if !made_up.is_empty() {
        return Err(told("a sync that goes on from there produces what the whole one does not", &made_up));
    }
    Ok(resumed.len())
}

fn check_stopping(
    sync: &dyn Fn(&FakeRunner) -> Result<(), Error>,
    runner: &FakeRunner,
    place: &str,
    whole: &[Value],
) -> Result<(), String> {
    match sync(runner) {
        Ok(()) => {
            let records = runner.records();
            let missing = less(whole, &records);
            if missing.is_empty() {
                return Ok(());
            }
            let verdict = format!(
                "asked to stop {place}, the sync says that it is finished (Ok) and has left out records; end it with \
                 what `cancellation.check()?` gives"
            );
            Err(told(&verdict, &missing))
        }
        Err(error) => {
            let kind = __testing::failure(&error).kind.as_str();
            if matches!(kind, failure_kind::CANCELLED | failure_kind::PAUSED) {
                return Ok(());
            }
            Err(format!("asked to stop {place}, the sync fails ({kind}): {error}"))
        }
    }
}

fn told(verdict: &str, records: &[&Value]) -> String {
    let mut text = verdict.to_owned();
    for record in records.iter().take(SHOWN) {
        text.push_str(&format!("\n  {}", excerpt(record)));
    }
    if records.len() > SHOWN {
        text.push_str(&format!("\n  and {} more", records.len() - SHOWN));
    }
    text
}
