//! Finds where the memory and pids controllers are mounted, with this process's own place in each.

use std::path::{Path, PathBuf};

use super::CgroupError;
use super::files;
use super::parse::{self, Membership, Mount, MountKind};

/// Which of the kernel's two interfaces a hierarchy speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V2,
}

/// One mounted hierarchy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hierarchy {
    pub(super) version: Version,
    pub(super) mount_point: PathBuf,
    /// The folder of this process's own cgroup; none when the mount shows another branch.
    pub(super) own: Option<PathBuf>,
}

/// Where the two controllers that a run needs are found: both on v2, both on v1, or one on each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) memory: Hierarchy,
    pub(super) pids: Hierarchy,
    /// Needed only where processor time is limited.
    pub(super) cpu: Option<Hierarchy>,
}

impl Layout {
    /// Reads the layout of this process.
    pub(super) fn read() -> Result<Layout, CgroupError> {
        let mountinfo = files::read(Path::new("/proc/self/mountinfo"))?;
        let memberships = files::read(Path::new("/proc/self/cgroup"))?;
        Layout::parse(&mountinfo, &memberships)
    }

    fn parse(mountinfo: &str, memberships: &str) -> Result<Layout, CgroupError> {
        let mounts = parse::mounts(mountinfo);
        let memberships = parse::memberships(memberships);
        let hierarchy = |controller| {
            let found = v1(&mounts, &memberships, controller).or_else(|| v2(&mounts, &memberships));
            found.ok_or(CgroupError::NotMounted { controller })
        };
        Ok(Layout { memory: hierarchy("memory")?, pids: hierarchy("pids")?, cpu: hierarchy("cpu").ok() })
    }

    /// Each hierarchy once.
    pub(super) fn hierarchies(&self) -> Vec<&Hierarchy> {
        let mut all = vec![&self.memory];
        for hierarchy in [Some(&self.pids), self.cpu.as_ref()].into_iter().flatten() {
            if !all.contains(&hierarchy) {
                all.push(hierarchy);
            }
        }
        all
    }
}

fn v1(mounts: &[Mount], memberships: &[Membership], controller: &str) -> Option<Hierarchy> {
    let named = |names: &[String]| names.iter().any(|name| name == controller);
    let carries = |mount: &&Mount| matches!(&mount.kind, MountKind::V1 { options } if named(options));
    let own = memberships.iter().find(|membership| named(&membership.controllers));
    best(mounts.iter().filter(carries), own, Version::V1)
}

fn v2(mounts: &[Mount], memberships: &[Membership]) -> Option<Hierarchy> {
    let own = memberships.iter().find(|membership| membership.controllers.is_empty());
    best(mounts.iter().filter(|mount| mount.kind == MountKind::V2), own, Version::V2)
}

/// The mount that shows this process's own cgroup, else the first one.
fn best<'a>(
    mounts: impl Iterator<Item = &'a Mount>,
    own: Option<&Membership>,
    version: Version,
) -> Option<Hierarchy> {
    let place = |mount: &Mount| own.and_then(|own| parse::visible(mount, &own.path));
    let mut found: Vec<_> = mounts
        .map(|mount| Hierarchy { version, mount_point: mount.mount_point.clone(), own: place(mount) })
        .collect();
    let index = found.iter().position(|hierarchy| hierarchy.own.is_some()).unwrap_or(0);
    (!found.is_empty()).then(|| found.swap_remove(index))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hierarchy(version: Version, mount_point: &str, own: Option<&str>) -> Hierarchy {
        Hierarchy { version, mount_point: mount_point.into(), own: own.map(PathBuf::from) }
    }

    const V2_MOUNT: &str = "41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw";
    const V1_MEMORY: &str = "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory";
    const V1_PIDS: &str = "39 31 0:36 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids";
    const UNIFIED: &str = "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw";

    #[test]
    fn each_controller_is_found_where_it_is_mounted() {
        use Version::{V1, V2};
        let table = [
            (
                "v2 only",
                vec![V2_MOUNT],
                "0::/user.slice/run-1.scope",
                hierarchy(V2, "/sys/fs/cgroup", Some("/sys/fs/cgroup/user.slice/run-1.scope")),
                hierarchy(V2, "/sys/fs/cgroup", Some("/sys/fs/cgroup/user.slice/run-1.scope")),
            ),
            (
                "v1 beside an empty v2",
                vec![UNIFIED, V1_MEMORY, V1_PIDS],
                "8:pids:/\n4:memory:/job/7\n0::/",
                hierarchy(V1, "/sys/fs/cgroup/memory", Some("/sys/fs/cgroup/memory/job/7")),
                hierarchy(V1, "/sys/fs/cgroup/pids", Some("/sys/fs/cgroup/pids")),
            ),
            (
                "memory on v1, pids on v2",
                vec![V1_MEMORY, UNIFIED],
                "4:memory:/\n0::/a",
                hierarchy(V1, "/sys/fs/cgroup/memory", Some("/sys/fs/cgroup/memory")),
                hierarchy(V2, "/sys/fs/cgroup/unified", Some("/sys/fs/cgroup/unified/a")),
            ),
            (
                "a container without a cgroup namespace",
                vec!["35 31 0:32 /docker/ab /sys/fs/cgroup ro - cgroup2 cgroup rw"],
                "0::/docker/ab",
                hierarchy(V2, "/sys/fs/cgroup", Some("/sys/fs/cgroup")),
                hierarchy(V2, "/sys/fs/cgroup", Some("/sys/fs/cgroup")),
            ),
            (
                "a mount of somebody else's branch first",
                vec!["35 31 0:32 /other /mnt/other rw - cgroup2 cgroup rw", V2_MOUNT],
                "0::/mine",
                hierarchy(V2, "/sys/fs/cgroup", Some("/sys/fs/cgroup/mine")),
                hierarchy(V2, "/sys/fs/cgroup", Some("/sys/fs/cgroup/mine")),
            ),
            (
                "only a mount of somebody else's branch",
                vec!["35 31 0:32 /other /mnt/other rw - cgroup2 cgroup rw"],
                "0::/mine",
                hierarchy(V2, "/mnt/other", None),
                hierarchy(V2, "/mnt/other", None),
            ),
        ];
        for (name, mountinfo, memberships, memory, pids) in table {
            let layout = Layout::parse(&mountinfo.join("\n"), memberships).unwrap();
            assert_eq!((layout.memory, layout.pids), (memory, pids), "{name}");
        }
    }

    #[test]
    fn a_controller_that_is_mounted_nowhere_is_named() {
        let table = [("", "", "memory"), (V1_MEMORY, "4:memory:/", "pids"), (V1_PIDS, "8:pids:/", "memory")];
        for (mountinfo, memberships, missing) in table {
            match Layout::parse(mountinfo, memberships) {
                Err(CgroupError::NotMounted { controller }) => assert_eq!(controller, missing),
                other => panic!("expected {missing} to be missing, got {other:?}"),
            }
        }
    }
}
