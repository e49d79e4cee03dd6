//! Children, and children of theirs.

use std::{
    process::{self, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use connector_interface::Error;

use crate::{Misbehaving, records};

/// How long a bomb goes off before the verb ends.
/// Long enough for a slow machine to count a thousand refusals.
const A_MINUTE: Duration = Duration::from_secs(60);

pub(crate) fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

pub(crate) fn fork_bomb(client: &Misbehaving) -> Result<(), Error> {
    records::well(client)?;
    let (own, end) = (process::id(), Instant::now() + A_MINUTE);
    while process::id() != own || Instant::now() < end {
        // SAFETY: a child only goes round in this loop: it allocates nothing and takes no lock that another
        // thread might have held.
        unsafe { libc::fork() };
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

pub(crate) fn shell_bomb(client: &Misbehaving) -> Result<(), Error> {
    records::well(client)?;
    // Again and again: the shell itself gives up where it cannot fork, and so does the bomb in the end.
    let end = Instant::now() + A_MINUTE;
    while Instant::now() < end {
        // Not being started is what a bomb leads to.
        let _ = shell("bomb() { bomb | bomb & }; bomb").status();
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Its parent, the shell, is gone at once, and so are session and descriptors of the connector.
pub(crate) fn daemon(client: &Misbehaving) -> Result<(), Error> {
    let mut shell = shell("setsid sleep 3600 &");
    shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    records::well(client)
}

pub(crate) fn leave_child(client: &Misbehaving) -> Result<(), Error> {
    let child = shell("while :; do echo still here; sleep 0.05; done").spawn()?;
    client.context.logger.info(format!("left {}", child.id()));
    records::well(client)
}

pub(crate) fn stubborn_child(client: &Misbehaving) -> Result<(), Error> {
    let child = shell("trap '' HUP INT QUIT TERM USR1 USR2; while :; do sleep 1; done").spawn()?;
    client.context.logger.info(format!("left {}", child.id()));
    records::well(client)
}
