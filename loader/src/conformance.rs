//! What `check` asks of a connector: the tests, what was seen of its runs, the verdicts.
//!
//! Everything here is pure: runs are made elsewhere, and seen as an [`Observation`].

mod observation;
