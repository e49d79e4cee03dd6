//! What the tests of a connector need: a runner in memory, a runner for real, a server, recorded traffic.
//!
//! One dev-dependency. This page is the manual: first all tests of a small connector, then a paragraph on each noun.
//!
//! # All tests of a small connector
//!
//! ```
//! use connector_interface::{Client, Context, Error, State, Stream, Timestamp, VerifyConfigurationResult};
//! use connector_testing::{Answer, FakeRunner, MockServer, Received, assert_resumes, exit_code};
//! use serde_json::{Value, json};
//!
//! /// Reads the branches of a server, page by page.
//! struct Branches {
//!     configuration: Configuration,
//!     context: Context,
//! }
//!
//! #[derive(serde::Deserialize)]
//! #[serde(rename_all = "camelCase", deny_unknown_fields)]
//! struct Configuration {
//!     base_url: String,
//! }
//!
//! impl Client for Branches {
//!     // …
//! #     type Configuration = Configuration;
//! #
//! #     fn new(configuration: Configuration, context: Context) -> Result<Self, Error> {
//! #         Ok(Self { configuration, context })
//! #     }
//! #
//! #     fn verify_configuration(&self) -> Result<VerifyConfigurationResult, Error> {
//! #         self.get(1)?;
//! #         Ok(VerifyConfigurationResult::valid())
//! #     }
//! #
//! #     fn discover_streams(&self) -> Result<(), Error> {
//! #         Ok(self.context.records.produce(&Stream::new("all", "https://branches.example", "all"))?)
//! #     }
//! #
//! #     fn sync_stream(&self, _stream: &Stream, cutoff: Timestamp) -> Result<(), Error> {
//! #         let state = self.context.state.get()?;
//! #         let last = state.and_then(|state| state.metadata["page"].as_u64()).unwrap_or_default();
//! #         for page in last + 1.. {
//! #             self.context.cancellation.check()?;
//! #             let names = self.get(page)?;
//! #             if names.is_empty() {
//! #                 break;
//! #             }
//! #             for name in names {
//! #                 self.context.records.produce(&json!({ "_type": "Branch", "name": name }))?;
//! #             }
//! #             self.context.state.set(&State::at(cutoff).with("page", page))?;
//! #         }
//! #         Ok(())
//! #     }
//! }
//! #
//! # impl Branches {
//! #     fn get(&self, page: u64) -> Result<Vec<String>, Error> {
//! #         let url = format!("{}/branches?page={page}", self.configuration.base_url);
//! #         let mut answer = ureq::get(&url).call().map_err(Error::source_unavailable)?;
//! #         Ok(serde_json::from_slice(&answer.body_mut().read_to_vec()?)?)
//! #     }
//! # }
//!
//! // The server that the tests talk to, and a configuration that leads there.
//! let server = MockServer::start(|request: &Received| match request.query_value("page").as_deref() {
//!     Some("1") => Answer::json(200, &json!(["main", "next"])),
//!     Some("2") => Answer::json(200, &json!(["old"])),
//!     _ => Answer::json(200, &json!([])),
//! });
//! let configuration = json!({ "baseUrl": server.base_url() });
//!
//! // The verbs, as the runner calls them.
//! let runner = FakeRunner::new();
//! assert!(runner.verify::<Branches>(&configuration)?.is_valid());
//! let streams = runner.discover::<Branches>(&configuration)?;
//!
//! // Exactly these records, and a state behind the first page.
//! let runner = FakeRunner::new();
//! runner.sync::<Branches>(&configuration, &streams[0], "2020-02-21T00:00:00Z")?;
//! let branch = |name: &str| json!({ "_type": "Branch", "name": name });
//! runner.assert_produced(&[branch("main"), branch("next"), branch("old")]);
//! runner.assert_state_after_records(2);
//!
//! // Wherever a sync is stopped, nothing is missed.
//! assert_resumes::<Branches>(&configuration, &streams[0], "2020-02-21T00:00:00Z");
//!
//! // A server that resets its connections ends the run as 'source unavailable'.
//! let broken = MockServer::start(|_: &Received| Answer::reset());
//! let error = runner.verify::<Branches>(json!({ "baseUrl": broken.base_url() })).unwrap_err();
//! assert_eq!(exit_code(&error), 27);
//! # Ok::<(), Error>(())
//! ```
//!
//! # The runner in memory
//!
//! [`FakeRunner`] does the verbs of a [`Client`](connector_interface::Client) in the test's own process, and holds it to
//! what the real runner holds it to: each record is checked against the schema of its type, with the same errors;
//! `verify` takes no record, `discover` only streams; a verb that is over takes nothing more. It can have a state, ask to
//! stop, and have little time left. Afterwards it has the [`records`](FakeRunner::records), the
//! [`states`](FakeRunner::states), the [`log`](FakeRunner::log), and all of it in its order as
//! [`events`](FakeRunner::events). What it leaves out: limits, the sandbox, the configuration's schema file (only the struct
//! is read), and panics, which the test sees by itself.
//!
//! # Claims
//!
//! [`assert_produced`](FakeRunner::assert_produced) and its neighbours panic with what differs: the first record that does,
//! the JSON pointer, what was expected and what was found. [`assert_nothing_secret`](FakeRunner::assert_nothing_secret)
//! looks for a token in all that a client did. [`exit_code`] and [`resume_after`] tell what an error means to the operator.
//!
//! # Resumption
//!
//! [`assert_resumes`] is the one test that every connector must have: a sync that is killed behind any of its states, and
//! gone on with, gives the same records as one that was not; and one that was asked to stop does not claim to be finished.
//!
//! # The server
//!
//! [`MockServer`] answers as the test says, bad answers too: resets, truncated bodies, delays, answers that never come.
//! [`MockServer::requests`] tells what was asked.
//!
//! # Cassettes
//!
//! A [`Cassette`] is traffic with the real server, recorded once by the test itself (`RECORD_CASSETTES=1 cargo test`) into a
//! JSON file without secrets, and replayed without network from then on. The client reaches it through its configured base
//! URL, so one cassette serves the runner in memory and the real one; the built connector needs the permission
//! `connect:<key>` of that key for it. With the feature `cli` there is a command that does the same, `connector-cassette`.
//!
//! # The real runner
//!
//! [`RealRunner`] builds the crate, runs its `.so` through `codeclimate-connector`, and gives back how that ended as a
//! [`Run`]: exit code, records, envelopes, log, outcome. Worth a few tests: that the file loads, that its permissions
//! suffice, that it keeps to its limits.
//!
//! # The configuration's schema
//!
//! [`assert_configuration_schema`] holds `configuration.schema.json` to the configuration struct, and writes it with
//! `UPDATE_CONFIGURATION_SCHEMA=1 cargo test`.
//!
//! # Threads
//!
//! All types here may be shared by threads. None of the assertions waits, and no test of theirs needs the network.

#![forbid(unsafe_code)]

mod assertions;
mod cassette;
mod comparison;
mod configuration_schema;
mod difference;
mod ending;
mod event;
mod fake_runner;
mod host;
mod memory;
mod mock_server;
mod real_runner;
mod refusal;
mod resumption;
mod secret;

pub use cassette::Cassette;
pub use configuration_schema::assert_configuration_schema;
pub use ending::{exit_code, resume_after};
pub use event::{Event, LogLine};
pub use fake_runner::FakeRunner;
pub use mock_server::{Answer, MockServer, Received};
pub use real_runner::{RealRunner, Run};
pub use resumption::assert_resumes;
