//! Admits a worker: its fences must stand before anything of the connector is loaded.

use std::{
    io,
    os::{fd::OwnedFd, unix::net::UnixStream},
    sync::{Arc, mpsc::SyncSender},
    thread,
    time::Duration,
};

use crate::{
    confinement::{Fences, Reach},
    frame::{Step, StepError, receive_step},
};

use super::{Event, denials::Denials};

/// Why a worker may not load its connector.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AdmissionError {
    #[error(transparent)]
    Step(#[from] StepError),
    #[error("the worker could not copy the connector's file: {0}")]
    NoLibrary(String),
    #[error("the worker could not be confined: {0}")]
    NotConfined(String),
    #[error("failed to start a thread")]
    Thread(#[source] io::Error),
}

/// How long a worker may take to copy its library, and to put up its fences.
const PATIENCE: Duration = Duration::from_secs(120);

/// What is done once a worker has confined itself.
pub(crate) struct Admission {
    pub(crate) reach: Reach,
    pub(crate) denials: Arc<Denials>,
}

impl Admission {
    /// Waits for the worker to confine itself, and listens for what is denied from then on. False where it ended before, by
    /// whatever cause.
    pub(crate) fn admit(
        self,
        channel: &UnixStream,
        events: &SyncSender<Event>,
    ) -> Result<bool, AdmissionError> {
        channel.set_read_timeout(Some(PATIENCE)).map_err(StepError::from)?;
        let Some((fences, listener)) = admit_worker(channel)? else { return Ok(false) };
        if let Some(listener) = listener {
            let Self { reach, denials, .. } = self;
            let started = thread::Builder::new()
                .name("denials".into())
                .spawn(move || denials.answer_all(&listener, &reach));
            started.map_err(AdmissionError::Thread)?;
        }
        // A supervisor that has given up needs no more events.
        let _ = events.send(Event::Confined(fences));
        Ok(true)
    }
}

type Admitted = (Fences, Option<OwnedFd>);

/// The fences of a worker, and what tells of denied system calls; none where it ended before.
fn admit_worker(channel: &UnixStream) -> Result<Option<Admitted>, AdmissionError> {
    match receive_step(channel)? {
        None => Ok(None),
        Some((Step::Confined(fences), listener)) => Ok(Some((fences, listener))),
        Some((Step::NoLibrary(reason), _)) => Err(AdmissionError::NoLibrary(reason)),
        Some((Step::NotConfined(reason), _)) => Err(AdmissionError::NotConfined(reason)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::send_step;

    #[test]
    fn a_worker_that_is_gone_is_no_error_here() {
        let (worker, supervisor) = UnixStream::pair().unwrap();
        drop(worker);
        assert!(admit_worker(&supervisor).unwrap().is_none());
    }

    #[test]
    fn a_worker_that_cannot_load_its_connector_says_why() {
        let table = [
            (Step::NoLibrary("no room".into()), "the worker could not copy the connector's file: no room"),
            (Step::NotConfined("no fence".into()), "the worker could not be confined: no fence"),
        ];
        for (step, expected) in table {
            let (worker, supervisor) = UnixStream::pair().unwrap();
            send_step(&worker, &step, None).unwrap();
            let refusal = admit_worker(&supervisor).map(|_| ()).unwrap_err();
            assert_eq!(refusal.to_string(), expected);
        }
    }
}
