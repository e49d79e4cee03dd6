//! From the supervisor to the sink, and at each checkpoint to the state: first the records, then what is gone on from.

use std::sync::mpsc::SyncSender;

use serde_json::Value;

use crate::{
    dead_letters::{Letter, LetterError, LetterFile},
    sink::{Opened, Outgoing, Scope, Sink, SinkError, Start},
    state::{Lease, Mark, Plan, Position, Refusal, Request, StateError},
};

/// Why records, or how far they go, could not be kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeliveryError {
    #[error(transparent)]
    Sink(#[from] SinkError),
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Letter(#[from] LetterError),
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Where the records of one run go, and what is kept of it.
pub(crate) struct Delivery {
    sink: Box<dyn Sink>,
    /// None where no state is kept.
    lease: Option<Lease>,
    /// Where refused records are kept aside.
    letters: Option<LetterFile>,
    /// Who is told of refused records in the place of a file.
    told: Option<SyncSender<Letter>>,
}

/// A stream that is held, and a sink that stands where its chain does; nothing has begun.
pub(crate) struct Opening {
    lease: Lease,
    sink: Box<dyn Sink>,
    position: Position,
}

impl Opening {
    /// Opens the sink where the state says. What it has made durable beyond that is taken over first: the runner died in
    /// between.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub(crate) fn new(
        mut lease: Lease,
        request: &Request<'_>,
        scope: &Scope,
        open: &dyn Fn(&Scope, &Start) -> Result<Opened, SinkError>,
    ) -> Result<Self, DeliveryError> {
        loop {
            let plan = lease.plan(request)?;
            let scope = Scope { chain: plan.chain.id.clone(), ..scope.clone() };
            let Opened { sink, position, ahead } = open(&scope, &start(&plan))?;
            let Some(mark) = ahead else { return Ok(Self { lease, sink, position }) };
            lease.catch_up(&mark, position, request.now)?;
        }
    }

    /// The stream that is held.
    pub(crate) fn lease(&self) -> &Lease {
        &self.lease
    }

    /// As [`Lease::adapt`].
    pub(crate) fn adapt(&mut self, request: &Request<'_>, state: Option<Value>) -> Result<(), DeliveryError> {
        Ok(self.lease.adapt(request, state)?)
    }

    /// The run begins: goes on with the chain that is unfinished, or begins one.
    ///
    /// # Errors
    /// [`DeliveryError`].
    pub(crate) fn begin(mut self, request: &Request<'_>) -> Result<(Delivery, Plan), DeliveryError> {
        let plan = self.lease.plan(request)?;
        self.lease.begin(&plan, self.position)?;
        Ok((Delivery { sink: self.sink, lease: Some(self.lease), letters: None, told: None }, plan))
    }
}

fn start(plan: &Plan) -> Start {
    if !plan.is_resumed {
        return Start::New;
    }
    Start::Resume { position: plan.chain.position.clone(), revision: plan.chain.revision }
}

impl Delivery {
    /// Of a run that no other goes on from.
    pub(crate) fn without_state(sink: Box<dyn Sink>) -> Self {
        Self { sink, lease: None, letters: None, told: None }
    }

    /// The same with a file for refused records.
    pub(crate) fn with_letters(self, letters: Option<LetterFile>) -> Self {
        Self { letters, ..self }
    }

    /// The same with somebody who is told of refused records, as far as there is room.
    pub(crate) fn telling(self, letters: SyncSender<Letter>) -> Self {
        Self { told: Some(letters), ..self }
    }

    /// Where refused records are kept aside.
    pub(crate) fn letters(&self) -> Option<&LetterFile> {
        self.letters.as_ref()
    }

    /// Keeps a refused record aside. False where there is no place for it.
    pub(crate) fn keep_aside(&mut self, letter: Letter) -> Result<bool, DeliveryError> {
        if let Some(told) = &self.told {
            // The first of them are enough, and nobody may be waited for.
            let _ = told.try_send(letter);
            return Ok(true);
        }
        match self.letters.as_mut().filter(|letters| letters.has_room()) {
            Some(letters) => letters.append(&letter).map(|()| true).map_err(DeliveryError::from),
            None => Ok(false),
        }
    }

    fn sync_letters(&mut self) -> Result<(), DeliveryError> {
        self.letters.as_mut().map_or(Ok(()), |letters| Ok(letters.sync()?))
    }

    /// Takes one record.
    pub(crate) fn append(&mut self, record: &Outgoing<'_>) -> Result<(), DeliveryError> {
        Ok(self.sink.append(record)?)
    }

    /// Passes on what has been taken.
    pub(crate) fn flush(&mut self) -> Result<(), DeliveryError> {
        Ok(self.sink.flush()?)
    }

    /// A checkpoint has come: what is committed next ends here.
    pub(crate) fn note(&mut self, state: &str) -> Result<(), DeliveryError> {
        Ok(self.sink.note_state(state)?)
    }

    /// Makes everything up to the last note durable, then the state that follows it; `records` are those of the run
    /// before the note.
    pub(crate) fn commit(&mut self, state: &str, records: u64) -> Result<(), DeliveryError> {
        self.sync_letters()?;
        let Some(lease) = &mut self.lease else { return Ok(self.sink.settle()?) };
        let mark = lease.mark(state, records);
        let position = self.sink.commit(&mark)?;
        Ok(lease.checkpoint(&mark, position, jiff::Timestamp::now())?)
    }

    /// Makes everything taken so far durable, without a checkpoint.
    pub(crate) fn settle(&mut self) -> Result<(), DeliveryError> {
        self.sync_letters()?;
        Ok(self.sink.settle()?)
    }

    /// The run is done, and with it its chain; `records` are those of the run. Gives back the stream that was held, where
    /// a state is kept.
    pub(crate) fn finish(mut self, records: u64) -> Result<Option<Lease>, DeliveryError> {
        let Some(mut lease) = self.lease.take() else { return Ok(None) };
        let mark = Mark { is_last: true, ..lease.mark("null", records) };
        self.sink.note()?;
        self.sink.commit(&mark)?;
        lease.finish(&mark, jiff::Timestamp::now())?;
        Ok(Some(lease))
    }

    /// What is held of the stream, where a state is kept.
    pub(crate) fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }
}
