//! Descriptors that are somebody else's.

use std::{
    fs::{self, File},
    io::Write,
    mem::ManuallyDrop,
    os::fd::{FromRawFd, RawFd},
};

use connector_interface::Error;

use crate::{Misbehaving, records};

/// Above every descriptor that a worker has.
const END: RawFd = 64;

/// The channel to the runner: the lowest sockets among the descriptors.
fn channels() -> impl Iterator<Item = RawFd> {
    let is_socket = |number: &RawFd| {
        let link = fs::read_link(format!("/proc/self/fd/{number}")).unwrap_or_default();
        link.to_string_lossy().starts_with("socket:")
    };
    (3..10).filter(is_socket)
}

fn close(number: RawFd) {
    // SAFETY: none: the descriptor is somebody else's, which is the point. The call itself touches no memory.
    unsafe { libc::close(number) };
}

fn write_to(number: RawFd, bytes: &[u8]) -> std::io::Result<()> {
    // SAFETY: it is only written to, and never closed here; nobody has closed it, or the write says so.
    let file = ManuallyDrop::new(unsafe { File::from_raw_fd(number) });
    (&*file).write_all(bytes)
}

/// What is written once a record has left falls between two frames.
pub(crate) fn write_to_channel(client: &Misbehaving, bytes: &[u8]) -> Result<(), Error> {
    records::one_record_that_has_left(client)?;
    let channel = channels().next().ok_or_else(|| Error::new("there is no channel"))?;
    Ok(write_to(channel, bytes)?)
}

pub(crate) fn close_channel(client: &Misbehaving) -> Result<(), Error> {
    records::one_record_that_has_left(client)?;
    channels().for_each(close);
    records::well(client)
}

pub(crate) fn close_all(client: &Misbehaving) -> Result<(), Error> {
    records::one_record_that_has_left(client)?;
    (3..END).for_each(close);
    records::well(client)
}

pub(crate) fn close_standard(client: &Misbehaving) -> Result<(), Error> {
    (0..3).for_each(close);
    println!("nobody hears this");
    records::well(client)
}

pub(crate) fn write_garbage(client: &Misbehaving) -> Result<(), Error> {
    records::one_record_that_has_left(client)?;
    for number in 3..END {
        // Most are not open, or only for reading.
        let _ = write_to(number, b"what makes no sense\n");
    }
    records::well(client)
}
