//! Wakes the loop of a run when the runner is signalled: whoever presses Ctrl-C does not wait for the next tick.

use std::{io, sync::mpsc::SyncSender};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::{Handle, Signals},
};

use super::{Event, LaunchError, start};

/// Listens beside whoever takes the signals, which are not used up by it. Dropping it ends its thread.
pub(super) struct Waker(Handle);

impl Waker {
    pub(super) fn start(events: SyncSender<Event>) -> Result<Self, LaunchError> {
        let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(not_heard)?;
        let waker = Self(signals.handle());
        start("signals", move || {
            for _ in signals.forever() {
                if events.send(Event::Signal).is_err() {
                    return;
                }
            }
        })?;
        Ok(waker)
    }
}

impl Drop for Waker {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn not_heard(source: io::Error) -> LaunchError {
    LaunchError::System { what: "listen for signals", source }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::mpsc::{RecvTimeoutError, sync_channel},
        time::Duration,
    };

    use signal_hook::low_level::raise;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    #[test]
    fn a_signal_is_an_event_until_the_run_is_over() {
        let (events, receiver) = sync_channel(4);
        let mut others = Signals::new([SIGTERM]).unwrap();
        let waker = Waker::start(events).unwrap();
        raise(SIGTERM).unwrap();
        assert!(matches!(receiver.recv_timeout(PATIENCE), Ok(Event::Signal)));
        assert!(others.pending().eq([SIGTERM]), "whoever takes the signals still finds it");
        drop(waker);
        assert!(matches!(receiver.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected)));
    }
}
