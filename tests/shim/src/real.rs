//! The functions of the C library behind ours.

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    mem,
    ptr::NonNull,
};

use libc::{iovec, off_t, size_t, ssize_t};

pub(crate) type Write = unsafe extern "C" fn(c_int, *const c_void, size_t) -> ssize_t;
pub(crate) type WriteVectored = unsafe extern "C" fn(c_int, *const iovec, c_int) -> ssize_t;
pub(crate) type WriteAt = unsafe extern "C" fn(c_int, *const c_void, size_t, off_t) -> ssize_t;
pub(crate) type Sync = unsafe extern "C" fn(c_int) -> c_int;
pub(crate) type Truncate = unsafe extern "C" fn(c_int, off_t) -> c_int;
pub(crate) type Rename = unsafe extern "C" fn(*const c_char, *const c_char) -> c_int;

/// The next function of this name. The process ends where there is none, for what would be called is not known.
///
/// # Safety
/// `F` is the type of the C library's function of this name, as a pointer.
pub(crate) unsafe fn next<F: Copy>(name: &CStr) -> F {
    const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
    // SAFETY: the name ends with a zero byte and lasts longer than the call.
    let found = unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) };
    let Some(found) = NonNull::new(found) else { std::process::abort() };
    // SAFETY: both have the size of a pointer, as checked above; that the function behind it has this type is what the
    // caller promises, and the C library is never unloaded.
    unsafe { mem::transmute_copy(&found) }
}
