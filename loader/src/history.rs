//! What is remembered of runs.

mod record;

pub(crate) use record::*;
