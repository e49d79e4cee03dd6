//! What all clones of a client share, with how it makes a request.

use std::time::SystemTime;

use ureq::http::HeaderMap;

use crate::{
    address::Address,
    attempts::until_answered,
    call::{Call, Failure, Name},
    concurrency::{Permit, Permits},
    credentials::Credentials,
    error::Error,
    hold::Hold,
    rate_limit,
    wire::{Answered, Wire},
};

pub(crate) struct Client {
    pub(crate) base: Address,
    pub(crate) headers: HeaderMap,
    pub(crate) credentials: Credentials,
    pub(crate) permits: Permits,
    pub(crate) hold: Hold,
    pub(crate) wire: Wire,
}

impl Client {
    /// Makes the request, as often as it takes, and reads its answer. That is read anew where it fails half way.
    pub(crate) fn perform<R>(
        &self,
        call: &Call,
        mut read: impl FnMut(Answered) -> Result<R, Failure>,
    ) -> Result<R, Error> {
        until_answered(&self.wire, call.repeat, || self.attempt(call, &mut read))
    }

    fn attempt<R>(
        &self,
        call: &Call,
        read: &mut impl FnMut(Answered) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let wire = &self.wire;
        let name = Name::new(call, &call.address, &wire.secrets).short();
        self.hold.wait(&wire.waits, &name)?;
        let proof = self.credentials.proof(wire)?;
        let permit = self.permit(&name)?;
        let answered = self.credentials.follow(wire, call, proof)?;
        self.learn(&answered, &permit);
        let answered = wire.success(call, answered)?;
        if call.at_most.is_none() {
            // A stream is read as slowly as its elements are used, which may need requests of their own.
            drop(permit);
        }
        read(answered)
    }

    /// A permit while nothing is held back: who waited for one may have been told to wait meanwhile.
    fn permit(&self, name: &str) -> Result<Permit<'_>, Error> {
        loop {
            let permit = self.permits.acquire(&self.wire.waits)?;
            if !self.hold.is_on() {
                return Ok(permit);
            }
            drop(permit);
            self.hold.wait(&self.wire.waits, name)?;
        }
    }

    /// Keeps in mind, for all clones, what the head of the answer says about the source's limits.
    fn learn(&self, answered: &Answered, permit: &Permit) {
        let told = if answered.status.is_success() {
            permit.succeeded();
            rate_limit::exhausted(&answered.headers, SystemTime::now())
        } else {
            let told = answered.told();
            if told.is_some() || matches!(answered.status.as_u16(), 429 | 503) {
                permit.refused();
            }
            told
        };
        if let Some(told) = told {
            self.hold.note(told);
        }
    }
}
