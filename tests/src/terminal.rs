//! A command of the runner on a terminal, with somebody who types.

use std::{
    ffi::{OsStr, OsString},
    fs::{File, OpenOptions},
    io::{Read, Write},
    os::unix::ffi::OsStringExt as _,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::artifacts;

/// What came of it.
#[derive(Debug)]
pub struct Typed {
    /// The exit code.
    pub code: Option<i32>,
    /// All that the terminal showed, what was typed included.
    pub shown: String,
}

/// Runs a command in a folder, with standard input and error on a terminal where `answers` are typed.
///
/// # Panics
/// Where there is no terminal to be had, or the command cannot be run.
#[must_use]
pub fn type_into<A: AsRef<OsStr>>(
    arguments: impl IntoIterator<Item = A>,
    folder: &Path,
    answers: &str,
) -> Typed {
    let terminal =
        openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).expect("a terminal");
    grantpt(&terminal).and_then(|()| unlockpt(&terminal)).expect("a terminal that may be used");
    let name = ptsname(&terminal, Vec::new()).expect("a terminal with a name");
    let other_end = OpenOptions::new().read(true).write(true).open(OsString::from_vec(name.into_bytes()));
    let other_end = other_end.expect("the other end of the terminal");
    let mut command = Command::new(artifacts::binary());
    command.args(arguments).current_dir(folder).env_clear().env("HOME", folder).env("TERM", "xterm");
    command
        .stdin(other_end.try_clone().expect("one more descriptor"))
        .stdout(Stdio::null())
        .stderr(other_end);
    let mut child = command.spawn().expect("the runner can be started");
    // It holds the other end too; without, the last of the output is told by an error.
    drop(command);
    let mut terminal = File::from(terminal);
    let mut keyboard = terminal.try_clone().expect("one more descriptor");
    let answers = answers.to_owned();
    let typing = thread::spawn(move || keyboard.write_all(answers.as_bytes()));
    let mut shown = Vec::new();
    // Ends with EIO when nobody has the other end any more.
    let _ = terminal.read_to_end(&mut shown);
    let code = child.wait().expect("a child can be waited for").code();
    typing.join().expect("typing does not panic").expect("a terminal takes what is typed");
    Typed { code, shown: String::from_utf8_lossy(&shown).into_owned() }
}
