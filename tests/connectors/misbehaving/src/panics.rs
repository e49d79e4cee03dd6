//! Panics where they are least expected.

use std::thread;

use connector_interface::Error;

use crate::{Misbehaving, records};

/// A destructor with a bug.
struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("a bug in a destructor");
    }
}

thread_local! {
    static ENDS_WITH_ITS_THREAD: PanicsWhenDropped = const { PanicsWhenDropped };
}

pub(crate) fn in_thread(client: &Misbehaving) -> Result<(), Error> {
    let thread = thread::spawn(|| panic!("a bug in a callback"));
    match thread.join() {
        Ok(()) => Err(Error::new("a thread that panics was joined as one that does not")),
        Err(_) => records::well(client),
    }
}

pub(crate) fn in_thread_local(client: &Misbehaving) -> Result<(), Error> {
    let thread = thread::spawn(|| ENDS_WITH_ITS_THREAD.with(|_| ()));
    // The process ends here: a destructor of a thread must not unwind.
    let _ = thread.join();
    records::well(client)
}

pub(crate) fn twice() -> Result<(), Error> {
    let _dropped_while_unwinding = PanicsWhenDropped;
    panic!("a bug in the connector");
}

pub(crate) fn at_length(client: &Misbehaving) -> Result<(), Error> {
    panic!("{}", "long ".repeat(usize::try_from(client.configuration.count / 5).unwrap_or(0)))
}
