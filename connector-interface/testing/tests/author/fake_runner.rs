//! The runner in memory holds a client to what the real one holds it to.

use std::time::Duration;

use connector_interface::{Context, Error, ProduceError, State};
use connector_testing::{Event, FakeRunner, exit_code};
use serde_json::{Value, json};

use crate::numbers::{CUTOFF, Numbers, branch, numbered, stream};

fn configured(fault: &str) -> Value {
    json!({ "count": 3, "fault": fault })
}

#[test]
fn each_verb_may_produce_what_it_may_in_the_real_runner() {
    let runner = FakeRunner::new();
    let table = [
        (
            runner.verify::<Numbers>(configured("produces-in-verify")).map(drop),
            130,
            "no record may be produced here: the connector is only asked a question",
        ),
        (
            runner.discover::<Numbers>(configured("discovers-branches")).map(drop),
            21,
            "the record is invalid: /_type: discover-streams produces records of type Stream only, found Branch",
        ),
        (
            runner.discover::<Numbers>(configured("discovers-nothing")).map(drop),
            20,
            "discover_streams produced no stream; it must produce one at least",
        ),
        (runner.sync::<Numbers>(configured("none"), &stream(), "today"), 20, ""),
        (runner.sync::<Numbers>(json!({}), &stream(), CUTOFF), 10, "missing field `count`"),
        (runner.sync::<Numbers>(json!([]), &stream(), CUTOFF), 10, "the configuration is not a JSON object"),
    ];
    for (ended, code, message) in table {
        let error = ended.unwrap_err();
        assert_eq!((exit_code(&error), true), (code, error.to_string().contains(message)), "{error}");
    }
    assert!(runner.events().is_empty(), "{:?}", runner.events());
}

#[test]
fn every_verb_reaches_the_client() -> Result<(), Error> {
    let runner = FakeRunner::new();
    let configuration = configured("none");
    assert!(runner.verify::<Numbers>(&configuration)?.is_valid());
    assert_eq!(runner.discover::<Numbers>(&configuration)?, [stream()]);
    runner.sync::<Numbers>(&configuration, &stream(), CUTOFF)?;
    runner.backfill::<Numbers>(&configuration, &stream(), CUTOFF, "2020-02-22T00:00:00Z")?;
    runner.sync_entity::<Numbers>(&configuration, &stream(), "one")?;
    let range = branch("2020-02-21T00:00:00Z..2020-02-22T00:00:00Z");
    runner.assert_produced(&[json!(stream()), numbered(1), numbered(2), numbered(3), range, branch("one")]);
    assert_eq!(runner.states().len(), 3);
    Ok(())
}

#[test]
fn a_state_is_handed_to_what_is_resumed_only() -> Result<(), Error> {
    let state = State::at(CUTOFF.parse()?).with("number", 2);
    let runner = FakeRunner::new().with_state(state);
    runner.sync::<Numbers>(configured("none"), &stream(), CUTOFF)?;
    runner.assert_produced(&[numbered(3)]);
    Ok(())
}

#[test]
fn an_invalid_record_comes_back_with_all_its_errors() {
    let runner = FakeRunner::new();
    let record = json!({ "_type": "Incident", "id": 7, "status": "open" });
    let Err(ProduceError::Invalid { errors }) = runner.context().records.produce(&record) else {
        panic!("an invalid record was taken");
    };
    let places: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
    assert!(places.contains(&"") && places.contains(&"/id"), "{errors:?}");
    let id = errors.iter().find(|error| error.pointer == "/id").unwrap();
    assert_eq!((id.expected.as_str(), id.found.as_str()), ("a string", "the number 7"));
    assert!(runner.records().is_empty());
}

#[test]
fn a_client_is_asked_to_stop_when_the_test_says() {
    fn answers(runner: &FakeRunner) -> Vec<bool> {
        let context: Context = runner.context();
        let mut answers = Vec::new();
        for number in 0..3 {
            answers.push(context.cancellation.is_cancelled());
            context.records.produce(&numbered(number)).unwrap();
            if number == 1 {
                context.state.set(&State::at(CUTOFF.parse().unwrap())).unwrap();
            }
        }
        answers
    }
    let table = [
        (FakeRunner::new(), [false, false, false]),
        (FakeRunner::new().cancelled(), [true, true, true]),
        (FakeRunner::new().cancelling_after(1), [false, true, true]),
        (FakeRunner::new().cancelling_after(2), [false, false, true]),
        (FakeRunner::new().cancelling_after_states(1), [false, false, true]),
        (FakeRunner::new().cancelling_after_questions(1), [false, true, true]),
        (FakeRunner::new().with_time_left(Duration::ZERO), [true, true, true]),
    ];
    for (index, (runner, expected)) in table.into_iter().enumerate() {
        assert_eq!(answers(&runner), expected, "case {index}");
    }
    let runner = FakeRunner::new();
    let context = runner.context();
    assert!(!context.cancellation.is_cancelled());
    runner.cancel();
    assert!(context.cancellation.is_cancelled());
    let runner = FakeRunner::new().with_time_left(Duration::from_secs(7));
    assert_eq!(runner.context().cancellation.time_left(), Duration::from_secs(7));
}

#[test]
fn what_a_client_did_is_kept_in_its_order() {
    let runner = FakeRunner::new();
    let context = runner.context();
    context.records.produce(&numbered(1)).unwrap();
    context.logger.with_tag("page", 1).info("done");
    context.state.set(&State::at(CUTOFF.parse().unwrap())).unwrap();
    assert!(matches!(runner.events()[..], [Event::Record(_), Event::Log(_), Event::State(_)]));
    assert_eq!(runner.log()[0].tags["page"], "1");
}

#[test]
fn a_verb_that_is_over_takes_nothing_more() {
    let runner = FakeRunner::new();
    let verb = runner.clone();
    let (sender, receiver) = std::sync::mpsc::channel();
    LEAKED.with(|leak| leak.set(Some(sender)));
    verb.sync::<Leaking>(json!({}), &stream(), CUTOFF).unwrap();
    let context = receiver.recv().unwrap();
    let error = context.records.produce(&numbered(1)).unwrap_err();
    assert!(error.to_string().contains("the verb is over"), "{error}");
    assert!(context.state.set(&State::at(CUTOFF.parse().unwrap())).is_err());
}

thread_local! {
    static LEAKED: std::cell::Cell<Option<std::sync::mpsc::Sender<Context>>> = const { std::cell::Cell::new(None) };
}

/// Gives its context away.
struct Leaking(Context);

impl connector_interface::Client for Leaking {
    type Configuration = serde::de::IgnoredAny;

    fn new(_: Self::Configuration, context: Context) -> Result<Self, Error> {
        Ok(Self(context))
    }

    fn verify_configuration(&self) -> Result<connector_interface::VerifyConfigurationResult, Error> {
        Ok(connector_interface::VerifyConfigurationResult::valid())
    }

    fn discover_streams(&self) -> Result<(), Error> {
        Ok(())
    }

    fn sync_stream(
        &self,
        _: &connector_interface::Stream,
        _: connector_interface::Timestamp,
    ) -> Result<(), Error> {
        let sender = LEAKED.with(std::cell::Cell::take).unwrap();
        sender.send(self.0.clone()).unwrap();
        Ok(())
    }
}
