//! What a connector is: the trait that every author implements.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    cancellation::Cancellation,
    configuration::ConfigurationMap,
    error::Error,
    host::SharedHost,
    lenient_producer::LenientProducer,
    logger::Logger,
    migration::{KeptState, Migration},
    record_producer::RecordProducer,
    state::StateManager,
    stream::Stream,
    timestamp::Timestamp,
};

/// A connector: reads one kind of integration and produces records.
///
/// One value serves one verb in one process and is then dropped. Each method returns when all its work is
/// done, threads joined included. A panic is caught and ends the run with its message and place.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the client of a connector",
    label = "it does not implement `connector_interface::Client`",
    note = "write `impl Client for {Self}` with `type Configuration`, `new`, `verify_configuration`, `discover_streams` \
            and `sync_stream`"
)]
pub trait Client: Sized + Send + Sync + 'static {
    /// The configuration as the connector wants to read it. [`ConfigurationMap`]'s raw values are in
    /// [`Context::configuration`]; a connector without keys may name [`serde::de::IgnoredAny`].
    type Configuration: DeserializeOwned;

    /// The format of the states that this connector sets: what it writes into their metadata. Raise it by one when a
    /// new version cannot read what older ones have set, or an older one could not read what it sets. At least 1,
    /// which the build checks; it stands in the connector's note.
    const STATE_FORMAT: u32 = 1;

    /// Makes the client. Reach out to nothing yet.
    ///
    /// # Errors
    /// [`Error::configuration`] for what the schema of the configuration cannot say.
    fn new(configuration: Self::Configuration, context: Context) -> Result<Self, Error>;

    /// Tells whether the configuration works: keys are there, tokens are accepted. Produces no record.
    ///
    /// # Errors
    /// Only where the question cannot be answered, as when the source is down. A configuration that does
    /// not work is an answer.
    fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error>;

    /// Produces a `Stream` record for everything that can be synced; at least one.
    ///
    /// # Errors
    /// Any [`Error`] ends the verb.
    fn discover_streams(&self) -> Result<(), Error>;

    /// Produces the records of a stream that are as new as `earliest_data_cutoff` or newer. Start with
    /// the newest and walk back; set a state after each page; ask the cancellation. Where
    /// [`StateManager::get`] gives a state, go on from there. To return `Ok` says that the sync is finished.
    ///
    /// # Errors
    /// Any [`Error`] ends the verb; records before the last state are kept, and the next run goes on from it.
    fn sync_stream(&self, stream: &Stream, earliest_data_cutoff: Timestamp) -> Result<(), Error>;

    /// Produces the records of a stream once more that are as new as `earliest` or newer, and as old as `latest` or
    /// older. Optional. It has states of its own, apart from those of a sync, and is resumed like one.
    ///
    /// Without an implementation everything since `earliest` is read: more than was asked for, which is allowed.
    /// Write one where the source can be asked for a range, or the walk can be shortened.
    ///
    /// # Errors
    /// As for [`sync_stream`](Self::sync_stream).
    fn backfill_stream(&self, stream: &Stream, earliest: Timestamp, latest: Timestamp) -> Result<(), Error> {
        let _ = latest;
        self.sync_stream(stream, earliest)
    }

    /// Tells whether this version, with this configuration, can go on from what is kept of a stream. Asked before a
    /// run where what is kept has another format than [`STATE_FORMAT`](Self::STATE_FORMAT), or the configuration,
    /// beside its secrets, has changed since. Optional. Produces no record, sets no state.
    ///
    /// Accept where a changed configuration chooses no other data: what an earlier run has read is not read again.
    /// Refuse where it does, or the state cannot be read. After a refusal nothing is read until the operator has
    /// written the old configuration, gone back to the old version, or given up what is kept with
    /// `codeclimate-connector state reset`. With that is lost how far an unfinished sync had come, and up to when the
    /// data had been read: the next sync reads all since its cutoff, and produces again what was produced before.
    ///
    /// ```
    /// # use connector_interface::{Error, KeptState, Migration};
    /// // Format 1 kept a page; format 2 keeps a cursor, which begins with the page.
    /// fn migrate_state(kept: KeptState) -> Result<Migration, Error> {
    ///     match (kept.state_format, kept.state) {
    ///         (2, _) | (1, None) => Ok(Migration::Accepted(None)),
    ///         (1, Some(mut state)) => {
    ///             let page = state.metadata.remove("page").unwrap_or_default();
    ///             Ok(Migration::Accepted(Some(state.with("cursor", format!("{page}:0")))))
    ///         }
    ///         _ => Ok(Migration::Refused),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// Any [`Error`] ends the run as it ends a verb, and changes nothing of what is kept; without an implementation,
    /// the answer is [`Migration::Refused`].
    fn migrate_state(&self, kept: KeptState) -> Result<Migration, Error> {
        let _ = kept;
        Ok(Migration::Refused)
    }

    /// Produces the records of one entity of a stream, such as one commit. Optional.
    ///
    /// # Errors
    /// Any [`Error`] ends the verb; without an implementation, [`Error::unsupported`].
    fn sync_entity(&self, stream: &Stream, entity: &str) -> Result<(), Error> {
        let _ = (stream, entity);
        Err(Error::unsupported("sync_entity"))
    }
}

/// What a client is given besides its configuration. Everything in it can be cloned into threads.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Context {
    /// Where the records go.
    pub records: RecordProducer,
    /// How far the stream has been read.
    pub state: StateManager,
    /// What the operator is told.
    pub logger: Logger,
    /// When to stop.
    pub cancellation: Cancellation,
    /// The configuration as it was written.
    pub configuration: ConfigurationMap,
}

impl Context {
    /// A producer that goes on where a record is refused.
    #[must_use]
    pub fn lenient_producer(&self) -> LenientProducer {
        LenientProducer::new(self.records.clone(), self.logger.clone())
    }

    pub(crate) fn new(host: &SharedHost, configuration: ConfigurationMap) -> Self {
        Self {
            records: RecordProducer::new(host.clone()),
            state: StateManager::new(host.clone()),
            logger: Logger::new(host.clone()),
            cancellation: Cancellation::new(host.clone()),
            configuration,
        }
    }
}

/// The answer of [`Client::verify_configuration`].
///
/// ```
/// # use connector_interface::VerifyConfigurationResult;
/// let answer = VerifyConfigurationResult::invalid(["apiToken was refused: make a new one"]);
/// assert!(!answer.is_valid());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyConfigurationResult {
    is_valid: bool,
    #[serde(default)]
    error_messages: Vec<String>,
}

impl VerifyConfigurationResult {
    /// The configuration works.
    #[must_use]
    pub fn valid() -> Self {
        Self { is_valid: true, error_messages: Vec::new() }
    }

    /// It does not; each message says what to change.
    #[must_use]
    pub fn invalid<M: Into<String>>(messages: impl IntoIterator<Item = M>) -> Self {
        Self { is_valid: false, error_messages: messages.into_iter().map(Into::into).collect() }
    }

    /// Whether it works.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.is_valid
    }

    /// What to change; empty where it works.
    #[must_use]
    pub fn error_messages(&self) -> &[String] {
        &self.error_messages
    }
}
