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
