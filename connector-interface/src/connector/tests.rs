//! What a runner asks by number reaches the right method, and its answer comes back.

use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::*;
use crate::{
    client::VerifyConfigurationResult,
    host::Host,
    migration::{KeptState, Migration},
    state::State,
};

/// Keeps the messages of the lines that are logged, and takes everything else. Not the fake of `connector-testing`:
/// that one belongs to another build of this crate.
#[derive(Default)]
struct LoggingHost(Mutex<Vec<String>>);

impl Host for LoggingHost {
    fn produce(&self, _record: &[u8], _extracted_at: &str) -> Result<(), Failure> {
        Ok(())
    }

    fn call(&self, kind: u32, payload: &[u8]) -> Result<Vec<u8>, Failure> {
        if kind == v1::host_call::LOG {
            let line: Value = serde_json::from_slice(payload).unwrap();
            self.0.lock().unwrap().push(line["message"].as_str().unwrap().to_owned());
        }
        Ok(Vec::new())
    }
}

/// Says what it is asked, and has all defaults.
struct Plain(Context);

impl Client for Plain {
    type Configuration = IgnoredAny;

    fn new(_: IgnoredAny, context: Context) -> Result<Self, Error> {
        Ok(Self(context))
    }

    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        Ok(VerifyConfigurationResult::valid())
    }

    fn discover_streams(&self) -> Result<(), Error> {
        Ok(())
    }

    fn sync_stream(&self, stream: &Stream, earliest: Timestamp) -> Result<(), Error> {
        self.0.logger.info(format!("{} since {earliest}", stream.id()));
        Ok(())
    }
}

/// The same, with all that is optional.
struct Whole(Plain);

impl Client for Whole {
    type Configuration = IgnoredAny;
    const STATE_FORMAT: u32 = 3;

    fn new(configuration: IgnoredAny, context: Context) -> Result<Self, Error> {
        Plain::new(configuration, context).map(Self)
    }

    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
        self.0.verify_configuration()
    }

    fn discover_streams(&self) -> Result<(), Error> {
        self.0.discover_streams()
    }

    fn sync_stream(&self, stream: &Stream, earliest: Timestamp) -> Result<(), Error> {
        self.0.sync_stream(stream, earliest)
    }

    fn backfill_stream(&self, stream: &Stream, earliest: Timestamp, latest: Timestamp) -> Result<(), Error> {
        self.0.0.logger.info(format!("{} from {earliest} to {latest}", stream.id()));
        Ok(())
    }

    fn migrate_state(&self, kept: KeptState) -> Result<Migration, Error> {
        self.0.0.logger.info(format!("{} {}", kept.version, kept.is_configuration_changed));
        Ok(match (kept.state_format, kept.state) {
            (2, state) => Migration::Accepted(state.map(|state| state.with("new", true))),
            (3, _) => Migration::Accepted(None),
            _ => Migration::Refused,
        })
    }
}

/// The answer to a verb, as JSON, and what the client logged.
fn ask<C: Client>(verb: u32, payload: &Value) -> (Result<Value, Error>, Vec<String>) {
    let host = Arc::new(LoggingHost::default());
    let shared: SharedHost = host.clone();
    let context = Context::new(&shared, ConfigurationMap::default());
    let client = C::new(context.configuration.read().unwrap(), context).unwrap();
    let connector = Connector { client: Mutex::new(Some(Arc::new(client))) };
    let answer = connector.dispatch(verb, payload.to_string().as_bytes());
    let logged = host.0.lock().unwrap().clone();
    (answer.map(|bytes| serde_json::from_slice(&bytes).unwrap_or_default()), logged)
}

const FROM: &str = "2020-02-20T00:00:00Z";
const TO: &str = "2020-02-21T00:00:00Z";

#[test]
fn a_latest_cutoff_makes_a_backfill_which_reads_on_to_now_by_default() {
    let stream = json!(Stream::new("a", "file:///a", "A"));
    let sync = json!({ "stream": stream, "earliestDataCutoff": FROM, "futureMember": 1 });
    let backfill = json!({ "stream": stream, "earliestDataCutoff": FROM, "latestDataCutoff": TO });
    let since = [format!("a since {FROM}")];
    assert_eq!(ask::<Plain>(verb::SYNC_STREAM, &sync).1, since);
    assert_eq!(ask::<Whole>(verb::SYNC_STREAM, &sync).1, since);
    assert_eq!(ask::<Plain>(verb::SYNC_STREAM, &backfill).1, since);
    assert_eq!(ask::<Whole>(verb::SYNC_STREAM, &backfill).1, [format!("a from {FROM} to {TO}")]);
}

fn kept(state: &Value, format: u32) -> Value {
    json!({ "state": state, "stateFormat": format, "version": "0.9.0", "isConfigurationChanged": format == 3 })
}

#[test]
fn a_state_of_another_format_is_accepted_replaced_or_refused() {
    let state = json!(State::at(FROM.parse().unwrap()).with("page", 7));
    let replaced = json!({ "checkpointTime": FROM, "metadata": { "page": 7, "new": true } });
    let table = [
        (kept(&state, 1), json!({ "isAccepted": false }), "0.9.0 false"),
        (kept(&state, 2), json!({ "isAccepted": true, "state": replaced }), "0.9.0 false"),
        (kept(&Value::Null, 2), json!({ "isAccepted": true }), "0.9.0 false"),
        (kept(&state, 3), json!({ "isAccepted": true }), "0.9.0 true"),
    ];
    for (payload, expected, logged) in table {
        let (answer, log) = ask::<Whole>(verb::MIGRATE_STATE, &payload);
        assert_eq!((answer.unwrap(), log), (expected, vec![logged.to_owned()]), "{payload}");
        assert_eq!(ask::<Plain>(verb::MIGRATE_STATE, &payload).0.unwrap(), json!({ "isAccepted": false }));
    }
}

#[test]
fn what_cannot_be_read_and_what_is_not_known_is_an_error() {
    let torn = json!({ "checkpointTime": "yesterday" });
    for payload in [Value::Null, json!({}), kept(&torn, 2), kept(&json!(7), 2)] {
        assert!(ask::<Whole>(verb::MIGRATE_STATE, &payload).0.is_err(), "{payload}");
    }
    let error = ask::<Whole>(4711, &Value::Null).0.unwrap_err();
    assert_eq!(error.into_failure().kind, failure_kind::UNSUPPORTED);
}

#[test]
fn the_format_of_the_states_is_the_clients_word_or_the_first() {
    assert_eq!((crate::note::state_format::<Plain>(), crate::note::state_format::<Whole>()), (1, 3));
}
