//! Version 1 of the interface: one constructor, one call in each direction, one callback for records.

use abi_stable::{
    declare_root_module_statics,
    library::RootModule as AbiRootModule,
    package_version_strings, sabi_trait,
    sabi_types::VersionStrings,
    std_types::{RBox, RHashMap, RResult, RSlice, RStr, RString, RVec},
    StableAbi,
};

/// The configuration as it crosses: each top-level key with its value as JSON text.
pub type ConfigurationMap = RHashMap<RString, RString>;

/// A failure as it crosses: a JSON object in UTF-8.
///
/// | member | meaning |
/// | --- | --- |
/// | `kind` | one of the names in [`failure_kind`] |
/// | `message` | one sentence for a person, with the chain of causes |
/// | `errors` | for `invalid-record`: every error, as `{"pointer", "message", "expected", "found", "suggestion"}` |
/// | `resumeAfter` | for `paused`: when it is worth trying again, RFC 3339; may be absent |
pub type Failure = RVec<u8>;

/// What a connector's library exports: how to make a [`Connector`].
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = RootModuleRef, prefix_fields = RootModulePrefix)))]
#[sabi(missing_field(panic))]
pub struct RootModule {
    /// Makes the connector from its configuration.
    ///
    /// `host` is kept by the connector for as long as it wants. Called once per process. Fails with kind
    /// `configuration` where the configuration cannot be read into what the connector expects.
    #[sabi(last_prefix_field)]
    pub create:
        extern "C" fn(configuration: ConfigurationMap, host: HostBox) -> RResult<ConnectorBox, Failure>,
}

impl AbiRootModule for RootModuleRef {
    declare_root_module_statics! {RootModuleRef}

    const BASE_NAME: &'static str = "codeclimate_connector";
    const NAME: &'static str = "codeclimate_connector";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}

/// A connector made by [`RootModule::create`], owned by the runner.
pub type ConnectorBox = Connector_TO<'static, RBox<()>>;

/// The runner as a connector sees it.
pub type HostBox = Host_TO<'static, RBox<()>>;

/// What the runner asks of a connector.
#[sabi_trait]
pub trait Connector: Send + Sync {
    /// Does one of the verbs in [`verb`] and returns when all its work is done.
    ///
    /// Payload and answer are JSON, as each verb says; both may be empty. Blocks. The runner makes one
    /// call at a time.
    #[sabi(last_prefix_field)]
    fn call(&self, verb: u32, payload: RSlice<'_, u8>) -> RResult<RVec<u8>, RVec<u8>>;
}

/// What a connector asks of the runner. Every method may be called from several threads at once.
#[sabi_trait]
pub trait Host: Send + Sync {
    /// Hands over one record, a JSON object in UTF-8; the verdict comes back at once.
    ///
    /// `extracted_at` is an RFC 3339 time, or empty for 'now'. A failure has kind `invalid-record`, with
    /// every error of the record, or `closed`, when the runner takes no more records.
    fn produce(&self, record: RSlice<'_, u8>, extracted_at: RStr<'_>) -> RResult<(), RVec<u8>>;

    /// Asks for one of the services in [`host_call`]. Payload and answer are JSON, as each says.
    #[sabi(last_prefix_field)]
    fn call(&self, kind: u32, payload: RSlice<'_, u8>) -> RResult<RVec<u8>, RVec<u8>>;
}

/// The verbs of [`Connector::call`]. A connector answers one it does not know with kind `unsupported`.
pub mod verb {
    /// No payload. Answers `{"isValid": boolean, "errorMessages": [string]}`. Produces no record.
    pub const VERIFY_CONFIGURATION: u32 = 1;
    /// No payload, no answer. Produces `Stream` records only.
    pub const DISCOVER_STREAMS: u32 = 2;
    /// Payload `{"stream": Stream record, "earliestDataCutoff": RFC 3339 time, "latestDataCutoff"?: RFC 3339
    /// time}`. No answer. With a latest cutoff it is a backfill: the records of this range once more, both
    /// ends in it; a connector that does not know the member reads on to the newest data.
    pub const SYNC_STREAM: u32 = 3;
    /// Payload `{"stream": Stream record, "entity": string}`. No answer.
    pub const SYNC_ENTITY: u32 = 4;
    /// No payload, no answer. Drops the client; a panic while it drops is a failure of kind `panic`.
    /// Every later call fails with kind `closed`.
    pub const CLOSE: u32 = 5;
    /// Payload `{"state": null or as [`STATE_GET`](super::host_call::STATE_GET) answers it, "stateFormat":
    /// integer, "version": string, "isConfigurationChanged": boolean}`: what an earlier run of this connector,
    /// of this version and with this format of its states, has left. Answers `{"isAccepted": boolean, "state"?:
    /// the same in today's format}`; without a state, what was kept stays as it is. Produces no record.
    pub const MIGRATE_STATE: u32 = 6;
}

/// The services of [`Host::call`]. A host answers one it does not know with kind `unsupported`.
pub mod host_call {
    /// No payload. Answers `null`, or `{"checkpointTime": RFC 3339 time, "metadata"?: object}`.
    pub const STATE_GET: u32 = 1;
    /// Payload as [`STATE_GET`] answers it. No answer; the checkpoint is durable only once every record
    /// produced before it is. Does not wait for that.
    pub const STATE_SET: u32 = 2;
    /// Payload `{"level": "ERROR"|"WARN"|"INFO"|"DEBUG", "message": string, "tags": {string: string}}`. No answer.
    pub const LOG: u32 = 3;
    /// No payload. Answers `{"cancelled": boolean, "millisecondsLeft": integer}`.
    pub const CANCELLATION: u32 = 4;
    /// Payload `{"message": string, "file"?: string, "line"?: integer, "thread"?: string, "backtrace"?: string}`: a panic has
    /// begun, on whichever thread. No answer.
    pub const PANIC: u32 = 5;
}

/// The kinds of a [`Failure`]. An unknown kind is read as `connector`.
pub mod failure_kind {
    /// The connector reports an error of its own.
    pub const CONNECTOR: &str = "connector";
    /// The configuration is refused.
    pub const CONFIGURATION: &str = "configuration";
    /// A record does not match its schema.
    pub const INVALID_RECORD: &str = "invalid-record";
    /// The source cannot be reached, after retries.
    pub const SOURCE_UNAVAILABLE: &str = "source-unavailable";
    /// The connector stopped early on purpose and can go on from its last checkpoint.
    pub const PAUSED: &str = "paused";
    /// The connector stopped because it was asked to.
    pub const CANCELLED: &str = "cancelled";
    /// The connector panicked; the panic was caught.
    pub const PANIC: &str = "panic";
    /// The verb or service is not known to the other side.
    pub const UNSUPPORTED: &str = "unsupported";
    /// The other side takes no more calls.
    pub const CLOSED: &str = "closed";
}
