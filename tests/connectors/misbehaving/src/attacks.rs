//! Attacks on the runner, and on the world around the connector.

use std::{env, thread, time::Duration};

use connector_interface::Error;
use rustix::process::{Pid, Signal, getppid, kill_process};

use crate::{Misbehaving, descriptors::write_to_channel, records};

/// Kinds of frames.
const RECORD: u8 = 2;
const END: u8 = 6;

const TIME: &str = "2020-02-21T12:00:00Z";

fn signal_parent(signal: Signal) -> Result<(), Error> {
    let parent = getppid().filter(|parent| *parent != Pid::INIT);
    let parent = parent.ok_or_else(|| Error::new("it has no parent but the first process"))?;
    Ok(kill_process(parent, signal)?)
}

pub(crate) fn kill_parent(client: &Misbehaving) -> Result<(), Error> {
    records::one_record_that_has_left(client)?;
    signal_parent(Signal::KILL)?;
    // Nobody would wait that long for an orphan.
    thread::sleep(Duration::from_secs(60));
    records::well(client)
}

pub(crate) fn stop_parent(client: &Misbehaving) -> Result<(), Error> {
    signal_parent(Signal::STOP)?;
    records::well(client)
}

/// Only where nothing is at stake: a fence that fails takes the whole machine along.
pub(crate) fn kill_everybody(client: &Misbehaving) -> Result<(), Error> {
    records::one_record_that_has_left(client)?;
    // SAFETY: it touches no memory.
    let answer = unsafe { libc::kill(-1, libc::SIGKILL) };
    if answer != 0 {
        return Err(std::io::Error::last_os_error().into());
    }
    Ok(())
}

pub(crate) fn starve_parent(client: &Misbehaving) -> Result<(), Error> {
    records::one_record_that_has_left(client)?;
    let parent = getppid().ok_or_else(|| Error::new("it has no parent"))?;
    let limit = libc::rlimit { rlim_cur: 1, rlim_max: 1 };
    let nowhere = std::ptr::null_mut();
    // SAFETY: the new limit is read from a living value, and the old one is not asked for.
    let answer =
        unsafe { libc::prlimit(parent.as_raw_nonzero().get(), libc::RLIMIT_NOFILE, &limit, nowhere) };
    if answer != 0 {
        return Err(std::io::Error::last_os_error().into());
    }
    Ok(())
}

/// A frame: the length of what follows, its kind, its payload.
fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len() + 1).unwrap_or(u32::MAX).to_le_bytes();
    [&length[..], &[kind], payload].concat()
}

fn record_frame(time: &str, record: &str) -> Vec<u8> {
    let length = u8::try_from(time.len()).unwrap_or(u8::MAX);
    frame(RECORD, &[&[length], time.as_bytes(), record.as_bytes()].concat())
}

pub(crate) fn forge_record(client: &Misbehaving) -> Result<(), Error> {
    write_to_channel(client, &record_frame(TIME, r#"{"_type":"Branch","name":"forged"}"#))?;
    records::well(client)
}

pub(crate) fn forge_invalid_record(client: &Misbehaving) -> Result<(), Error> {
    write_to_channel(client, &record_frame(TIME, r#"{"_type":"Branch","name":7}"#))?;
    records::well(client)
}

pub(crate) fn forge_escaping_record(client: &Misbehaving) -> Result<(), Error> {
    write_to_channel(client, &record_frame(TIME, r#"{"_type":"Branch","name":"forged"},"sequence":99"#))?;
    records::well(client)
}

pub(crate) fn forge_escaping_time(client: &Misbehaving) -> Result<(), Error> {
    let time = format!(r#"{TIME}","sequence":99,"#);
    write_to_channel(client, &record_frame(&time, r#"{"_type":"Branch","name":"forged"}"#))?;
    records::well(client)
}

pub(crate) fn forge_end(client: &Misbehaving) -> Result<(), Error> {
    write_to_channel(client, &frame(END, br#"{"done":{"answer":null}}"#))?;
    records::well(client)
}

pub(crate) fn forge_length(client: &Misbehaving) -> Result<(), Error> {
    write_to_channel(client, &[0xff, 0xff, 0xff, 0xff, RECORD])?;
    records::well(client)
}

pub(crate) fn change_surroundings(client: &Misbehaving) -> Result<(), Error> {
    env::set_current_dir("/")?;
    for name in ["HOME", "PATH", "TMPDIR", "TZ"] {
        // SAFETY: the other threads of this process write frames or wait for bytes; none asks for variables.
        unsafe { env::set_var(name, "/nowhere/at/all") };
    }
    records::well(client)
}
