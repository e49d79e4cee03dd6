//! Where the records go, as an operator names it.
use super::{Opened, Scope, SinkError, Start, Stdout};
use crate::state::Position;
use std::path::PathBuf;
#[derive(Debug, Clone)]
pub(crate) enum Destination {
    Stdout,
    Folder(PathBuf),
}
impl Destination {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "stdout" => Ok(Self::Stdout),
            other => Ok(Self::Folder(other.into())),
        }
    }
    pub(crate) fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout)
    }
    pub(crate) fn is_folder(&self) -> bool {
        matches!(self, Self::Folder(_))
    }
    pub(crate) fn with_files(self, _rotate: Option<u64>, _compress: bool) -> Self {
        self
    }
    pub(crate) fn identity(&self) -> String {
        "stdout".into()
    }
    pub(crate) fn open(&self, _: &Scope, _: &Start) -> Result<Opened, SinkError> {
        let sink = Stdout::open().map_err(SinkError::when("cannot write to standard output"))?;
        Ok(Opened { sink: Box::new(sink), position: Position::Null, ahead: None })
    }
}
