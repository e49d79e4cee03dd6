//! What keeps a connector from everything that it was not granted.
//!
//! Fences of several kinds, because none is whole. *Privileges* are given up: capabilities, another user if one was
//! named, being looked into by others. *Mounts* become read-only where the runner is root. *Landlock* holds files, TCP
//! ports and signals. A *filter* holds system calls that no connector needs, and answers for those that Landlock does
//! not know. All are for this process and everything that it starts, and cannot be taken off.

mod calls;
mod domain;
mod listener;
mod mounts;
mod parents;
mod privileges;
mod reach;
mod system;
mod tables;

use std::{
    io,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

pub(crate) use calls::SOCK_PACKET;
pub(crate) use domain::Kernel;
pub(crate) use listener::{Answer, Notification, answer, is_waiting, receive};
pub(crate) use privileges::{User, UserError, hide_memory};
pub(crate) use reach::Reach;
pub(crate) use system::readable_by_all;
pub(crate) use tables::name_of;

/// How much of a sandbox is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Sandbox {
    /// Every fence, or the runner exits with 50.
    Required,
    /// Files and system calls, or the runner exits with 50; the other fences where the kernel has them.
    #[default]
    BestEffort,
    /// As best-effort, and every denied file and port is named. Slower, and the worker's memory is open to its user; for
    /// finding out what a connector needs.
    Trace,
    /// Only what keeps a connector from signalling the processes above it.
    Off,
}

/// What one run may reach.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Rules {
    pub(crate) sandbox: Sandbox,
    /// Whether programs may be executed.
    pub(crate) exec: bool,
    /// TCP ports that may be connected to; without any there is no network at all.
    pub(crate) ports: Vec<u16>,
    /// What every connector may read of the system, as [`readable_by_all`] found it.
    pub(crate) system: Vec<PathBuf>,
    /// Files and folders that may be read. Absolute.
    pub(crate) read: Vec<PathBuf>,
    /// Files and folders that may be written too. Absolute.
    pub(crate) write: Vec<PathBuf>,
    /// Bytes of one file that it may write.
    pub(crate) file_size: u64,
    /// Who the worker is to be.
    pub(crate) user: Option<User>,
    /// The process id of the supervisor.
    pub(crate) runner: i32,
}

impl Rules {
    /// Rules that grant nothing, and limit no file.
    pub(crate) fn granting_nothing(sandbox: Sandbox, runner: i32) -> Self {
        let (ports, system, read, write) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { sandbox, exec: false, ports, system, read, write, file_size: u64::MAX, user: None, runner }
    }
}

/// The fences that stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fences {
    /// Files that were not granted cannot be opened.
    pub(crate) files: bool,
    /// TCP ports that were not granted cannot be connected to.
    pub(crate) ports: bool,
    /// Processes outside cannot be signalled.
    pub(crate) signals: bool,
    /// System calls that no connector needs are refused.
    pub(crate) system_calls: bool,
    /// Denied system calls are told to the supervisor.
    pub(crate) told: bool,
    /// Everything that was not granted for writing lies on read-only mounts.
    pub(crate) mounts: bool,
}

impl Fences {
    /// What holds, in a few words; none where there was to be no sandbox.
    pub(crate) fn described(&self) -> Option<String> {
        let held = self.named(true);
        let missing = self.named(false);
        match (&held[..], &missing[..]) {
            ([], _) => None,
            (_, []) => Some("sandboxed".to_owned()),
            (held, missing) => {
                Some(format!("sandboxed: {}, but not {}", held.join(", "), missing.join(", ")))
            }
        }
    }

    /// The fences that the sandbox consists of; read-only mounts are an addition that only root can have.
    fn named(&self, standing: bool) -> Vec<&'static str> {
        let all = [
            ("files", self.files),
            ("ports", self.ports),
            ("signals", self.signals),
            ("system calls", self.system_calls),
        ];
        all.into_iter().filter(|(_, stands)| *stands == standing).map(|(name, _)| name).collect()
    }
}

/// Why the fences could not be put up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfineError {
    #[error("failed to set up Landlock")]
    Landlock(#[from] landlock::RulesetError),
    #[error(
        "this kernel cannot confine files ({0}); enable Landlock (`lsm=...,landlock`), or run with `--sandbox off` \
         connectors that you trust"
    )]
    NoFiles(&'static str),
    #[error(
        "this kernel cannot confine {missing}, which needs Linux 6.12 or newer; `--sandbox best-effort` does without"
    )]
    Missing { missing: &'static str },
    #[error("failed to make the filter of system calls")]
    Filter(#[from] seccompiler::BackendError),
    #[error("failed to install the filter of system calls")]
    Install(#[source] io::Error),
    #[error("failed to {what}")]
    Privilege {
        what: &'static str,
        #[source]
        source: io::Error,
    },
}

/// Confines the calling thread and all that it starts from now on, threads and processes alike. Gives the fences that
/// stand, and the descriptor that tells of denied system calls.
///
/// `temporary` is the private folder of the run, which may be written. Call it while the process has one thread.
pub(crate) fn confine(rules: &Rules, temporary: &Path) -> Result<(Fences, Option<OwnedFd>), ConfineError> {
    let parents = parents::numbers(rules.runner);
    privileges::limit_files(rules.file_size)?;
    if rules.sandbox == Sandbox::Off {
        privileges::become_user(rules.user)?;
        hide_memory();
        privileges::allow_no_more()?;
        domain::restrict_signals()?;
        listener::install_silent(&calls::filter_of_parents(&parents)?)?;
        return Ok((Fences::default(), None));
    }
    let mounts = mounts::make_read_only(&writable(rules, temporary))?;
    privileges::give_up(rules.user)?;
    if rules.sandbox != Sandbox::Trace {
        // Who traces wants to look into it.
        hide_memory();
    }
    let kernel = domain::restrict(rules, temporary)?;
    let filter = calls::Wanted { rules, parents: &parents, mounts, truncation: kernel.truncation };
    listener::install_silent(&calls::unknown_calls()?)?;
    let listener = listener::install(&calls::filter(&filter)?)?;
    let fences = Fences {
        files: true,
        ports: kernel.ports || rules.ports.is_empty(),
        signals: kernel.signals,
        system_calls: true,
        told: listener.is_some(),
        mounts,
    };
    Ok((fences, listener))
}

/// Proves on a thread of its own, which ends with it, what the fences can do here. `temporary` stands for the private folder
/// of a run.
///
/// # Errors
/// Where files cannot be confined.
pub(crate) fn prove(temporary: PathBuf) -> Result<Kernel, ConfineError> {
    let rules = Rules {
        system: readable_by_all(),
        ..Rules::granting_nothing(Sandbox::BestEffort, std::process::id().cast_signed())
    };
    let proof = move || {
        let kernel = domain::restrict(&rules, &temporary)?;
        listener::install_silent(&calls::unknown_calls()?)?;
        // Exists, and is for everybody to read.
        match std::fs::File::open("/proc/1/status") {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(kernel),
            _ => Err(ConfineError::NoFiles("a file that was not granted could be opened")),
        }
    };
    std::thread::spawn(proof).join().unwrap_or(Err(ConfineError::NoFiles("the proof of it panicked")))
}

fn writable<'a>(rules: &'a Rules, temporary: &'a Path) -> Vec<&'a Path> {
    let granted = rules.write.iter().map(PathBuf::as_path);
    granted.chain([temporary]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_is_said_in_a_few_words() {
        let all = Fences { files: true, ports: true, signals: true, system_calls: true, ..Fences::default() };
        let old = Fences { ports: false, signals: false, ..all };
        let table = [
            (Fences::default(), None),
            (all, Some("sandboxed")),
            (old, Some("sandboxed: files, system calls, but not ports, signals")),
        ];
        for (fences, expected) in table {
            assert_eq!(fences.described().as_deref(), expected);
        }
    }
}
