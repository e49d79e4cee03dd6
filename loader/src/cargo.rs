//! An author's crate: found as cargo sees it, and built with cargo.

mod build;
mod connector_crate;

pub(crate) use build::{BuildError, Building, Profile, Wanted};
pub(crate) use connector_crate::{ConnectorCrate, CrateError};
