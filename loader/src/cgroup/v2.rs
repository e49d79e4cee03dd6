//! The memory controller of cgroup v2.

use std::path::Path;

use super::files::{self, FileError};
use super::{CgroupError, MemoryEvents, limits, parse};

/// Limits memory, forbids swap and makes a kill for memory end the whole run. Returns the limit in force, in bytes.
pub(super) fn limit_memory(directory: &Path, bytes: u64) -> Result<u64, CgroupError> {
    let controller = limits::memory_controller(directory, true);
    let in_force =
        limits::limit_bytes(&directory.join("memory.max"), bytes, |bytes| controller.set_limit(bytes))?;
    let swap = directory.join("memory.swap.max");
    if swap.exists() {
        limits::limit_bytes(&swap, 0, |none| controller.set_memswap_limit(none))?;
    }
    limits::set_flag(&directory.join("memory.oom.group"))?;
    Ok(in_force)
}

/// What is held now without file cache, with the peak that includes it, in bytes.
pub(super) fn memory(directory: &Path) -> Result<(u64, Option<u64>), FileError> {
    let stat = files::read(&directory.join("memory.stat"))?;
    let user: u64 = ["anon", "shmem"].iter().filter_map(|key| parse::keyed(&stat, key)).sum();
    let file = directory.join("memory.peak");
    let peak = files::read_if_present(&file)?.map(|text| files::number(&file, &text)).transpose()?;
    Ok((user + kernel(&stat), peak))
}

/// Linux 5.18 and later give the sum; before, it is the sum of its parts.
fn kernel(stat: &str) -> u64 {
    const PARTS: [&str; 4] = ["kernel_stack", "pagetables", "percpu", "slab"];
    parse::keyed(stat, "kernel")
        .unwrap_or_else(|| PARTS.iter().filter_map(|part| parse::keyed(stat, part)).sum())
}

/// v2 counts the events of cgroups below as well.
pub(super) fn events(directory: &Path) -> Result<MemoryEvents, FileError> {
    let file = directory.join("memory.events");
    let count = |key| limits::keyed(&file, key);
    Ok(MemoryEvents { oom_kills: count("oom_kill")?, oom: count("oom")?, max: count("max")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io;

    #[test]
    fn swap_is_forbidden_where_there_is_swap() {
        for has_swap in [true, false] {
            let folder = tempfile::tempdir().unwrap();
            let text = |name: &str| fs::read_to_string(folder.path().join(name)).ok();
            fs::write(folder.path().join("memory.oom.group"), "0\n").unwrap();
            if has_swap {
                fs::write(folder.path().join("memory.swap.max"), "max\n").unwrap();
            }
            assert_eq!(limit_memory(folder.path(), 1 << 30).unwrap(), 1 << 30);
            assert_eq!(text("memory.max").as_deref(), Some("1073741824"));
            assert_eq!(text("memory.swap.max").as_deref(), has_swap.then_some("0"));
            assert!(text("memory.oom.group").unwrap().starts_with('1'));
        }
    }

    #[test]
    fn a_kernel_without_group_kills_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = limit_memory(folder.path(), 1 << 30).unwrap_err();
        let file = folder.path().join("memory.oom.group");
        assert_eq!(error.to_string(), format!("failed to write `1` to {}", file.display()));
    }

    #[test]
    fn memory_held_leaves_file_cache_out() {
        let table = [
            ("anon 100\nfile 9000\nkernel 30\nslab 29\nshmem 7\n", Some("5000\n"), (137, Some(5000))),
            (
                "anon 100\nfile 9000\nkernel_stack 1\npagetables 2\npercpu 3\nslab 4\nshmem 7\n",
                None,
                (117, None),
            ),
        ];
        for (stat, peak, expected) in table {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("memory.stat"), stat).unwrap();
            if let Some(peak) = peak {
                fs::write(folder.path().join("memory.peak"), peak).unwrap();
            }
            assert_eq!(memory(folder.path()).unwrap(), expected, "{stat}");
        }
    }

    #[test]
    fn events_are_read_and_a_missing_counter_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("memory.events");
        fs::write(&file, "low 0\nhigh 0\nmax 41\noom 2\noom_kill 1\noom_group_kill 1\n").unwrap();
        assert_eq!(events(folder.path()).unwrap(), MemoryEvents { oom_kills: 1, oom: 2, max: 41 });
        fs::write(&file, "low 0\nmax 41\noom 2\n").unwrap();
        assert_eq!(events(folder.path()).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
