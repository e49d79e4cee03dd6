//! What a worker gives up before it loads anything: capabilities, being looked into, and its user where another is named.

use std::io;

use rustix::{
    process::{DumpableBehavior, Gid, Uid, set_dumpable_behavior},
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
    #[error("there is no user {name:?}; give the name of a user of this system, or UID:GID")]
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
    /// The user of this name, or of these numbers: `UID` or `UID:GID`.
    ///
    /// # Errors
    /// Where there is none, or the runner is not root.
    pub(crate) fn find(name: &str) -> Result<Self, UserError> {
        if !rustix::process::geteuid().is_root() {
            return Err(UserError::NotRoot);
        }
        if let Some((uid, gid)) = name.split_once(':')
            && let (Ok(uid), Ok(gid)) = (uid.parse(), gid.parse())
        {
            return Ok(Self { uid, gid });
        }
        let found = match name.parse::<u32>() {
            Ok(uid) => nix::unistd::User::from_uid(uid.into()),
            Err(_) => nix::unistd::User::from_name(name),
        };
        let found =
            found.map_err(|errno| UserError::Lookup { name: name.to_owned(), source: errno.into() })?;
        let found = found.ok_or_else(|| UserError::Unknown { name: name.to_owned() })?;
        Ok(Self { uid: found.uid.as_raw(), gid: found.gid.as_raw() })
    }
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

/// From now on no program that is executed gets more than this process has.
pub(super) fn allow_no_more() -> Result<(), ConfineError> {
    set_no_new_privs(true).map_err(failed("set no_new_privs"))
}

/// Keeps other processes of the same user from reading this one's memory, which holds the configuration.
pub(crate) fn hide_memory() {
    // Fails on no kernel that the rest works on; without it, other processes of this user could attach.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}
