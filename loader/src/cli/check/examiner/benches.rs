//! The configurations with which a connector is examined.

use crate::{frame::Level, mask::Masker};

use super::super::bench::Bench;

/// The configurations that there are.
pub(crate) struct Benches {
    /// Of the given configuration.
    pub(crate) given: Option<Bench>,
    /// Of an example of the schema, where none is given.
    pub(crate) example: Option<Bench>,
    pub(crate) grown: Option<Bench>,
}

impl Benches {
    /// What the operator is told before anything runs.
    pub(crate) fn notices(&self) -> Vec<(Level, String)> {
        self.given.iter().chain(&self.grown).flat_map(|bench| bench.prepared.notices()).collect()
    }

    pub(super) fn maskers(&self) -> impl Iterator<Item = &Masker> {
        self.given.iter().chain(&self.example).chain(&self.grown).map(|bench| &bench.prepared.masker)
    }

    pub(super) fn masked(&self, text: &str) -> String {
        self.maskers().fold(text.to_owned(), |text, masker| masker.mask(&text).into_owned())
    }

    pub(super) fn any(&self) -> Option<&Bench> {
        self.given.as_ref().or(self.example.as_ref())
    }
}
