//! Reads the texts in which the kernel describes mounts, memberships and counters.

use std::path::{Path, PathBuf};

/// One mounted cgroup hierarchy, from `/proc/self/mountinfo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// The cgroup that the mount point shows, as a path inside the hierarchy.
    pub(super) root: PathBuf,
    pub(super) mount_point: PathBuf,
    pub(super) kind: MountKind,
}

/// What a mounted hierarchy carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MountKind {
    /// A v1 hierarchy with the mount options that name its controllers.
    V1 { options: Vec<String> },
    /// The one v2 hierarchy; its controllers stand in its files.
    V2,
}

/// This process's place in one hierarchy, from `/proc/self/cgroup`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Membership {
    /// Empty for the v2 hierarchy.
    pub(super) controllers: Vec<String>,
    pub(super) path: PathBuf,
}

/// The cgroup mounts in a `mountinfo` text, in its order.
pub(super) fn mounts(mountinfo: &str) -> Vec<Mount> {
    mountinfo.lines().filter_map(mount).collect()
}

fn mount(line: &str) -> Option<Mount> {
    let (place, filesystem) = line.split_once(" - ")?;
    let mut place = place.split(' ').skip(3);
    let (root, mount_point) = (place.next()?, place.next()?);
    let mut filesystem = filesystem.split(' ');
    let (name, options) = (filesystem.next()?, filesystem.nth(1)?);
    let kind = match name {
        "cgroup" => MountKind::V1 { options: options.split(',').map(str::to_owned).collect() },
        "cgroup2" => MountKind::V2,
        _ => return None,
    };
    Some(Mount { root: unescaped(root).into(), mount_point: unescaped(mount_point).into(), kind })
}

/// Undoes the octal escapes (`\040` for a space) that the kernel writes in paths.
fn unescaped(path: &str) -> String {
    const ESCAPES: [(&str, &str); 4] = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    ESCAPES.iter().fold(path.to_owned(), |path, (escape, plain)| path.replace(escape, plain))
}

/// The memberships in a `/proc/<pid>/cgroup` text.
pub(super) fn memberships(text: &str) -> Vec<Membership> {
    text.lines().filter_map(membership).collect()
}

/// A path may hold colons, so only the first two separate.
fn membership(line: &str) -> Option<Membership> {
    let mut parts = line.splitn(3, ':').skip(1);
    let (controllers, path) = (parts.next()?, parts.next()?);
    let controllers = controllers.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    Some(Membership { controllers, path: path.into() })
}

/// The number after `key` in a text of `key number` lines (`memory.events`, `memory.stat`, ...).
pub(super) fn keyed(text: &str, key: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')?.trim().parse().ok())
}

/// The process ids in a `cgroup.procs` text. A process of another pid namespace is listed as 0.
pub(super) fn pids(text: &str) -> Vec<i32> {
    text.lines().filter_map(|line| line.trim().parse().ok()).collect()
}

/// The pid that starts a run's name, `<pid>-<anything>`.
pub(super) fn runner_pid(name: &str) -> Option<u32> {
    let (pid, rest) = name.split_once('-')?;
    let pid = pid.parse().ok().filter(|pid| *pid > 0)?;
    (!rest.is_empty() && !name.contains('/')).then_some(pid)
}

/// `path` of a hierarchy as seen under `mount`; none where the mount shows another branch.
pub(super) fn visible(mount: &Mount, path: &Path) -> Option<PathBuf> {
    let below = path.strip_prefix(&mount.root).ok()?;
    let climbs = below.components().any(|part| part.as_os_str() == "..");
    (!climbs).then(|| mount.mount_point.join(below)).map(|path| path.components().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v1(root: &str, mount_point: &str, options: &[&str]) -> Mount {
        let options = options.iter().map(ToString::to_string).collect();
        Mount { root: root.into(), mount_point: mount_point.into(), kind: MountKind::V1 { options } }
    }

    fn v2(root: &str, mount_point: &str) -> Mount {
        Mount { root: root.into(), mount_point: mount_point.into(), kind: MountKind::V2 }
    }

    #[test]
    fn mountinfo_lines_become_cgroup_mounts_and_nothing_else() {
        let table = [
            (
                "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
                vec![v1("/", "/sys/fs/cgroup/memory", &["rw", "memory"])],
            ),
            (
                "29 26 0:26 /docker/ab /sys/fs/cgroup/cpu,cpuacct ro,nosuid shared:10 master:6 - cgroup cgroup rw,cpu,cpuacct",
                vec![v1("/docker/ab", "/sys/fs/cgroup/cpu,cpuacct", &["rw", "cpu", "cpuacct"])],
            ),
            (
                "41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate",
                vec![v2("/", "/sys/fs/cgroup")],
            ),
            ("41 31 0:38 /a\\040b /mnt/c\\134d\\040e rw - cgroup2 none rw", vec![v2("/a b", "/mnt/c\\d e")]),
            ("31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755", vec![]),
            ("not a mount", vec![]),
            ("", vec![]),
        ];
        for (line, expected) in table {
            assert_eq!(mounts(line), expected, "{line}");
        }
    }

    #[test]
    fn membership_lines_keep_colons_in_paths() {
        let table = [
            ("0::/user.slice/run-1.scope", Some((vec![], "/user.slice/run-1.scope"))),
            ("4:memory:/a", Some((vec!["memory"], "/a"))),
            ("2:cpu,cpuacct:/x.slice:cri:9", Some((vec!["cpu", "cpuacct"], "/x.slice:cri:9"))),
            ("9:name=systemd:/", Some((vec!["name=systemd"], "/"))),
            ("4:memory", None),
            ("", None),
        ];
        for (line, expected) in table {
            let expected = expected.map(|(controllers, path)| Membership {
                controllers: controllers.iter().map(ToString::to_string).collect(),
                path: path.into(),
            });
            assert_eq!(memberships(line).pop(), expected, "{line}");
        }
    }

    #[test]
    fn a_key_is_matched_whole() {
        let events = "low 0\nhigh 2\nmax 17\noom 3\noom_kill 1\noom_group_kill 1\n";
        let table =
            [("max", Some(17)), ("oom", Some(3)), ("oom_kill", Some(1)), ("oom_", None), ("peak", None)];
        for (key, expected) in table {
            assert_eq!(keyed(events, key), expected, "{key}");
        }
        assert_eq!(keyed("max -1", "max"), None);
        assert_eq!(keyed("", "max"), None);
    }

    #[test]
    fn a_run_is_named_after_its_runner() {
        let table = [
            ("17-0190", Some(17)),
            ("17-a-b", Some(17)),
            ("17", None),
            ("17-", None),
            ("-x", None),
            ("0-x", None),
            ("runner-17", None),
            ("17-../x", None),
        ];
        for (name, expected) in table {
            assert_eq!(runner_pid(name), expected, "{name}");
        }
    }

    #[test]
    fn a_path_is_seen_only_below_the_mounted_root() {
        let table = [
            ("/", "/", Some("/m")),
            ("/", "/a/b", Some("/m/a/b")),
            ("/docker/ab", "/docker/ab", Some("/m")),
            ("/docker/ab", "/docker/ab/c", Some("/m/c")),
            ("/docker/ab", "/docker/abc", None),
            ("/docker/ab", "/", None),
            ("/", "/../x", None),
        ];
        for (root, path, expected) in table {
            assert_eq!(
                visible(&v2(root, "/m"), Path::new(path)),
                expected.map(PathBuf::from),
                "{root} {path}"
            );
        }
    }
}
