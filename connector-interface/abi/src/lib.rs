//! The frozen binary interface between a connector and the runner that loads it.
//!
//! A connector is a dynamic library that exports one [`v1::RootModule`]. The runner gives it the
//! configuration and a [`v1::Host`], gets a [`v1::Connector`] back, and calls it once per verb.
//! Authors never touch this crate: `connector-interface` is the face they write against.
//!
//! # What may change
//!
//! Nothing in a module that has been published. The surface is small so that it need not grow: new
//! abilities are new numbers in [`v1::verb`] and [`v1::host_call`], which an older side answers with a
//! failure of kind `unsupported`. Where a field must be added all the same, it goes into a new module
//! `v2` beside the old one, with the same type names; the runner keeps both and probes the newest first.
//! The [policy](https://github.com/codeclimate/codeclimate-connector/blob/main/connector-interface/abi/README.md)
//! says it in full: what may change and how, how versions are counted, how long old connectors load, and
//! what belongs to a new module. A test of this crate compares every layout, number and name with what
//! was published.
//!
//! The version of this crate is the version of the interface; it stands in every connector.
//!
//! # Ownership and threads
//!
//! Everything that crosses is an `abi_stable` type, or bytes with one owner; each value is freed by the
//! side that made it, through its own vtable, so the two sides may use different allocators and
//! different compilers. Borrowed slices are valid for the length of the call and no longer.
//! [`v1::Host`] may be called from any number of threads, also after the verb has returned: it lives as
//! long as the process, and then answers with a failure of kind `closed`.
//!
//! # Panics
//!
//! A panic must not reach this boundary: `abi_stable` would end the process with exit status 1. Both
//! sides catch before it.

// `sabi_trait` implements its traits inside an anonymous constant.
#![expect(non_local_definitions, reason = "abi_stable 0.11.3's `sabi_trait` expands to such impls")]

pub use abi_stable;

pub mod v1;

/// The version of the interface, `major.minor.patch`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
