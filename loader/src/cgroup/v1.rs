//! The memory controller of cgroup v1.

use std::io;
use std::path::Path;

use super::files::{self, Action, FileError};
use super::{CgroupError, MemoryEvents, limits, parse};

/// Limits memory, and memory with swap where the kernel accounts swap. Returns the limit in force, in bytes.
pub(super) fn limit_memory(directory: &Path, bytes: u64) -> Result<u64, CgroupError> {
    let controller = limits::memory_controller(directory, false);
    let memory = directory.join("memory.limit_in_bytes");
    let in_force = limits::limit_bytes(&memory, bytes, |bytes| controller.set_limit(bytes))?;
    // Only after the other: the kernel refuses a sum below the memory limit, which is unlimited at first.
    let with_swap = directory.join("memory.memsw.limit_in_bytes");
    if with_swap.exists() {
        limits::limit_bytes(&with_swap, bytes, |bytes| controller.set_memswap_limit(bytes))?;
    }
    Ok(in_force)
}

/// What is held now without file cache, with the peak that includes it, in bytes.
pub(super) fn memory(directory: &Path) -> Result<(u64, Option<u64>), FileError> {
    let stat = files::read(&directory.join("memory.stat"))?;
    // `total_` counts cgroups below as well. The kernel's own memory has a file of its own, on kernels built with it.
    let user: u64 = ["total_rss", "total_shmem"].iter().filter_map(|key| parse::keyed(&stat, key)).sum();
    let file = directory.join("memory.kmem.usage_in_bytes");
    let kernel = files::read_if_present(&file)?.map_or(Ok(0), |text| files::number(&file, &text))?;
    let peak = files::read_number(&directory.join("memory.max_usage_in_bytes"))?;
    Ok((user + kernel, Some(peak)))
}

/// v1 counts a kill in the victim's own cgroup, which may be one that the connector made inside its own.
pub(super) fn events(directory: &Path) -> Result<MemoryEvents, FileError> {
    let mut oom_kills = 0;
    for cgroup in files::depth_first(directory)? {
        oom_kills += kills(&cgroup, cgroup == directory)?;
    }
    Ok(MemoryEvents { oom_kills, oom: oom_kills, max: limit_hits(directory)?.max(oom_kills) })
}

/// With equal limits the kernel charges memory with swap first, so that only its counter moves; newer kernels have
/// stopped counting that one.
fn limit_hits(directory: &Path) -> Result<u64, FileError> {
    let memory = files::read_number(&directory.join("memory.failcnt"))?;
    let file = directory.join("memory.memsw.failcnt");
    let with_swap = files::read_if_present(&file)?.map_or(Ok(0), |text| files::number(&file, &text))?;
    Ok(memory + with_swap)
}

/// A cgroup below the run's own may vanish while it is read.
fn kills(cgroup: &Path, must_exist: bool) -> Result<u64, FileError> {
    let file = cgroup.join("memory.oom_control");
    match files::read_if_present(&file)? {
        Some(text) => parse::keyed(&text, "oom_kill").ok_or_else(|| uncounted(&file)),
        None if must_exist => Err(FileError::new(Action::Read, &file, io::ErrorKind::NotFound.into())),
        None => Ok(0),
    }
}

fn uncounted(file: &Path) -> FileError {
    let reason = "this kernel does not count memory kills; it needs Linux 4.13";
    FileError::new(Action::Read, file, io::Error::new(io::ErrorKind::Unsupported, reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    fn cgroup(files: &[(&str, &str)]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn memory_and_swap_are_limited_together_where_swap_is_accounted() {
        for (files, with_swap) in [(&[("memory.memsw.limit_in_bytes", "")][..], true), (&[], false)] {
            let folder = cgroup(files);
            assert_eq!(limit_memory(folder.path(), 1 << 30).unwrap(), 1 << 30);
            assert_eq!(
                fs::read_to_string(folder.path().join("memory.limit_in_bytes")).unwrap(),
                "1073741824"
            );
            let swap = fs::read_to_string(folder.path().join("memory.memsw.limit_in_bytes")).ok();
            assert_eq!(swap.as_deref(), with_swap.then_some("1073741824"));
        }
    }

    #[test]
    fn memory_held_leaves_file_cache_out() {
        let stat = "cache 900\nrss 1\nshmem 2\ntotal_cache 900\ntotal_rss 100\ntotal_shmem 20\n";
        let peak = ("memory.max_usage_in_bytes", "4000\n");
        let table = [
            (cgroup(&[("memory.stat", stat), peak, ("memory.kmem.usage_in_bytes", "3\n")]), 123),
            (cgroup(&[("memory.stat", stat), peak]), 120),
        ];
        for (folder, held) in table {
            assert_eq!(memory(folder.path()).unwrap(), (held, Some(4000)));
        }
    }

    #[test]
    fn kills_are_counted_in_the_whole_tree() {
        let folder = cgroup(&[
            ("memory.failcnt", "2\n"),
            ("memory.memsw.failcnt", "7\n"),
            ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n"),
            ("inner/deep/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"),
        ]);
        assert_eq!(events(folder.path()).unwrap(), MemoryEvents { oom_kills: 3, oom: 3, max: 9 });
    }

    #[test]
    fn a_kernel_that_does_not_count_kills_is_not_read_as_zero() {
        let folder =
            cgroup(&[("memory.failcnt", "0"), ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n")]);
        assert_eq!(events(folder.path()).unwrap_err().kind(), io::ErrorKind::Unsupported);
        let empty = cgroup(&[]);
        assert_eq!(events(empty.path()).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
