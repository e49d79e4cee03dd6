//! The commands about a project file: what makes one, and what checks one.

mod answers;
mod check;
mod init;
mod options;
mod room;
mod validate;

pub(crate) use init::{InitError, InitOptions, init};
pub(crate) use options::{ProjectOptions, search_of};
pub(crate) use validate::{ValidateOptions, validate};
