//! A runner in memory, for tests in the author's own process.

use std::{
    borrow::Borrow,
    sync::{Arc, Mutex},
    time::Duration,
};

use connector_interface::{
    __testing, Client, ConfigurationMap, Context, Error, State, Stream, VerifyConfigurationResult,
};
use serde_json::Value;

use crate::{
    event::{Event, LogLine},
    host::{FakeHost, Verb, lock},
    memory::{Memory, Stop},
};

/// Stands in for the runner: checks what a client produces as the real one does, and keeps all that it did.
///
/// A clone is the same runner. It may be used for several verbs; what they did is kept one behind the other.
///
/// ```
/// # use connector_testing::FakeRunner;
/// # use serde_json::json;
/// let runner = FakeRunner::new();
/// let records = runner.context().records;
/// records.produce(&json!({ "_type": "Branch", "name": "main" }))?;
/// assert_eq!(runner.records()[0]["name"], "main");
///
/// let error = records.produce(&json!({ "_type": "Branch", "name": 7 })).unwrap_err();
/// assert_eq!(error.to_string(), "the record is invalid: /name: expected a string, found the number 7");
/// # Ok::<(), connector_interface::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct FakeRunner {
    memory: Arc<Mutex<Memory>>,
}

/// What the runner does.
impl FakeRunner {
    /// A runner that has seen nothing. It never asks to stop, and 20 minutes are left.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same runner with a state left by an earlier run, of a sync or of a backfill.
    ///
    /// ```
    /// # use connector_interface::State;
    /// # use connector_testing::FakeRunner;
    /// let state = State::at("2020-02-21T00:00:00Z".parse()?).with("page", 7);
    /// let runner = FakeRunner::new().with_state(state.clone());
    /// assert_eq!(runner.context().state.get()?, Some(state));
    /// assert!(runner.states().is_empty());
    /// # Ok::<(), connector_interface::Error>(())
    /// ```
    #[must_use]
    pub fn with_state(self, state: State) -> Self {
        lock(&self.memory).initial_state = Some(state);
        self
    }

    /// The same runner, asking to stop from the start.
    #[must_use]
    pub fn cancelled(self) -> Self {
        self.stopping(Stop::AfterQuestions(0))
    }

    /// The same runner, asking to stop once this many records are produced.
    #[must_use]
    pub fn cancelling_after(self, records: usize) -> Self {
        self.stopping(Stop::AfterRecords(records))
    }

    /// The same runner, asking to stop once this many states are set.
    #[must_use]
    pub fn cancelling_after_states(self, states: usize) -> Self {
        self.stopping(Stop::AfterStates(states))
    }

    /// The same runner, saying this often that the client may go on, and then that it is to stop: for loops that
    /// produce nothing, such as one that waits.
    #[must_use]
    pub fn cancelling_after_questions(self, questions: usize) -> Self {
        self.stopping(Stop::AfterQuestions(questions))
    }

    /// The same runner with this much time left, whenever it is asked: time stands still. With none, it asks to stop.
    #[must_use]
    pub fn with_time_left(self, time_left: Duration) -> Self {
        lock(&self.memory).time_left = time_left;
        self
    }

    /// Asks to stop from now on, also from another thread while a verb goes on.
    pub fn cancel(&self) {
        lock(&self.memory).stop = Stop::AfterQuestions(0);
    }

    fn stopping(self, stop: Stop) -> Self {
        lock(&self.memory).stop = stop;
        self
    }
}

/// Clients, and what is asked of them.
impl FakeRunner {
    /// A context to make a client with; its configuration is empty, and every verb is permitted all.
    #[must_use]
    pub fn context(&self) -> Context {
        context_of(self.host(Verb::Unknown), ConfigurationMap::default())
    }

    /// Makes a client as the real runner does: from a configuration, a JSON object. Which verb the test calls of it is
    /// not known, so every one may produce records of any type.
    ///
    /// # Errors
    /// What [`Client::new`] or the reading of the configuration says.
    pub fn client<C: Client>(&self, configuration: impl Borrow<Value>) -> Result<C, Error> {
        client_of(self.host(Verb::Unknown), configuration.borrow())
    }

    /// Asks a new client whether its configuration works. A record that it produces is refused.
    ///
    /// # Errors
    /// Those of the client.
    pub fn verify<C: Client>(
        &self,
        configuration: impl Borrow<Value>,
    ) -> Result<VerifyConfigurationResult, Error> {
        self.run(Verb::Verify, configuration.borrow(), |client: &C| client.verify_configuration())
    }

    /// Has a new client discover its streams. A record of another type is refused.
    ///
    /// # Errors
    /// Those of the client; also where it produces no stream.
    pub fn discover<C: Client>(&self, configuration: impl Borrow<Value>) -> Result<Vec<Stream>, Error> {
        let before = self.records().len();
        self.run(Verb::Discover, configuration.borrow(), |client: &C| client.discover_streams())?;
        let streams = self.records().split_off(before);
        if streams.is_empty() {
            return Err(Error::new("discover_streams produced no stream; it must produce one at least"));
        }
        streams.into_iter().map(|stream| Ok(serde_json::from_value(stream)?)).collect()
    }

    /// Has a new client sync a stream; the cutoff is RFC 3339.
    ///
    /// # Errors
    /// Those of the client; also where the cutoff is no time.
    pub fn sync<C: Client>(
        &self,
        configuration: impl Borrow<Value>,
        stream: &Stream,
        earliest_data_cutoff: &str,
    ) -> Result<(), Error> {
        let cutoff = earliest_data_cutoff.parse()?;
        self.run(Verb::Sync, configuration.borrow(), |client: &C| client.sync_stream(stream, cutoff))
    }

    /// Has a new client read a range of the past once more; both ends are RFC 3339.
    ///
    /// # Errors
    /// Those of the client; also where an end is no time.
    pub fn backfill<C: Client>(
        &self,
        configuration: impl Borrow<Value>,
        stream: &Stream,
        earliest: &str,
        latest: &str,
    ) -> Result<(), Error> {
        let (earliest, latest) = (earliest.parse()?, latest.parse()?);
        self.run(Verb::Sync, configuration.borrow(), |client: &C| {
            client.backfill_stream(stream, earliest, latest)
        })
    }

    /// Has a new client sync one entity of a stream.
    ///
    /// # Errors
    /// Those of the client.
    pub fn sync_entity<C: Client>(
        &self,
        configuration: impl Borrow<Value>,
        stream: &Stream,
        entity: &str,
    ) -> Result<(), Error> {
        self.run(Verb::SyncEntity, configuration.borrow(), |client: &C| client.sync_entity(stream, entity))
    }

    /// Does one verb with a client of its own, which is dropped behind it. What its threads still produce then is
    /// refused.
    fn run<C: Client, T>(
        &self,
        verb: Verb,
        configuration: &Value,
        ask: impl FnOnce(&C) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let host = self.host(verb);
        let client = client_of(Arc::clone(&host), configuration)?;
        let answer = ask(&client);
        host.close();
        answer
    }

    fn host(&self, verb: Verb) -> Arc<FakeHost> {
        Arc::new(FakeHost::new(verb, Arc::clone(&self.memory)))
    }
}

/// What clients did.
impl FakeRunner {
    /// The records produced so far.
    #[must_use]
    pub fn records(&self) -> Vec<Value> {
        lock(&self.memory).records().cloned().collect()
    }

    /// The states set so far, the last one last.
    #[must_use]
    pub fn states(&self) -> Vec<State> {
        lock(&self.memory).states().cloned().collect()
    }

    /// The lines logged so far.
    #[must_use]
    pub fn log(&self) -> Vec<LogLine> {
        lock(&self.memory).events.iter().filter_map(Event::as_log).cloned().collect()
    }

    /// Records, states and lines, in the order in which they came.
    ///
    /// ```
    /// # use connector_interface::{State, Timestamp};
    /// # use connector_testing::{Event, FakeRunner};
    /// # use serde_json::json;
    /// let runner = FakeRunner::new();
    /// let context = runner.context();
    /// context.records.produce(&json!({ "_type": "Branch", "name": "main" }))?;
    /// context.state.set(&State::at(Timestamp::now()))?;
    /// assert!(matches!(runner.events()[..], [Event::Record(_), Event::State(_)]));
    /// # Ok::<(), connector_interface::Error>(())
    /// ```
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        lock(&self.memory).events.clone()
    }
}

fn client_of<C: Client>(host: Arc<FakeHost>, configuration: &Value) -> Result<C, Error> {
    let Value::Object(object) = configuration else {
        return Err(Error::configuration("the configuration is not a JSON object"));
    };
    let map: ConfigurationMap = object.clone().into_iter().collect();
    C::new(map.read()?, context_of(host, map))
}

fn context_of(host: Arc<FakeHost>, configuration: ConfigurationMap) -> Context {
    let host: Arc<dyn __testing::Host> = host;
    __testing::context(&host, configuration)
}
