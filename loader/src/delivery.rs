//! From the supervisor to the sink, and at each checkpoint to the state: first the records, then what is gone on from.

use crate::{
    dead_letters::{Letter, LetterError, LetterFile},
    sink::{Opened, Outgoing, Scope, Sink, SinkError, Start},
    state::{Finished, Lease, Mark, Plan, Refusal, Request, StateError},
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
}

impl Delivery {
    /// Of a run that no other goes on from.
    pub(crate) fn without_state(sink: Box<dyn Sink>) -> Self {
        Self { sink, lease: None, letters: None }
    }

    /// Of a run that holds its stream: goes on with the chain that is unfinished, or begins one. The sink is opened
    /// where the state says, and what it has made durable beyond that is taken over first.
    ///
    /// # Errors
    /// [`DeliveryError`]; nothing has been written then that anybody would read.
    pub(crate) fn begin(
        mut lease: Lease,
        request: &Request<'_>,
        scope: &Scope,
        open: &dyn Fn(&Scope, &Start) -> Result<Opened, SinkError>,
    ) -> Result<(Self, Plan), DeliveryError> {
        loop {
            let plan = lease.plan(request)?;
            let scope = Scope { chain: plan.chain.id.clone(), ..scope.clone() };
            let start = match plan.is_resumed {
                true => {
                    Start::Resume { position: plan.chain.position.clone(), revision: plan.chain.revision }
                }
                false => Start::New,
            };
            let Opened { sink, position, ahead } = open(&scope, &start)?;
            let Some(mark) = ahead else {
                lease.begin(&plan, position)?;
                return Ok((Self { sink, lease: Some(lease), letters: None }, plan));
            };
            lease.catch_up(&mark, position, request.now)?;
        }
    }

    /// The same with a file for refused records.
    pub(crate) fn with_letters(self, letters: Option<LetterFile>) -> Self {
        Self { letters, ..self }
    }

    /// Where refused records are kept aside.
    pub(crate) fn letters(&self) -> Option<&LetterFile> {
        self.letters.as_ref()
    }

    /// Keeps a refused record aside. False where there is no place for it.
    pub(crate) fn keep_aside(&mut self, letter: &Letter) -> Result<bool, DeliveryError> {
        match self.letters.as_mut().filter(|letters| letters.has_room()) {
            Some(letters) => letters.append(letter).map(|()| true).map_err(DeliveryError::from),
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
    pub(crate) fn note(&mut self) -> Result<(), DeliveryError> {
        Ok(self.sink.note()?)
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

    /// The run is done, and with it its chain; `records` are those of the run. Gives what the chain leaves, where a
    /// state is kept.
    pub(crate) fn finish(mut self, records: u64) -> Result<Option<Finished>, DeliveryError> {
        let Some(lease) = &mut self.lease else { return Ok(None) };
        let mark = Mark { is_last: true, ..lease.mark("null", records) };
        self.sink.note()?;
        self.sink.commit(&mark)?;
        Ok(Some(lease.finish(&mark, jiff::Timestamp::now())?.clone()))
    }

    /// As [`Delivery::finish`]; gives back the stream that was held.
    pub(crate) fn finish_held(mut self, records: u64) -> Result<Option<Lease>, DeliveryError> {
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
