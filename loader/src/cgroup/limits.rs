//! Writes limits through `cgroups-rs` and believes only what it reads back.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use cgroups_rs::fs::MaxValue;
use cgroups_rs::fs::cpu::CpuController;
use cgroups_rs::fs::memory::MemController;
use cgroups_rs::fs::pid::PidController;

use super::CgroupError;
use super::files::{self, Action, FileError};

/// Limits processes and threads; v1 and v2 use the same file.
pub(super) fn limit_processes(directory: &Path, most: u64) -> Result<(), CgroupError> {
    let file = directory.join("pids.max");
    let controller = PidController::new(directory.to_owned(), PathBuf::new(), false);
    written(controller.set_pid_max(MaxValue::Value(signed(most))), &file, most)?;
    confirm(&file, most, 1)?;
    Ok(())
}

/// The span over which the kernel measures processor time, in microseconds: its own default.
const PERIOD: u64 = 100_000;

/// Limits the time on processors, in hundredths of one.
pub(super) fn limit_processors(directory: &Path, percent: u32) -> Result<(), CgroupError> {
    let v2 = directory.join("cpu.max");
    let quota = PERIOD / 100 * u64::from(percent);
    let controller = CpuController::new(directory.to_owned(), PathBuf::new(), v2.exists());
    let set = controller.set_cfs_quota_and_period(Some(signed(quota)), Some(PERIOD));
    if v2.exists() {
        written(set, &v2, quota)?;
        return confirm_text(&v2, &format!("{quota} {PERIOD}"));
    }
    let v1 = directory.join("cpu.cfs_quota_us");
    written(set, &v1, quota)?;
    confirm_text(&v1, &quota.to_string())
}

/// Reads a limit back that is more than a number.
fn confirm_text(file: &Path, wanted: &str) -> Result<(), CgroupError> {
    let found = files::read(file)?.trim().to_owned();
    if found == wanted {
        return Ok(());
    }
    Err(CgroupError::NotApplied { file: file.to_owned(), wanted: wanted.to_owned(), found })
}

/// Writes a limit in bytes and returns what the kernel made of it.
pub(super) fn limit_bytes(
    file: &Path,
    bytes: u64,
    set: impl FnOnce(i64) -> cgroups_rs::fs::error::Result<()>,
) -> Result<u64, CgroupError> {
    written(set(signed(bytes)), file, bytes)?;
    let page = rustix::param::page_size() as u64;
    confirm(file, bytes, page)
}

/// Writes a limit in bytes that `cgroups-rs` has no function for.
pub(super) fn write_bytes(file: &Path, bytes: u64) -> Result<u64, CgroupError> {
    files::write(file, &bytes.to_string())?;
    confirm(file, bytes, rustix::param::page_size() as u64)
}

/// The controller of `cgroups-rs` for the files of `directory`, wherever that is mounted.
pub(super) fn memory_controller(directory: &Path, is_v2: bool) -> MemController {
    MemController::new(directory.to_owned(), PathBuf::new(), is_v2)
}

/// Writes an attribute that `cgroups-rs` has no function for.
pub(super) fn set_flag(file: &Path) -> Result<(), CgroupError> {
    files::write(file, "1")?;
    confirm(file, 1, 1)?;
    Ok(())
}

/// The number after `key` in a file of `key number` lines.
pub(super) fn keyed(file: &Path, key: &str) -> Result<u64, FileError> {
    let absent = || io::Error::new(io::ErrorKind::InvalidData, format!("it has no `{key}` line"));
    super::parse::keyed(&files::read(file)?, key).ok_or_else(|| FileError::new(Action::Read, file, absent()))
}

/// Reads a limit back; the kernel may have rounded it down by less than `unit`.
fn confirm(file: &Path, wanted: u64, unit: u64) -> Result<u64, CgroupError> {
    let text = files::read(file)?;
    let taken = text.trim().parse().ok().filter(|found| *found <= wanted && wanted - found < unit);
    taken.ok_or_else(|| CgroupError::NotApplied {
        file: file.to_owned(),
        wanted: wanted.to_string(),
        found: text.trim().to_owned(),
    })
}

/// `cgroups-rs` takes signed numbers; what does not fit is refused when it is read back.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Names file and data, which the errors of `cgroups-rs` do only in part.
fn written(result: cgroups_rs::fs::error::Result<()>, file: &Path, data: u64) -> Result<(), FileError> {
    result.map_err(|error| FileError::new(Action::Write(data.to_string()), file, io_error(error)))
}

/// The kernel's answer inside an error of `cgroups-rs`.
fn io_error(error: cgroups_rs::fs::error::Error) -> io::Error {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    match cause.and_then(io::Error::raw_os_error) {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_limit_is_in_force_when_it_reads_back_the_same_or_rounded_down() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("memory.max");
        let table = [
            ("8192\n", 8192, 4096, Some(8192)),
            ("8192\n", 12287, 4096, Some(8192)),
            ("8192\n", 12288, 4096, None),
            ("8192\n", 8191, 4096, None),
            ("64\n", 64, 1, Some(64)),
            ("63\n", 64, 1, None),
            ("max\n", 64, 1, None),
            ("", 64, 1, None),
        ];
        for (text, wanted, unit, expected) in table {
            fs::write(&file, text).unwrap();
            assert_eq!(confirm(&file, wanted, unit).ok(), expected, "{text:?} after {wanted}");
        }
    }

    #[test]
    fn a_limit_that_the_kernel_drops_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pids.max");
        symlink("/dev/null", &file).unwrap();
        let error = limit_processes(folder.path(), 64).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{} holds `` after `64` was written; the limit is not in force", file.display())
        );
    }

    #[test]
    fn a_limit_that_cannot_be_written_names_file_data_and_cause() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pids.max");
        symlink("/dev/full", &file).unwrap();
        let error = limit_processes(folder.path(), 64).unwrap_err();
        assert_eq!(error.to_string(), format!("failed to write `64` to {}", file.display()));
        assert_eq!(error.source().unwrap().to_string(), "No space left on device (os error 28)");
    }

    #[test]
    fn a_limit_beyond_the_range_of_the_kernel_is_not_taken_for_applied() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(limit_processes(folder.path(), u64::MAX), Err(CgroupError::NotApplied { .. })));
    }
}
