//! Which misbehaviour is wanted, and where.

use schemars::JsonSchema;
use serde::Deserialize;

/// A connector for tests: it behaves as it is told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Configuration {
    /// What to do.
    #[serde(default)]
    pub behaviour: Behaviour,
    /// In which call to do it.
    #[serde(default)]
    pub place: Place,
    /// How many records, or how much of whatever the behaviour is about.
    #[serde(default = "three")]
    pub count: u64,
    /// A secret to be careless with.
    #[serde(default)]
    #[schemars(extend("secret" = true))]
    pub api_token: String,
}

fn three() -> u64 {
    3
}

/// A call of the client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// `new`.
    Constructor,
    /// `verify_configuration`.
    Verify,
    /// `discover_streams`.
    Discover,
    /// `sync_stream`.
    #[default]
    Sync,
    /// `drop`.
    Drop,
}

/// What to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Behaviour {
    /// Nothing wrong: `count` records, with a checkpoint after each hundred and at the end.
    #[default]
    Well,
    /// `count` records from one thread while four others print.
    PrintStorm,
    /// One record whose name has `count` MiB.
    LargeRecord,
    /// A record with three errors, whose refusal ends the verb.
    InvalidRecord,
    /// The same record, whose refusal is only logged, before a good one.
    TolerateInvalidRecord,
    /// A record that is not a Stream.
    OtherRecord,
    /// Says its secret in every way it can, then ends well.
    Leak,
    /// Says its secret, then returns it as an error.
    LeakAndFail,
    /// Says its secret, then panics with it.
    LeakAndPanic,
    /// Streams named after its secret.
    LeakInStreams,
    /// Returns an error.
    Fail,
    /// Says that the source is down.
    Unavailable,
    /// Stops after a checkpoint.
    Pause,
    /// Panics.
    Panic,
    /// Aborts its process.
    Abort,
    /// Ends its process with the exit code `count`.
    Exit,
    /// Writes to address 0.
    Segfault,
    /// Calls itself without end.
    OverflowStack,
    /// Takes `count` MiB and keeps them.
    Allocate,
    /// Produces a record, sets a checkpoint, then sleeps without asking whether it should stop.
    Hang,
    /// The same, but it asks.
    Wait,
    /// Closes the channel to the runner, then produces.
    CloseChannel,
    /// Goes on producing from a thread after the verb has returned.
    ProduceAfterReturn,
}
