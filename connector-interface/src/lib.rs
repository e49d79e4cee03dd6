//! What authors of connectors write against.
//!
//! A *connector* reads one kind of integration (an incident tracker, a build server, git) and produces
//! records. It is an ordinary Rust crate that builds to one `.so` file; operators load that file into the
//! runner, `codeclimate-connector`, which checks every record, keeps the state, and holds the connector to
//! its limits. This page is the manual. First one whole connector, then a paragraph on each noun.
//!
//! # One whole connector
//!
//! `Cargo.toml`:
//!
//! ```toml
//! [package]
//! name = "codeclimate-connector-weather"   # always codeclimate-connector-<slug>
//! version = "0.1.0"
//! edition = "2024"
//!
//! [lib]
//! crate-type = ["cdylib", "rlib"]          # the .so, and what your own tests link
//!
//! [dependencies]
//! connector-interface = "0.1"
//! schemars = "1"
//! serde = { version = "1", features = ["derive"] }
//!
//! [dev-dependencies]
//! connector-testing = "0.1"
//! serde_json = "1"
//! ```
//!
//! `src/lib.rs`:
//!
//! ```
//! #![forbid(unsafe_code)]
//!
//! use connector_interface::{
//!     Client, Context, Error, State, Stream, Timestamp, Uri, VerifyConfigurationResult,
//!     records::{Environment, NewEnvironment},
//! };
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//!
//! /// The weather of some stations, as environments that need a name each.
//! #[derive(Debug, Deserialize, JsonSchema)]
//! #[serde(rename_all = "camelCase", deny_unknown_fields)]
//! pub struct Configuration {
//!     /// Names of the stations.
//!     pub stations: Vec<String>,
//!     /// Token of the weather service.
//!     #[schemars(extend("secret" = true))]
//!     pub api_token: String,
//! }
//!
//! pub struct Weather {
//!     configuration: Configuration,
//!     context: Context,
//! }
//!
//! impl Client for Weather {
//!     type Configuration = Configuration;
//!
//!     fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
//!         Ok(Self { configuration, context })
//!     }
//!
//!     fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
//!         if self.configuration.stations.is_empty() {
//!             return Ok(VerifyConfigurationResult::invalid(["stations: name at least one"]));
//!         }
//!         Ok(VerifyConfigurationResult::valid())
//!     }
//!
//!     fn discover_streams(&self) -> Result<(), Error> {
//!         for station in &self.configuration.stations {
//!             let uri = format!("https://weather.example/{station}");
//!             self.context.records.produce(&Stream::new(station, &uri, station))?;
//!         }
//!         Ok(())
//!     }
//!
//!     fn sync_stream(&self, stream: &Stream, earliest_data_cutoff: Timestamp) -> Result<(), Error> {
//!         let last_day = self.context.state.get()?.map(|state| state.checkpoint_time);
//!         for day in ["2020-02-21T00:00:00Z", "2020-02-20T00:00:00Z"] {
//!             let day: Timestamp = day.parse()?;
//!             if last_day.is_some_and(|last_day| day >= last_day) {
//!                 continue; // an earlier run has produced it
//!             }
//!             if day < earliest_data_cutoff {
//!                 break;
//!             }
//!             self.context.cancellation.check()?;
//!             let weather = Environment::new(NewEnvironment {
//!                 id: format!("{}@{day}", stream.id()),
//!                 uri: Uri::encoded(&format!("{}/{day}", stream.uri()))?,
//!                 name: stream.name().to_owned(),
//!             });
//!             self.context.records.produce(&weather.created_at(day))?;
//!             self.context.state.set(&State::at(day))?;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! # #[cfg(any())] // the documentation's own crate has not the name of a connector
//! connector_interface::export_connector!(Weather);
//!
//! # /*
//! #[cfg(test)]
//! mod tests {
//!     use super::*;
//!     use connector_testing::{FakeRunner, assert_configuration_schema};
//!     use serde_json::json;
//!
//!     #[test]
//!     fn every_station_is_a_stream() {
//!         let runner = FakeRunner::new();
//!         let configuration = json!({ "stations": ["Brocken"], "apiToken": "t" });
//!         let streams = runner.discover::<Weather>(configuration).unwrap();
//!         assert_eq!(streams[0].name(), "Brocken");
//!     }
//!
//!     #[test]
//!     fn the_schema_file_says_what_the_struct_says() {
//!         assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
//!     }
//! }
//! # */
//! # let runner = connector_testing::FakeRunner::new();
//! # let configuration = serde_json::json!({ "stations": ["Brocken"], "apiToken": "t" });
//! # let streams = runner.discover::<Weather>(&configuration).unwrap();
//! # runner.sync::<Weather>(&configuration, &streams[0], "2020-02-21T00:00:00Z").unwrap();
//! # assert_eq!((runner.records().len(), runner.states().len()), (2, 1));
//! # connector_testing::assert_resumes::<Weather>(&configuration, &streams[0], "2020-02-20T00:00:00Z");
//! ```
//!
//! The export line embeds `configuration.schema.json`, which stands beside `Cargo.toml`; the last test compares it with
//! the struct, and writes it where that is asked for:
//!
//! ```text
//! echo '{}' > configuration.schema.json
//! UPDATE_CONFIGURATION_SCHEMA=1 cargo test
//! cargo build --release
//! codeclimate-connector discover-streams target/release/libcodeclimate_connector_weather.so configuration.json
//! ```
//!
//! # Client
//!
//! [`Client`] is the trait to implement: `new`, three verbs, and three optional methods more. One value does
//! one verb, in a process of its own, and returns when all its work is done. It may block, spawn threads, run
//! programs, own an asynchronous runtime ([`block_on`]), print to stdout: all of it is inside the limits of
//! memory and time, and none of it can disturb the runner. Keep `panic = "unwind"`, Cargo's default: a
//! panic then ends the verb with its message and place.
//!
//! # Export
//!
//! [`export_connector!`] is the one line that turns the crate into a connector. It also writes an ELF note, which
//! operators read without running the file (`codeclimate-connector inspect`): name, version, description, home page
//! and licence as they stand in `Cargo.toml`, the configuration schema, and the compiler and target that built it.
//! Name the types of record that you produce too: the operator sees them before the first run.
//!
//! ```ignore
//! connector_interface::export_connector!(
//!     Weather,
//!     permissions: ["network"],
//!     record_types: ["Environment"],
//! );
//! ```
//!
//! # Permissions
//!
//! What the connector needs of the world outside of its process and its temporary folder (`TMPDIR`), one
//! line each. Operators read it before they run the file, and the runner holds the connector to it. Ask for
//! nothing that you do not need; without the list, the connector reaches nothing but the system's libraries,
//! certificates and resolver files, to read, and its temporary folder, which is also its `HOME`.
//!
//! | permission | what it asks for |
//! | --- | --- |
//! | `"network"` | HTTPS and names: TCP to the ports 443 and 53 |
//! | `"connect:<key>"` | TCP to the port of the URL, or of `host:port`, that the operator wrote under this key |
//! | `"exec"` | to run programs of the system, such as `git` |
//! | `"read:<key>"` | to read the file or folder, or each of a list of them, that the operator wrote under this key |
//! | `"write:<key>"` | the same, to read and to write |
//!
//! A key is one of the top level of your configuration, as `configuration.schema.json` spells it. A client for
//! a fixed cloud service asks for `network`; one for a server of the operator's own, whose URL is
//! configured, for `connect:baseUrl`; one that reads files, for `read:path`. A wrong word, or a key that
//! the schema does not have, fails the build with what to write instead.
//!
//! What was not granted fails with the system's own error: 'permission denied', 'read-only file system' or
//! 'operation not permitted'. Let it reach the operator with the path or the port (`?` does), and the runner
//! can say which option would allow it. While you write the connector, `--sandbox trace` names everything
//! that is denied. Programs that you execute are held to the same, and cannot read `/proc/self`.
//!
//! # Configuration
//!
//! The operator's JSON object. Name your own struct as [`Client::Configuration`]; its schema file lets the runner name
//! every bad key at once before your code starts. Mark secrets with `#[schemars(extend("secret" = true))]`: their
//! values are then masked wherever text of the connector reaches a person. Whatever is wrong with a key is told in your
//! own words, once, where it has `#[schemars(extend("errorMessage" = "apiToken must be present"))]`. The raw map is
//! [`Context::configuration`].
//!
//! # Records
//!
//! A record is a JSON object whose `_type` names one of the 45 record types; `codeclimate-connector schema`
//! lists them. [`records`] has a Rust type for each, such as [`Incident`](records::Incident), with which the compiler
//! tells most mistakes: what is required, how it is called, which words and numbers may stand there. What the schema
//! does not know goes along as an extra property; it is kept as it is, and `codeclimate-connector validate --strict`
//! lists it.
//!
//! [`RecordProducer`] takes these and anything else that is `Serialize`, or JSON as bytes, from any thread,
//! and gives its verdict at once: [`ProduceError::Invalid`] holds every error with its JSON pointer. Pass it
//! on with `?` and the run ends as 'invalid records'; or log it, count it and go on, as [`LenientProducer`] does. With
//! it, [`Item`] reads the elements of an answer one by one, so that a bad one spoils no other.
//!
//! **Data that none of the types fits.** A `_type` of your own is refused, for nobody could read it. Instead:
//!
//! 1. Take the type that says what the thing *is* to those who read the records, whatever the source calls it: a merge
//!    request is a [`PullRequest`](records::PullRequest), a page is an
//!    [`IncidentNotification`](records::IncidentNotification). What is particular to the source becomes extra properties.
//! 2. Where a status has no word of its own, take the nearest, and keep the source's word as an extra property. Where no
//!    word is near, do not guess: leave the record out, with a warning that names the record and the word.
//! 3. Numbers that are read again and again are a [`Metric`](records::Metric), which says what it is about by that
//!    record's `self`, with a [`MetricMeasure`](records::MetricMeasure) for each reading. Readings are integers: choose
//!    a unit small enough, such as `ms`.
//! 4. Link records by their `self`, whoever produces the other one.
//! 5. Leave out the rest, and say so in the connector's README. A record of the wrong type misleads; one that is not
//!    there does not.
//!
//! # Streams
//!
//! What can be synced: repositories, projects, accounts. `discover_streams` produces them as `Stream`
//! records, and `sync_stream` gets one back as a [`Stream`]. Where the integration has only one, produce
//! one with fixed members. Never produce none.
//!
//! # State
//!
//! A sync may take a chain of runs: one is paused, killed or fails, and the next goes on, until `sync_stream` returns
//! `Ok`. The runner keeps the last [`State`] of each stream, from which the next run of the chain goes on.
//!
//! [`get`](StateManager::get) it at the start. There is one only while the chain is not finished: a finished sync
//! leaves none, and the next starts at the newest data; its cutoff is when the last chain began, less an overlap.
//! Where a state does not hold any more, as what it names is gone, warn and start anew.
//!
//! [`set`](StateManager::set) one after each page, once all threads have produced it. It becomes durable only when
//! every record before it is, and never waits for that. Later in order wins: [`State::checkpoint_time`] is never
//! compared, so walk backwards in time, for a run that is stopped has then left out the oldest. A stream that fails
//! keeps its last state. What came behind it is produced again: records may repeat, none may be missed.
//!
//! Data that reaches the source late, with a time before the cutoff, is read within the overlap only, which the
//! operator chooses. Where a source is later than that, ask it by the time of the last change, or tell the operator.
//!
//! **No secrets in a state**: it lies on the disk in plain text, and `codeclimate-connector state show` prints it.
//!
//! Raise [`Client::STATE_FORMAT`] when the version before cannot read your states, or you not its. Before a run on
//! another format, or after a change of the configuration (beside its secrets), [`Client::migrate_state`] may accept
//! what was kept, replace it, or refuse, which is the default. After a refusal the operator must give it up with
//! `codeclimate-connector state reset`, and what had been read is read and produced again.
//!
//! # Backfill
//!
//! An operator can have a range of the past read once more, as after an outage: [`Client::backfill_stream`], called
//! instead of `sync_stream`. It produces what a sync would, both ends included, and is resumed like one, with states
//! kept apart. Without an implementation everything since the earlier end is read: more is allowed, less is not.
//!
//! # Time
//!
//! [`Timestamp`] reads and writes RFC 3339, in UTC; [`DateTime`] keeps a time as its source wrote it. Produce the data
//! that is as new as the cutoff or newer.
//!
//! # Cancellation
//!
//! [`Cancellation`] tells when to stop: the operator pressed Ctrl-C, or the time is up. Check it between
//! pages; `check()?` is enough. [`Cancellation::sleep`] waits without missing it.
//!
//! # Logging
//!
//! [`Logger`] lines reach the operator with their tags. So do the macros of `log` and `tracing`, in dependencies too.
//!
//! # Errors
//!
//! [`Error`] ends a verb. `?` makes one of any error; its constructors say more: that the configuration is
//! at fault, that the source is down, that it is worth going on later.
//!
//! # Testing
//!
//! The crate `connector-testing` is all that your tests need: a runner in memory that checks every record, assertions that
//! name the first difference, the proof that a sync can be gone on with after each of its states, a server that
//! misbehaves, recorded traffic, and the real runner with your built `.so`.
//!
//! # Threads and ownership
//!
//! All in [`Context`] is `Clone`, `Send` and `Sync`. A thread that still produces after its verb gets
//! [`ProduceError::Closed`]; it ends with the process.
//!
//! [`in_order`] works on several items at once and gives their results back in order, as for the details of each entity
//! of a page. Set a state after it has returned: what it was given has then been produced.

#[doc(hidden)]
pub mod __export;
#[doc(hidden)]
pub mod __testing;
mod block_on;
mod cancellation;
mod client;
mod configuration;
mod connector;
mod date;
mod date_time;
mod error;
mod export;
mod failure;
mod field_error;
mod host;
mod in_order;
mod item;
mod lenient_producer;
mod log_forwarding;
mod logger;
mod migration;
mod note;
mod panic_hook;
mod property;
mod record_producer;
pub mod records;
mod state;
mod stream;
mod timestamp;
mod uri;

pub use block_on::block_on;
pub use cancellation::Cancellation;
pub use client::{Client, Context, VerifyConfigurationResult};
pub use configuration::ConfigurationMap;
pub use date::{Date, DateError};
pub use date_time::DateTime;
pub use error::Error;
pub use field_error::FieldError;
pub use in_order::in_order;
pub use item::{Item, UnreadableItem};
pub use lenient_producer::LenientProducer;
pub use logger::{Level, Logger};
pub use migration::{KeptState, Migration};
pub use record_producer::{ProduceError, RecordProducer};
pub use state::{State, StateManager};
pub use stream::Stream;
pub use timestamp::{Timestamp, TimestampError};
pub use uri::{Uri, UriError};
