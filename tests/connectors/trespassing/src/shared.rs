//! What processes share by a number or a name: it outlives them, and belongs to a user instead of a run.

use connector_interface::Error;

use crate::{Configuration, system_call::call};

type Tried = Result<Vec<String>, Error>;

const MAKE: i32 = libc::IPC_CREAT | 0o600;

/// A key that nobody else uses: the process that the test has named.
fn key(configuration: &Configuration) -> i32 {
    configuration.process
}

fn identified(answer: std::io::Result<i64>) -> Tried {
    Ok(vec![format!("left behind {}", answer?)])
}

pub(crate) fn share_memory(configuration: &Configuration) -> Tried {
    identified(call(libc::SYS_shmget, [key(configuration).into(), 4096.into(), MAKE.into()]))
}

pub(crate) fn share_semaphores(configuration: &Configuration) -> Tried {
    identified(call(libc::SYS_semget, [key(configuration).into(), 1.into(), MAKE.into()]))
}

pub(crate) fn share_messages(configuration: &Configuration) -> Tried {
    identified(call(libc::SYS_msgget, [key(configuration).into(), MAKE.into()]))
}

pub(crate) fn share_queue(_configuration: &Configuration) -> Tried {
    let flags = libc::O_CREAT | libc::O_RDWR;
    identified(call(libc::SYS_mq_open, [c"trespassing".into(), flags.into(), 0o600.into(), 0.into()]))
}
