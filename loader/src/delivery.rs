//! From the supervisor to the sink, and at each checkpoint to the state: first the records, then what is gone on from.

use crate::{
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
    Refused(#[from] Refusal),
}

/// Where the records of one run go, and what is kept of it.
pub(crate) struct Delivery {
    sink: Box<dyn Sink>,
    /// None where no state is kept.
    lease: Option<Lease>,
}

impl Delivery {
    /// Of a run that no other goes on from.
    pub(crate) fn without_state(sink: Box<dyn Sink>) -> Self {
        Self { sink, lease: None }
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
                return Ok((Self { sink, lease: Some(lease) }, plan));
            };
            lease.catch_up(&mark, position, request.now)?;
        }
    }

    /// Takes one record.
    pub(crate) fn append(&mut self, record: &Outgoing<'_>) -> Result<(), DeliveryError> {
        Ok(self.sink.append(record)?)
    }

    /// Passes on what has been taken.
    pub(crate) fn flush(&mut self) -> Result<(), DeliveryError> {
        Ok(self.sink.flush()?)
    }

    /// Makes everything taken so far durable, then the state that follows it; `records` are those of the run.
    pub(crate) fn commit(&mut self, state: &str, records: u64) -> Result<(), DeliveryError> {
        let Some(lease) = &mut self.lease else { return Ok(self.sink.settle()?) };
        let mark = lease.mark(state, records);
        let position = self.sink.commit(&mark)?;
        Ok(lease.checkpoint(&mark, position, jiff::Timestamp::now())?)
    }

    /// Makes everything taken so far durable, without a checkpoint.
    pub(crate) fn settle(&mut self) -> Result<(), DeliveryError> {
        Ok(self.sink.settle()?)
    }

    /// The run is done, and with it its chain; `records` are those of the run. Gives what the chain leaves, where a
    /// state is kept.
    pub(crate) fn finish(mut self, records: u64) -> Result<Option<Finished>, DeliveryError> {
        let Some(mut lease) = self.lease.take() else { return Ok(None) };
        let mark = Mark { is_last: true, ..lease.mark("null", records) };
        self.sink.commit(&mark)?;
        Ok(Some(lease.finish(&mark, jiff::Timestamp::now())?.clone()))
    }

    /// What is held of the stream, where a state is kept.
    pub(crate) fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }
}
