//! Measures what each stage on the way of a record costs.

#![forbid(unsafe_code)]

pub mod inputs;
pub mod sides;
