//! A library for `LD_PRELOAD`: calls that write to files below a folder pass up to a certain one; this one and all that
//! follow fail, as on a disk that is full or broken, or that one is the last thing that the process does. The environment
//! says which:
//!
//! | variable | what it says |
//! | --- | --- |
//! | `SHIM_FOLDER` | the folder, an absolute path without links; without, every call passes |
//! | `SHIM_CALL` | the calls that are meant, with commas between: `write`, `pwrite`, `fsync`, `fdatasync`, `ftruncate`, `rename`; without, all of them |
//! | `SHIM_AFTER` | how many of them pass |
//! | `SHIM_ERRNO` | the error number, or 0 for calls that do nothing and claim success; without, the process is killed by SIGKILL in the place of the call |
//! | `SHIM_TORN` | that the first one that fails, where it writes bytes, writes half of them |
//!
//! What makes system calls by itself, as rustix does, is seen by it for `fdatasync` only, which wants root.

mod plan;
mod real;
mod trap;

use std::ffi::{CStr, c_char, c_int, c_void};

use libc::{iovec, off_t, size_t, ssize_t};

use plan::{Verdict, fail, on_descriptor, on_path};
use real::{Rename, Sync, Truncate, Write, WriteAt, WriteVectored, next};

/// # Safety
/// That of `write(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(descriptor: c_int, bytes: *const c_void, count: size_t) -> ssize_t {
    // SAFETY: this is the type of `write`.
    let real: Write = unsafe { next(c"write") };
    let verdict = on_descriptor("write", descriptor);
    let count = if verdict == Verdict::Tear { count / 2 } else { count };
    if verdict != Verdict::Fail {
        // SAFETY: the caller promises that so many bytes can be read; half of them can, too.
        let written = unsafe { real(descriptor, bytes, count) };
        if verdict == Verdict::Pass {
            return written;
        }
    }
    fail() as ssize_t
}

/// # Safety
/// That of `writev(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn writev(descriptor: c_int, parts: *const iovec, count: c_int) -> ssize_t {
    // SAFETY: this is the type of `writev`.
    let real: WriteVectored = unsafe { next(c"writev") };
    if on_descriptor("write", descriptor) != Verdict::Pass {
        return fail() as ssize_t;
    }
    // SAFETY: the arguments are those of the caller, who promises what `writev` asks for.
    unsafe { real(descriptor, parts, count) }
}

/// What `pwrite` and `pwrite64` do: with 64 bits they are one.
unsafe fn write_at(
    name: &CStr,
    descriptor: c_int,
    bytes: *const c_void,
    count: size_t,
    at: off_t,
) -> ssize_t {
    // SAFETY: this is the type of both.
    let real: WriteAt = unsafe { next(name) };
    let verdict = on_descriptor("pwrite", descriptor);
    let count = if verdict == Verdict::Tear { count / 2 } else { count };
    if verdict != Verdict::Fail {
        // SAFETY: the caller promises that so many bytes can be read; half of them can, too.
        let written = unsafe { real(descriptor, bytes, count, at) };
        if verdict == Verdict::Pass {
            return written;
        }
    }
    fail() as ssize_t
}

/// # Safety
/// That of `pwrite(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite(
    descriptor: c_int,
    bytes: *const c_void,
    count: size_t,
    at: off_t,
) -> ssize_t {
    // SAFETY: the arguments are those of the caller, who promises what `pwrite` asks for.
    unsafe { write_at(c"pwrite", descriptor, bytes, count, at) }
}

/// # Safety
/// That of `pwrite(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite64(
    descriptor: c_int,
    bytes: *const c_void,
    count: size_t,
    at: off_t,
) -> ssize_t {
    // SAFETY: as for `pwrite`.
    unsafe { write_at(c"pwrite64", descriptor, bytes, count, at) }
}

/// # Safety
/// None is needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fsync(descriptor: c_int) -> c_int {
    // SAFETY: this is the type of `fsync`.
    let real: Sync = unsafe { next(c"fsync") };
    if on_descriptor("fsync", descriptor) != Verdict::Pass {
        return fail();
    }
    // SAFETY: takes a number, whatever it names.
    unsafe { real(descriptor) }
}

/// # Safety
/// None is needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fdatasync(descriptor: c_int) -> c_int {
    // SAFETY: this is the type of `fdatasync`.
    let real: Sync = unsafe { next(c"fdatasync") };
    if on_descriptor("fdatasync", descriptor) != Verdict::Pass {
        return fail();
    }
    // SAFETY: takes a number, whatever it names.
    unsafe { real(descriptor) }
}

/// What `ftruncate` and `ftruncate64` do: with 64 bits they are one.
fn truncate(name: &CStr, descriptor: c_int, length: off_t) -> c_int {
    // SAFETY: this is the type of both.
    let real: Truncate = unsafe { next(name) };
    if on_descriptor("ftruncate", descriptor) != Verdict::Pass {
        return fail();
    }
    // SAFETY: takes numbers, whatever they name.
    unsafe { real(descriptor, length) }
}

/// # Safety
/// None is needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate(descriptor: c_int, length: off_t) -> c_int {
    truncate(c"ftruncate", descriptor, length)
}

/// # Safety
/// None is needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate64(descriptor: c_int, length: off_t) -> c_int {
    truncate(c"ftruncate64", descriptor, length)
}

/// # Safety
/// That of `rename(2)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    // SAFETY: this is the type of `rename`.
    let real: Rename = unsafe { next(c"rename") };
    // SAFETY: the caller promises a text that ends with a zero byte; it is read during this call only.
    let target = unsafe { CStr::from_ptr(to) };
    if on_path("rename", target) != Verdict::Pass {
        return fail();
    }
    // SAFETY: the arguments are those of the caller, who promises what `rename` asks for.
    unsafe { real(from, to) }
}
