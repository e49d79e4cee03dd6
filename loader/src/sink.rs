//! Where checked records go: standard output, a folder of files, or an SQLite database.
//!
//! A sink takes records in order (`append`), remembers where a checkpoint stands among them (`note`), makes what is before
//! it durable and says where that is (`commit`), and, opened again after whatever came between, goes back there. What it
//! has taken beyond its last checkpoint stays readable until then: the next run of the chain produces it once more.

mod destination;
mod envelope;
mod folder;
mod memory;
mod pruned;
mod sqlite;
mod stdout;

use std::{fmt, io};

use crate::state::{Lane, Mark, Position};

pub(crate) use destination::{Destination, SCHEMES};
pub(crate) use envelope::{Envelope, Line};
pub(crate) use folder::{FolderOptions, file_name, make_folders};
#[cfg(any(fuzzing, test))]
pub(crate) use memory::Lines;
pub(crate) use memory::Memory;
pub(crate) use pruned::{Pruned, Pruning};
pub(crate) use stdout::Stdout;

/// One record on its way out. Everything in it has been checked to be what it says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outgoing<'a> {
    /// The envelope: one line with its break.
    pub(crate) line: Line<'a>,
    /// The record as the connector produced it, a JSON object on one line.
    pub(crate) record: &'a str,
    /// The name of its type, which is one of the known ones.
    pub(crate) record_type: &'static str,
    /// Its `self`, where it has one.
    pub(crate) uri: Option<&'a str>,
    /// Its number within the run.
    pub(crate) sequence: u64,
    /// RFC 3339.
    pub(crate) extracted_at: &'a str,
}

/// Whose records a sink is opened for.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) connection: String,
    /// The id of the stream.
    pub(crate) stream: String,
    pub(crate) lane: Lane,
    /// The chain of runs that the run belongs to.
    pub(crate) chain: String,
    pub(crate) run: String,
    /// The slug of the connector.
    pub(crate) connector: String,
    pub(crate) version: String,
}

/// Where a chain of runs stands, as the state store has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Start {
    /// It begins: what is in the sink already is nobody's business.
    New,
    /// It has been worked on. Everything beyond the position goes.
    Resume {
        /// As the sink gave it.
        position: Position,
        /// Checkpoints of the chain that the store has.
        revision: u64,
    },
}

/// A sink that is ready to take records.
pub(crate) struct Opened {
    pub(crate) sink: Box<dyn Sink>,
    /// Where it stands now: for a new chain, what it will go back to if the chain comes to no checkpoint.
    pub(crate) position: Position,
    /// A checkpoint that the sink has made durable and the store does not know of: the runner died in between.
    pub(crate) ahead: Option<Mark>,
}

/// Takes the records of one run, in order. Failures are final: after one, nothing but dropping it makes sense.
pub(crate) trait Sink: Send {
    /// Takes one record.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn append(&mut self, record: &Outgoing<'_>) -> Result<(), SinkError>;

    /// Passes on what has been taken, without a promise that it lasts.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn flush(&mut self) -> Result<(), SinkError>;

    /// A checkpoint has come: what is committed next ends here, whatever is appended meanwhile.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn note(&mut self) -> Result<(), SinkError>;

    /// As [`Sink::note`], for a sink that wants the state itself.
    ///
    /// # Errors
    /// As [`Sink::note`].
    fn note_state(&mut self, _state: &str) -> Result<(), SinkError> {
        self.note()
    }

    /// Makes everything up to the last note durable, as far as this sink can, and says where that is.
    ///
    /// # Errors
    /// Where it cannot be written, or the system does not promise that it lasts.
    fn commit(&mut self, mark: &Mark) -> Result<Position, SinkError>;

    /// Makes everything taken so far durable, but stays at the last checkpoint: an unfinished run has ended.
    ///
    /// # Errors
    /// As [`Sink::commit`].
    fn settle(&mut self) -> Result<(), SinkError>;
}

/// What takes records of which nothing is to last: a sink without a place to go back to.
pub(crate) trait Transient: Send {
    /// As [`Sink::append`].
    fn take(&mut self, record: &Outgoing<'_>) -> Result<(), SinkError>;

    /// As [`Sink::note_state`].
    fn note_state(&mut self, _state: &str) -> Result<(), SinkError> {
        Ok(())
    }
}

impl<T: Transient> Sink for T {
    fn append(&mut self, record: &Outgoing<'_>) -> Result<(), SinkError> {
        self.take(record)
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    fn note(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    fn note_state(&mut self, state: &str) -> Result<(), SinkError> {
        Transient::note_state(self, state)
    }

    fn commit(&mut self, _mark: &Mark) -> Result<Position, SinkError> {
        Ok(Position::Null)
    }

    fn settle(&mut self) -> Result<(), SinkError> {
        Ok(())
    }
}

/// Why records could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub(crate) struct SinkError {
    what: String,
    #[source]
    pub(crate) source: io::Error,
}

impl SinkError {
    /// `what` says what was done to what: `cannot write /data/x.ndjson`.
    pub(crate) fn new(what: impl fmt::Display, source: impl Into<io::Error>) -> Self {
        Self { what: what.to_string(), source: source.into() }
    }

    /// For `map_err`.
    pub(crate) fn when<E: Into<io::Error>>(what: impl fmt::Display) -> impl FnOnce(E) -> Self {
        move |source| Self::new(what, source)
    }
}
