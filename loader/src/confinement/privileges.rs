//! What a worker gives up before it loads anything: capabilities, being looked into, and its user where another is named.

use std::io;

use rustix::{
    process::{DumpableBehavior, Gid, Resource, Rlimit, Uid, getrlimit, set_dumpable_behavior, setrlimit},
    thread::{
        CapabilitySet, CapabilitySets, clear_ambient_capability_set, remove_capability_from_bounding_set,
        set_capabilities, set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
    },
};
use serde::{Deserialize, Serialize};

use super::ConfineError;

/// A user of this system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// Why a worker cannot become a user.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UserError {
    #[error("there is no user {name:?} here; write USER, UID, USER:GROUP or UID:GID")]
    Unknown { name: String },
    #[error("failed to look up user {name:?}")]
    Lookup {
        name: String,
        #[source]
        source: io::Error,
    },
    #[error("only root can run a connector as another user; leave --user out, or start the runner as root")]
    NotRoot,
}

impl User {
    /// The user of this name or number, with its own group or, behind a colon, another.
    ///
    /// # Errors
    /// Where there is none, or the runner is not root.
    pub(crate) fn find(name: &str) -> Result<Self, UserError> {
        if !rustix::process::geteuid().is_root() {
            return Err(UserError::NotRoot);
        }
        let unknown = || UserError::Unknown { name: name.to_owned() };
        let lookup = |errno: nix::Error| UserError::Lookup { name: name.to_owned(), source: errno.into() };
        let (user, group) = match name.split_once(':') {
            Some((user, group)) => (user, Some(group)),
            None => (name, None),
        };
        if let (Some(uid), Some(gid)) = (number(user), group.and_then(number)) {
            // Numbers that are given both need not be known here, as in a container.
            return Ok(Self { uid, gid });
        }
        let found = match number(user) {
            Some(uid) => nix::unistd::User::from_uid(uid.into()),
            None => nix::unistd::User::from_name(user),
        };
        let found = found.map_err(lookup)?.ok_or_else(unknown)?;
        let gid = match group {
            None => found.gid,
            Some(group) => match number(group) {
                Some(gid) => gid.into(),
                None => nix::unistd::Group::from_name(group).map_err(lookup)?.ok_or_else(unknown)?.gid,
            },
        };
        Ok(Self { uid: found.uid.as_raw(), gid: gid.as_raw() })
    }
}

/// The largest number means 'nobody in particular' to the kernel.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number != u32::MAX)
}

fn failed<E: Into<io::Error>>(what: &'static str) -> impl FnOnce(E) -> ConfineError {
    move |source| ConfineError::Privilege { what, source: source.into() }
}

/// Gives up all that root has over others.
pub(super) fn give_up(user: Option<User>) -> Result<(), ConfineError> {
    for number in 0..64 {
        // Without the right to do so, as a user, there is nothing to lose either; numbers beyond the last are refused.
        let _ = remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(1 << number));
    }
    become_user(user)?;
    // Kernels before 4.3 have none.
    let _ = clear_ambient_capability_set();
    let none = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
        .map_err(failed("give up capabilities"))?;
    allow_no_more()
}

/// Becomes another user for good.
pub(super) fn become_user(user: Option<User>) -> Result<(), ConfineError> {
    let Some(user) = user else { return Ok(()) };
    let (uid, gid) = (Uid::from_raw(user.uid), Gid::from_raw(user.gid));
    set_thread_groups(&[]).map_err(failed("leave the groups of root"))?;
    set_thread_res_gid(gid, gid, gid).map_err(failed("change the group"))?;
    set_thread_res_uid(uid, uid, uid).map_err(failed("change the user"))
}

/// Limits the size of files that are written from now on; a harder limit that is there already stays.
pub(super) fn limit_files(bytes: u64) -> Result<(), ConfineError> {
    let there = getrlimit(Resource::Fsize).maximum.unwrap_or(u64::MAX);
    let maximum = Some(bytes.min(there)).filter(|limit| *limit < u64::MAX);
    setrlimit(Resource::Fsize, Rlimit { current: maximum, maximum })
        .map_err(failed("limit the size of files"))
}

/// From now on no program that is executed gets more than this process has.
pub(super) fn allow_no_more() -> Result<(), ConfineError> {
    set_no_new_privs(true).map_err(failed("set no_new_privs"))
}

/// Keeps other processes of the same user from reading this one's memory, which holds the configuration.
pub(crate) fn hide_memory() {
    // Fails on no kernel that the rest works on; without it, other processes of this user could attach.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}
