//! One Rust type for each of the 45 record types, which cannot hold what the schema refuses.
//!
//! `NewIncident` has the properties that every `Incident` must have, by name, so that the compiler tells which one is
//! missing. [`Incident::new`] takes it; methods set the rest. They take a value, or an [`Option`] as many APIs give
//! one, of which `None` leaves the property out.
//!
//! ```
//! # use connector_interface::{DateTime, Uri};
//! # use connector_testing::FakeRunner;
//! use connector_interface::records::{Incident, IncidentStatus, NewIncident};
//!
//! # #[derive(serde::Deserialize)]
//! # struct Answer { id: String, self_uri: Uri, title: String, created_at: DateTime, number: Option<i64>, urgency: String }
//! # let context = FakeRunner::new().context();
//! # let incident: Answer = serde_json::from_str(r#"{
//! #     "id": "Q1", "self_uri": "https://api.pagerduty.com/incidents/Q1", "title": "Disk full",
//! #     "created_at": "2020-02-20T12:00:00Z", "number": 7, "urgency": "high"
//! # }"#)?;
//! let record = Incident::new(NewIncident {
//!     id: incident.id,
//!     uri: incident.self_uri,
//!     title: incident.title,
//!     status: IncidentStatus::Resolved,
//!     created_at: incident.created_at,
//! })
//! .number(incident.number)
//! .with("urgency", incident.urgency)?; // a property that the schema does not know
//! context.records.produce(&record)?;
//! # Ok::<(), connector_interface::Error>(())
//! ```
//!
//! # Names
//!
//! `createdAt` is `created_at`, and `self` is `uri`, as in [`Stream::uri`](crate::Stream::uri); a name that is a keyword
//! of Rust gets a `_` behind it, such as `type_`. Where a property is one of a few words, or an object, its type is
//! named for the record and the property: [`IncidentStatus`], [`RepositoryOwner`]. All fields can be read, and set,
//! directly; what a type does not let you set would be refused by the runner.
//!
//! # Types of properties
//!
//! | in the schema | in Rust |
//! | --- | --- |
//! | an address | [`Uri`](crate::Uri) |
//! | a time | [`DateTime`](crate::DateTime), as its source wrote it; a [`Timestamp`](crate::Timestamp) becomes one with `into()` |
//! | a day or a time | [`DateOrTime`] |
//! | an integer; one that is not negative | [`i64`]; [`u64`] |
//! | a number from 0 to 100 | [`Percentage`] |
//! | one of a few words | an enum; its `FromStr` takes the word of an API, or says which words would do |
//! | a record, or the address of one | [`RecordOrUri`]; setters take either, as [`OptionalLink`] |
//! | a value or null | [`Nullable`]: to leave it out, do not call its setter; `None` is null |
//! | any other optional value | an [`Option`]; setters take either, as [`OptionalValue`] |
//! | an element of a list that may be null | [`Option`] |
//!
//! # Reading
//!
//! All types read themselves from JSON too, which tests of connectors use to compare records. Properties that the
//! schema does not know are kept. Some values that the schema accepts do not fit: integers beyond 64 bits, and the
//! times outside of a [`Timestamp`](crate::Timestamp).
//!
//! # Streams
//!
//! `discover_streams` may produce a [`StreamRecord`], or a [`Stream`](crate::Stream), which is shorter to write and is
//! checked when it is produced. `sync_stream` gets a [`Stream`](crate::Stream), whichever was produced.

mod actor;
mod application;
mod board;
mod branch;
mod calendar;
mod calendar_event;
mod code_issue;
mod commit;
mod commit_check;
mod component;
mod coverage_totals;
mod delivery_build;
mod delivery_job;
mod delivery_workflow;
mod dependency_issue;
mod deployment;
mod environment;
mod feature_flag;
mod file_coverage;
mod group;
mod incident;
mod incident_notification;
mod issue;
mod issue_changelog;
mod issue_comment;
mod issue_priority;
mod metric;
mod metric_measure;
mod on_call;
mod package;
mod package_dependency;
mod project;
mod pull_request;
mod pull_request_comment;
mod pull_request_event;
mod push;
mod release;
mod release_stage;
mod repository;
mod review;
mod review_request;
mod sprint;
mod stream;
mod test_result;
mod test_result_totals;

pub use crate::property::{
    DateOrTime, ExtraPropertyError, Nullable, OptionalLink, OptionalValue, Percentage, PercentageError,
    Record, RecordOrUri, UnknownValueError,
};

pub use actor::*;
pub use application::*;
pub use board::*;
pub use branch::*;
pub use calendar::*;
pub use calendar_event::*;
pub use code_issue::*;
pub use commit::*;
pub use commit_check::*;
pub use component::*;
pub use coverage_totals::*;
pub use delivery_build::*;
pub use delivery_job::*;
pub use delivery_workflow::*;
pub use dependency_issue::*;
pub use deployment::*;
pub use environment::*;
pub use feature_flag::*;
pub use file_coverage::*;
pub use group::*;
pub use incident::*;
pub use incident_notification::*;
pub use issue::*;
pub use issue_changelog::*;
pub use issue_comment::*;
pub use issue_priority::*;
pub use metric::*;
pub use metric_measure::*;
pub use on_call::*;
pub use package::*;
pub use package_dependency::*;
pub use project::*;
pub use pull_request::*;
pub use pull_request_comment::*;
pub use pull_request_event::*;
pub use push::*;
pub use release::*;
pub use release_stage::*;
pub use repository::*;
pub use review::*;
pub use review_request::*;
pub use sprint::*;
pub use stream::*;
pub use test_result::*;
pub use test_result_totals::*;
