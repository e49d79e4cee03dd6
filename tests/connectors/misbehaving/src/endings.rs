//! Ways to end.

use std::{hint::black_box, thread};

use connector_interface::{Error, Timestamp};
use rustix::process::{Signal, getpid, kill_process};

use crate::{
    Misbehaving,
    records::{one_record_and_a_checkpoint, one_record_that_has_left},
};

pub(crate) fn pause(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    Err(Error::paused_until("the source asks to wait", Timestamp::from_unix_seconds(4_102_444_800)?))
}

pub(crate) fn exit(client: &Misbehaving) -> Result<(), Error> {
    one_record_that_has_left(client)?;
    std::process::exit(i32::try_from(client.configuration.count).unwrap_or(0))
}

pub(crate) fn segfault() -> Result<(), Error> {
    let nowhere: *mut u8 = black_box(std::ptr::null_mut());
    // SAFETY: none: the address is invalid on purpose, and the process ends here.
    unsafe { nowhere.write_volatile(1) };
    Ok(())
}

/// Sent twice: the first SIGSEGV or SIGBUS ends only the handler that looks for stack overflows.
pub(crate) fn raise(client: &Misbehaving) -> Result<(), Error> {
    one_record_that_has_left(client)?;
    let number = i32::try_from(client.configuration.count).unwrap_or(0);
    let signal = Signal::from_named_raw(number).ok_or_else(|| Error::new("there is no such signal"))?;
    kill_process(getpid(), signal)?;
    kill_process(getpid(), signal)?;
    Ok(())
}

pub(crate) fn overflow_stack() -> Result<(), Error> {
    black_box(deeper(black_box(0)));
    Ok(())
}

pub(crate) fn overflow_stack_of_thread() -> Result<(), Error> {
    thread::spawn(overflow_stack).join().unwrap_or_else(|_| Err(Error::new("the thread panicked")))
}

#[expect(unconditional_recursion, reason = "it is what the test wants")]
fn deeper(depth: u64) -> u64 {
    let frame = black_box([depth; 512]);
    deeper(depth + 1) + frame[7]
}
