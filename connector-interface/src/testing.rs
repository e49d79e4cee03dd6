//! A runner in memory, for unit tests of a connector.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use codeclimate_connector_abi::v1::{failure_kind, host_call};
use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::{
    client::{Client, Context},
    configuration::ConfigurationMap,
    error::Error,
    failure::Failure,
    host::{Host, SharedHost},
    state::State,
};

/// Stands in for the runner: keeps what a client produces, sets and logs.
///
/// It takes every record that is a JSON object; the schemas are the real runner's.
///
/// ```
/// # use connector_interface::testing::FakeRunner;
/// let runner = FakeRunner::new();
/// runner.context().records.produce(&serde_json::json!({ "_type": "Stream", "id": "a" }))?;
/// assert_eq!(runner.records()[0]["id"], "a");
/// # Ok::<(), connector_interface::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct FakeRunner {
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    records: Vec<Value>,
    states: Vec<State>,
    initial_state: Option<State>,
    log: Vec<String>,
    cancel_after: Option<usize>,
}

impl FakeRunner {
    /// A runner that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same runner with a state left by an earlier run, of a sync or of a backfill.
    ///
    /// ```
    /// # use connector_interface::{State, testing::FakeRunner};
    /// let state = State::at("2020-02-21T00:00:00Z".parse()?).with("page", 7);
    /// let runner = FakeRunner::new().with_state(state.clone());
    /// assert_eq!(runner.context().state.get()?, Some(state));
    /// assert!(runner.states().is_empty());
    /// # Ok::<(), connector_interface::Error>(())
    /// ```
    #[must_use]
    pub fn with_state(self, state: State) -> Self {
        self.kept().initial_state = Some(state);
        self
    }

    /// The same runner, asking to stop once this many records are produced.
    #[must_use]
    pub fn cancelling_after(self, records: usize) -> Self {
        self.kept().cancel_after = Some(records);
        self
    }

    /// A context to make a client with; its configuration is empty.
    #[must_use]
    pub fn context(&self) -> Context {
        self.context_with(ConfigurationMap::default())
    }

    /// Makes a client as the real runner does: from a configuration, a JSON object.
    ///
    /// # Errors
    /// What [`Client::new`] or the reading of the configuration says.
    pub fn client<C: Client>(&self, configuration: Value) -> Result<C, Error> {
        let Value::Object(object) = configuration else {
            return Err(Error::configuration("the configuration is not a JSON object"));
        };
        let map: ConfigurationMap = object.into_iter().collect();
        C::new(map.read()?, self.context_with(map))
    }

    /// The records produced so far.
    #[must_use]
    pub fn records(&self) -> Vec<Value> {
        self.kept().records.clone()
    }

    /// The states set so far, the last one last.
    #[must_use]
    pub fn states(&self) -> Vec<State> {
        self.kept().states.clone()
    }

    /// The log lines so far, as `LEVEL message`.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.kept().log.clone()
    }

    fn context_with(&self, configuration: ConfigurationMap) -> Context {
        let host: SharedHost = Arc::new(self.clone());
        Context::new(&host, configuration)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host for FakeRunner {
    fn produce(&self, record: &[u8], _extracted_at: &str) -> Result<(), Failure> {
        match serde_json::from_slice(record) {
            Ok(record @ Value::Object(_)) => {
                self.kept().records.push(record);
                Ok(())
            }
            _ => Err(Failure::new(failure_kind::INVALID_RECORD, "expected a JSON object")),
        }
    }

    fn call(&self, kind: u32, payload: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut kept = self.kept();
        let json = |value: Value| Ok(value.to_string().into_bytes());
        match kind {
            host_call::STATE_GET => json(json!(kept.states.last().or(kept.initial_state.as_ref()))),
            host_call::STATE_SET => {
                let state = serde_json::from_slice(payload)
                    .map_err(|error| Failure::new(failure_kind::CONNECTOR, error.to_string()))?;
                kept.states.push(state);
                Ok(Vec::new())
            }
            host_call::LOG => {
                let line: Value = serde_json::from_slice(payload).unwrap_or_default();
                let part = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
                kept.log.push(format!("{} {}", part("level"), part("message")));
                Ok(Vec::new())
            }
            host_call::CANCELLATION => {
                let cancelled = kept.cancel_after.is_some_and(|count| kept.records.len() >= count);
                json(json!({ "cancelled": cancelled, "millisecondsLeft": 1_200_000 }))
            }
            _ => Ok(Vec::new()),
        }
    }
}

/// Set to `1`, it makes [`assert_configuration_schema`] write the file.
const UPDATE: &str = "UPDATE_CONFIGURATION_SCHEMA";

/// Compares `configuration.schema.json` in `folder` with what the type `T` says.
///
/// With `UPDATE_CONFIGURATION_SCHEMA=1` in the environment it writes the file instead.
///
/// ```ignore
/// assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
/// ```
///
/// # Panics
/// Where the two differ, or the file cannot be read or written.
pub fn assert_configuration_schema<T: JsonSchema>(folder: &str) {
    let path = Path::new(folder).join("configuration.schema.json");
    let wanted = json_text(&schemars::schema_for!(T));
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        if let Err(error) = std::fs::write(&path, &wanted) {
            panic!("cannot write {}: {error}", path.display());
        }
        return;
    }
    let found = match std::fs::read_to_string(&path) {
        Ok(found) => found,
        Err(error) => panic!("cannot read {}: {error}\nTo write it: {UPDATE}=1 cargo test", path.display()),
    };
    assert!(
        found == wanted,
        "{} is not what the configuration struct says. To write it anew: {UPDATE}=1 cargo test\n\
         expected:\n{wanted}\nfound:\n{found}",
        path.display()
    );
}

fn json_text(schema: &schemars::Schema) -> String {
    format!("{:#}\n", schema.as_value())
}
