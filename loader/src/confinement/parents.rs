//! The processes above a worker, guardian and runner, which would be the first victims of a connector that kills its
//! parent.
//!
//! Landlock's signal scope stops every signal to a process outside of the worker's own, but exists since Linux 6.12
//! only. The filter of system calls works everywhere, but can only compare numbers: it knows the parents by their ids,
//! and also stops what is no signal, such as changing their limits.
//!
//! What passes on an older kernel: a signal to a thread of the runner other than its first, by the id of that thread.

use rustix::process::getppid;

use crate::processes::group;

/// Every first argument of `kill` that would meet a parent: its id, its group, and 'everybody'.
pub(super) fn numbers(runner: i32) -> Vec<i32> {
    let guardian = getppid().map_or(runner, |pid| pid.as_raw_nonzero().get());
    let mut numbers = vec![-1, guardian, -guardian, runner, -runner];
    numbers.extend(group(runner).map(|group| -group));
    numbers
}
