//! Keeps a connector from reaching the processes above it: guardian and runner would be the first victims of a
//! connector that kills its parent.
//!
//! Two fences, because neither is whole. Landlock's signal scope stops every signal to a process outside of the
//! worker's own, but exists since Linux 6.12 only. The filter of system calls works everywhere, but can only compare
//! numbers: it knows the parents by their ids, and also stops what is no signal, such as changing their limits.
//! Both are for this process and all that it starts, and cannot be taken off.
//!
//! What passes on an older kernel: a signal to a thread of the runner other than its first, by the id of that thread.

use std::collections::BTreeMap;

use landlock::{CompatLevel, Compatible, Ruleset, RulesetAttr, Scope};
use rustix::process::getppid;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch,
};

use crate::processes::group;

/// Why the fences could not be put up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfineError {
    #[error("failed to restrict signals with Landlock")]
    Landlock(#[from] landlock::RulesetError),
    #[error("failed to make the filter of system calls")]
    Filter(#[from] seccompiler::BackendError),
    #[error("failed to install the filter of system calls")]
    Install(#[from] seccompiler::Error),
}

/// Confines the calling thread and all that it starts from now on, threads and processes alike. `runner` is the
/// process id of the supervisor.
pub(crate) fn from_parents(runner: i32) -> Result<(), ConfineError> {
    restrict_signals()?;
    let filter = filter(&numbers_of_parents(runner))?;
    seccompiler::apply_filter(&filter)?;
    Ok(())
}

/// Whether this kernel can keep signals to a domain of processes.
pub(crate) fn has_signal_scope() -> bool {
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::HardRequirement).scope(Scope::Signal);
    ruleset.is_ok_and(|ruleset| ruleset.create().is_ok())
}

/// Where the kernel has no signal scope, the filter is the only fence.
fn restrict_signals() -> Result<(), ConfineError> {
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::BestEffort).scope(Scope::Signal)?;
    ruleset.create()?.restrict_self()?;
    Ok(())
}

/// Every first argument of `kill` that would meet a parent: its id, its group, and 'everybody'.
fn numbers_of_parents(runner: i32) -> Vec<i32> {
    let guardian = getppid().map_or(runner, |pid| pid.as_raw_nonzero().get());
    let mut numbers = vec![-1, guardian, -guardian, runner, -runner];
    numbers.extend(group(runner).map(|group| -group));
    numbers
}

/// System calls whose first argument is the process, or thread group, that they act on.
const BY_PROCESS: [i64; 6] = [
    libc::SYS_kill,
    libc::SYS_tgkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_prlimit64,
    libc::SYS_pidfd_open,
];
/// System calls that name a process or thread in a way that no filter can follow. Callers have another way.
const UNTRACEABLE: [i64; 2] = [libc::SYS_tkill, libc::SYS_pidfd_send_signal];

/// Answers EPERM to whatever acts on one of these processes.
fn filter(numbers: &[i32]) -> Result<BpfProgram, ConfineError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for call in BY_PROCESS {
        let of_each = numbers.iter().map(|number| first_argument_is(*number)).collect::<Result<_, _>>()?;
        rules.insert(call, of_each);
    }
    rules.extend(UNTRACEABLE.map(|call| (call, Vec::new())));
    let refuse = SeccompAction::Errno(libc::EPERM.cast_unsigned());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, ARCHITECTURE)?;
    Ok(filter.try_into()?)
}

fn first_argument_is(number: i32) -> Result<SeccompRule, seccompiler::BackendError> {
    let number = u64::from(number.cast_unsigned());
    SeccompRule::new(vec![SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, number)?])
}

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: TargetArch = TargetArch::aarch64;
