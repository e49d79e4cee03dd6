//! Ways to take memory.

use std::{hint::black_box, io::Write, thread, time::Duration};

use connector_interface::Error;
use rustix::fs::{MemfdFlags, memfd_create};

use crate::{Misbehaving, processes::shell, records::one_record_and_a_checkpoint};

/// As much as the largest address space, of which some is always taken.
const ABSURD: usize = 1 << 48;

fn mebibyte() -> Vec<u8> {
    black_box(vec![1_u8; 1 << 20])
}

pub(crate) fn allocate(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    let kept: Vec<_> = (0..client.configuration.count).map(|_| mebibyte()).collect();
    black_box(kept);
    Ok(())
}

pub(crate) fn allocate_slowly(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    let mut kept = Vec::new();
    for _ in 0..client.configuration.count {
        kept.push(mebibyte());
        thread::sleep(Duration::from_millis(5));
    }
    black_box(kept);
    Ok(())
}

/// Grows until it is asked to stop, as it should.
pub(crate) fn allocate_politely(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    let mut kept = Vec::new();
    for _ in 0..client.configuration.count {
        kept.push(mebibyte());
        thread::sleep(Duration::from_millis(20));
        client.context.cancellation.check()?;
    }
    black_box(kept);
    Ok(())
}

pub(crate) fn allocate_absurdly() -> Result<(), Error> {
    black_box(Vec::<u8>::with_capacity(black_box(ABSURD)));
    Ok(())
}

/// `tail` keeps the last lines, and the zeros are one.
pub(crate) fn allocate_in_child(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    let script = format!("head -c {} /dev/zero | tail > /dev/null", client.configuration.count << 20);
    let status = shell(&script).status()?;
    client.context.logger.info(format!("ignored: {status}"));
    Ok(())
}

pub(crate) fn allocate_in_children(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    let keep_four = || shell("(head -c 4194304 /dev/zero; sleep 3600) | tail > /dev/null");
    let children: Result<Vec<_>, _> = (0..client.configuration.count).map(|_| keep_four().spawn()).collect();
    for mut child in children? {
        child.wait()?;
    }
    Ok(())
}

pub(crate) fn allocate_as_file(client: &Misbehaving) -> Result<(), Error> {
    one_record_and_a_checkpoint(client)?;
    let mut file = std::fs::File::from(memfd_create("memory", MemfdFlags::CLOEXEC)?);
    for _ in 0..client.configuration.count {
        file.write_all(&mebibyte())?;
    }
    Ok(())
}
