//! Tells a user what would grant the runner a cgroup.

use std::fmt;
use std::io;

use super::layout::{Hierarchy, Version};
use super::{CgroupError, files};

/// What a user can do to be granted a cgroup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// v2, not permitted here.
    Delegate,
    /// v1, not permitted here.
    BeRoot,
    /// The hierarchy is mounted read-only.
    MountWritable,
    /// Permitted, but the controllers do not reach this far down.
    HandDown,
    /// The kernel, or the whole container, is without them.
    SwitchOn,
    /// Permitted, but other processes share the cgroup.
    BeAlone,
}

impl fmt::Display for Remedy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Remedy::Delegate => {
                "start it with `systemd-run --user --scope -p Delegate=yes codeclimate-connector ...`, or as root, \
                 or in a container with a writable cgroup"
            }
            Remedy::BeRoot => {
                "start it as root, or in a container with writable cgroups; cgroup v1 cannot be delegated to a user, \
                 cgroup v2 can (boot with `systemd.unified_cgroup_hierarchy=1`)"
            }
            Remedy::MountWritable => {
                "it is mounted read-only: start the container with a writable cgroup of its own, for example \
                 `docker run --privileged --cgroupns=private ...`"
            }
            Remedy::HandDown => {
                "have the controllers handed down: start it with \
                 `systemd-run --user --scope -p Delegate=yes codeclimate-connector ...`, after \
                 `systemctl edit user@.service` with `[Service]` and `Delegate=memory pids` where users have none, or as root"
            }
            Remedy::SwitchOn => {
                "they are off for this whole system or container: boot the kernel with `cgroup_enable=memory`, or hand \
                 them down to the container"
            }
            Remedy::BeAlone => {
                "start it alone in its cgroup: `systemd-run --user --scope -p Delegate=yes codeclimate-connector ...`, \
                 or as the first process of its container (from a shell script, with `exec`)"
            }
        })
    }
}

impl Remedy {
    /// What helps against `error`, met in `hierarchy`.
    pub(super) fn for_error(error: &CgroupError, hierarchy: &Hierarchy) -> Remedy {
        match error {
            CgroupError::Busy { .. } => Remedy::BeAlone,
            CgroupError::NotDelegated { missing, .. } if is_off(missing, hierarchy) => Remedy::SwitchOn,
            CgroupError::NotDelegated { .. } => Remedy::HandDown,
            CgroupError::File(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => {
                Remedy::MountWritable
            }
            _ if hierarchy.version == Version::V1 => Remedy::BeRoot,
            _ => Remedy::Delegate,
        }
    }
}

/// Whether a controller is missing even at the root that this system shows.
fn is_off(missing: &str, hierarchy: &Hierarchy) -> bool {
    let present = files::read(&hierarchy.mount_point.join("cgroup.controllers")).unwrap_or_default();
    missing.split(' ').any(|name| !present.split_whitespace().any(|found| found == name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cgroup::files::{Action, FileError};
    use std::fs;
    use std::path::Path;

    #[test]
    fn every_refusal_has_its_remedy() {
        use Version::{V1, V2};
        let file = |kind: io::ErrorKind| {
            CgroupError::File(FileError::new(Action::Make, Path::new("/x"), kind.into()))
        };
        let missing =
            |missing: &str| CgroupError::NotDelegated { directory: "/x".into(), missing: missing.into() };
        let busy = CgroupError::Busy { directory: "/x".into(), pids: "1".into() };
        let table = [
            (V2, file(io::ErrorKind::PermissionDenied), Remedy::Delegate),
            (V1, file(io::ErrorKind::PermissionDenied), Remedy::BeRoot),
            (V1, file(io::ErrorKind::ReadOnlyFilesystem), Remedy::MountWritable),
            (V2, file(io::ErrorKind::ReadOnlyFilesystem), Remedy::MountWritable),
            (V2, missing("pids"), Remedy::HandDown),
            (V2, missing("memory pids"), Remedy::SwitchOn),
            (V2, busy, Remedy::BeAlone),
        ];
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("cgroup.controllers"), "cpu pids\n").unwrap();
        for (version, error, expected) in table {
            let hierarchy = Hierarchy { version, mount_point: root.path().to_owned(), own: None };
            assert_eq!(Remedy::for_error(&error, &hierarchy), expected, "{error}");
        }
    }
}
