//! The Landlock domain: files, TCP ports, signals, abstract sockets.

use std::{
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus, NetPort,
    PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, Scope,
    make_bitflags, path_beneath_rules,
};
use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, fstat, openat2};

use super::{ConfineError, Rules, Sandbox, system};

/// The newest version of Landlock whose restrictions are known to suit connectors.
const NEWEST: ABI = ABI::V7;

/// What Landlock can do here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Kernel {
    /// Since Linux 5.13.
    pub(crate) files: bool,
    /// Truncating files; since Linux 6.2.
    pub(crate) truncation: bool,
    /// TCP ports; since Linux 6.7.
    pub(crate) ports: bool,
    /// Signals and abstract sockets; since Linux 6.12.
    pub(crate) signals: bool,
    /// Why it can do nothing; empty where it can.
    pub(crate) reason: &'static str,
}

impl Kernel {
    fn of(status: LandlockStatus) -> Self {
        match status {
            LandlockStatus::Available { effective_abi: abi, .. } => Self {
                files: abi >= ABI::V1,
                truncation: abi >= ABI::V3,
                ports: abi >= ABI::V4,
                signals: abi >= ABI::V6,
                reason: "",
            },
            LandlockStatus::NotEnabled => Self { reason: "Landlock is not enabled", ..Self::default() },
            LandlockStatus::NotImplemented => Self { reason: "it has no Landlock", ..Self::default() },
        }
    }

    fn suffices(&self, sandbox: Sandbox) -> Result<(), ConfineError> {
        match self {
            Self { files: false, reason, .. } => Err(ConfineError::NoFiles(reason)),
            _ if sandbox != Sandbox::Required => Ok(()),
            Self { ports: false, .. } => Err(ConfineError::Missing { missing: "ports" }),
            Self { signals: false, .. } => Err(ConfineError::Missing { missing: "signals" }),
            _ => Ok(()),
        }
    }
}

/// Where the kernel has no signal scope, the filter is the only fence.
pub(super) fn restrict_signals() -> Result<(), ConfineError> {
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::BestEffort).scope(Scope::Signal)?;
    ruleset.create()?.restrict_self()?;
    Ok(())
}

/// Confines this thread to what the rules name, as far as the kernel can.
pub(super) fn restrict(rules: &Rules, temporary: &Path) -> Result<Kernel, ConfineError> {
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?;
    let ruleset = add_ports(add_files(ruleset, rules, temporary)?, rules)?;
    let kernel = Kernel::of(ruleset.restrict_self()?.landlock);
    kernel.suffices(rules.sandbox)?;
    Ok(kernel)
}

/// The rights that make sense for what is no folder.
const OF_FILES: BitFlags<AccessFs> = make_bitflags!(AccessFs::{Execute | ReadFile | WriteFile | Truncate});
const READ: BitFlags<AccessFs> = make_bitflags!(AccessFs::{ReadFile | ReadDir});
const RUN: BitFlags<AccessFs> = make_bitflags!(AccessFs::{ReadFile | ReadDir | Execute});
const USE: BitFlags<AccessFs> = make_bitflags!(AccessFs::{ReadFile | WriteFile | Truncate});
const WRITE: BitFlags<AccessFs> = make_bitflags!(AccessFs::{
    ReadFile | ReadDir | WriteFile | Truncate | RemoveDir | RemoveFile | MakeDir | MakeReg | MakeFifo | MakeSym | Refer
});

fn add_files(
    ruleset: RulesetCreated,
    rules: &Rules,
    temporary: &Path,
) -> Result<RulesetCreated, RulesetError> {
    let ruleset = ruleset
        .add_rules(path_beneath_rules(&rules.system, READ))?
        .add_rules(path_beneath_rules(system::DEVICES, USE))?
        .add_rules(granted(&rules.read, READ))?
        .add_rules(granted(&rules.write, WRITE))?
        .add_rules(path_beneath_rules([temporary], WRITE))?;
    let ruleset = if rules.exec {
        ruleset.add_rules(path_beneath_rules(system::PROGRAMS.iter().chain(&system::LIBRARIES), RUN))?
    } else {
        ruleset
    };
    add_own_process(ruleset)
}

/// Rules for what was granted by name. The supervisor has followed the links, and told the operator where to: one that has
/// come since, perhaps by another connector's doing, leads nowhere.
fn granted(
    paths: &[PathBuf],
    access: BitFlags<AccessFs>,
) -> impl Iterator<Item = Result<PathBeneath<OwnedFd>, RulesetError>> {
    let open = |path: &PathBuf| {
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS).ok()
    };
    paths.iter().filter_map(open).map(move |descriptor| {
        let is_folder = fstat(&descriptor).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_dir());
        Ok(PathBeneath::new(descriptor, if is_folder { access } else { access & OF_FILES }))
    })
}

/// What a process may know of itself.
fn add_own_process(ruleset: RulesetCreated) -> Result<RulesetCreated, RulesetError> {
    let Ok(folder) = PathFd::new("/proc/self/.") else { return Ok(ruleset) };
    let Ok(kept) = PathFd::new("/proc/self/.") else { return Ok(ruleset) };
    // The rule is for this inode. As long as it is open, the kernel makes no other one for the same folder.
    std::mem::forget(kept);
    ruleset.add_rule(PathBeneath::new(folder, READ))
}

fn add_ports(mut ruleset: RulesetCreated, rules: &Rules) -> Result<RulesetCreated, RulesetError> {
    for port in &rules.ports {
        ruleset = ruleset.add_rule(NetPort::new(*port, AccessNet::ConnectTcp))?;
    }
    Ok(ruleset)
}
