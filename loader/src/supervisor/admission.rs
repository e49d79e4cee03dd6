//! Admits a worker: what it has sealed must be what was checked, before any of it is loaded.

use std::{
    fs::File,
    io::{self, Seek},
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
    sync::{Arc, mpsc::SyncSender},
    thread,
    time::Duration,
};

use rustix::fs::{SealFlags, fcntl_get_seals};

use crate::{
    confinement::{Fences, Reach},
    digest::Digest,
    frame::{Step, StepError, admit, receive_step},
};

use super::{Event, denials::Denials};

/// Why a worker may not load its connector.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AdmissionError {
    #[error(transparent)]
    Step(#[from] StepError),
    #[error("the worker did not keep to the order of steps")]
    Disorder,
    #[error("the worker could not get the connector's file: {0}")]
    NoLibrary(String),
    #[error("the worker could not be confined: {0}")]
    NotConfined(String),
    #[error("failed to start a thread")]
    Thread(#[source] io::Error),
    #[error("the copy of the connector in memory is not sealed")]
    NotSealed,
    #[error("failed to read the copy of the connector in memory")]
    Unreadable(#[source] io::Error),
    #[error(
        "the connector's file has changed since it was checked (SHA-256 was {checked}, is now {found}); run again, and \
         replace such files by renaming, not by writing into them"
    )]
    Changed { checked: Digest, found: Digest },
}

/// How long a worker may take for a step: to copy its library, to put up its fences.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a worker has to show, and what is done once it has.
pub(crate) struct Admission {
    /// The digest of the file that was checked.
    pub(crate) checked: Digest,
    pub(crate) reach: Reach,
    pub(crate) denials: Arc<Denials>,
}

impl Admission {
    /// Waits for the worker to seal its library and to confine itself, and listens for what is denied from then on.
    /// False where it ended before, by whatever cause.
    pub(crate) fn admit(
        self,
        channel: &UnixStream,
        events: &SyncSender<Event>,
    ) -> Result<bool, AdmissionError> {
        channel.set_read_timeout(Some(PATIENCE)).map_err(StepError::from)?;
        let Some((fences, listener)) = admit_worker(channel, self.checked)? else { return Ok(false) };
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
fn admit_worker(channel: &UnixStream, checked: Digest) -> Result<Option<Admitted>, AdmissionError> {
    match receive_step(channel)? {
        None => return Ok(None),
        Some((Step::Sealed, Some(library))) => check(library, checked)?,
        Some((Step::NoLibrary(reason), _)) => return Err(AdmissionError::NoLibrary(reason)),
        Some(_) => return Err(AdmissionError::Disorder),
    }
    admit(channel).map_err(StepError::from)?;
    match receive_step(channel)? {
        None => Ok(None),
        Some((Step::Confined(fences), listener)) => Ok(Some((fences, listener))),
        Some((Step::NotConfined(reason), _)) => Err(AdmissionError::NotConfined(reason)),
        Some(_) => Err(AdmissionError::Disorder),
    }
}

/// Seals first: what can no longer change is then hashed.
fn check(library: OwnedFd, checked: Digest) -> Result<(), AdmissionError> {
    let needed = SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
    let seals = fcntl_get_seals(library.as_fd()).unwrap_or(SealFlags::empty());
    if !seals.contains(needed) {
        return Err(AdmissionError::NotSealed);
    }
    let mut library = File::from(library);
    library.rewind().map_err(AdmissionError::Unreadable)?;
    let found = Digest::of(library).map_err(AdmissionError::Unreadable)?;
    if found == checked { Ok(()) } else { Err(AdmissionError::Changed { checked, found }) }
}

#[cfg(test)]
mod tests {
    use std::{io::Write as _, thread};

    use rustix::fs::{MemfdFlags, fcntl_add_seals, memfd_create};

    use super::*;
    use crate::frame::{send_step, wait_for_admission};

    /// What becomes of a worker that offers these bytes for others.
    fn offered(bytes: &[u8], seals: SealFlags) -> Result<bool, AdmissionError> {
        let (worker, supervisor) = UnixStream::pair().unwrap();
        let mut library = File::from(memfd_create("library", MemfdFlags::ALLOW_SEALING).unwrap());
        library.write_all(bytes).unwrap();
        fcntl_add_seals(&library, seals).unwrap();
        send_step(&worker, &Step::Sealed, Some(library.as_fd())).unwrap();
        let worker = thread::spawn(move || {
            let admitted = wait_for_admission(&worker).unwrap();
            if admitted {
                send_step(&worker, &Step::Confined(Fences::default()), None).unwrap();
            }
        });
        let admitted = admit_worker(&supervisor, Digest::of(&b"checked"[..]).unwrap());
        drop(supervisor);
        worker.join().unwrap();
        admitted.map(|admitted| admitted.is_some())
    }

    #[test]
    fn only_what_was_checked_and_is_sealed_is_admitted() {
        let sealed = SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
        assert!(offered(b"checked", sealed).unwrap());
        let changed = offered(b"changed", sealed).unwrap_err();
        assert!(matches!(changed, AdmissionError::Changed { .. }), "{changed}");
        let open = offered(b"checked", sealed - SealFlags::WRITE).unwrap_err();
        assert!(matches!(open, AdmissionError::NotSealed), "{open}");
    }

    #[test]
    fn a_worker_that_is_gone_is_no_error_here() {
        let (worker, supervisor) = UnixStream::pair().unwrap();
        drop(worker);
        let admitted = admit_worker(&supervisor, Digest::of(&b""[..]).unwrap()).unwrap();
        assert!(admitted.is_none());
    }

    #[test]
    fn a_worker_that_does_not_begin_at_the_beginning_is_refused() {
        let (worker, supervisor) = UnixStream::pair().unwrap();
        send_step(&worker, &Step::Confined(Fences::default()), None).unwrap();
        let refusal = admit_worker(&supervisor, Digest::of(&b""[..]).unwrap()).map(|_| ()).unwrap_err();
        assert!(matches!(refusal, AdmissionError::Disorder), "{refusal}");
    }
}
