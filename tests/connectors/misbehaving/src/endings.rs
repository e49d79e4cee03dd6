//! Ways to end, or not to.

use std::{hint::black_box, thread, time::Duration};

use connector_interface::{Error, State, Timestamp};

use crate::{Misbehaving, records};

/// Long beyond the patience of every test.
const FOREVER: Duration = Duration::from_secs(3600);

fn one_record_and_a_checkpoint(client: &Misbehaving) -> Result<(), Error> {
    client.context.records.produce(&records::branch(1))?;
    client.context.state.set(&State::at(Timestamp::now()))
}

pub(crate) fn pause(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    Err(Error::paused_until("the source asks to wait", Timestamp::from_unix_seconds(4_102_444_800)?))
}

pub(crate) fn exit(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    std::process::exit(i32::try_from(client.configuration.count).unwrap_or(0))
}

pub(crate) fn segfault() -> Result<(), Error> {
    let nowhere: *mut u8 = black_box(std::ptr::null_mut());
    // SAFETY: none: the address is invalid on purpose, and the process ends here.
    unsafe { nowhere.write_volatile(1) };
    Ok(())
}

pub(crate) fn overflow_stack() -> Result<(), Error> {
    black_box(deeper(black_box(0)));
    Ok(())
}

#[expect(unconditional_recursion, reason = "it is what the test wants")]
fn deeper(depth: u64) -> u64 {
    let frame = black_box([depth; 512]);
    deeper(depth + 1) + frame[7]
}

pub(crate) fn allocate(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    let mut kept = Vec::new();
    for _ in 0..client.configuration.count {
        kept.push(black_box(vec![1_u8; 1 << 20]));
    }
    black_box(kept);
    Ok(())
}

pub(crate) fn hang(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    thread::sleep(FOREVER);
    Ok(())
}

pub(crate) fn wait(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    client.context.cancellation.sleep(FOREVER)
}

/// The frame channel is the lowest socket among the descriptors.
pub(crate) fn close_channel(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    for number in 3..10 {
        let link = std::fs::read_link(format!("/proc/self/fd/{number}")).unwrap_or_default();
        if link.to_string_lossy().starts_with("socket:") {
            // SAFETY: none: the descriptor is somebody else's, which is the point.
            drop(unsafe { <std::os::fd::OwnedFd as std::os::fd::FromRawFd>::from_raw_fd(number) });
        }
    }
    records::well(client)
}
