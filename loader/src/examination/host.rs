//! What this system offers a library that is to be loaded.

use std::{ffi::CStr, path::PathBuf};

use super::{GlibcVersion, Problem, libraries};

/// What a library is loaded with here.
#[derive(Debug)]
pub struct Host {
    /// Major and minor version of the interface that this runner offers.
    pub abi: (u16, u16),
    /// The version of the glibc that this process runs on.
    pub glibc: Option<GlibcVersion>,
    /// Where the dynamic linker looks for libraries, in no order.
    pub folders: Vec<PathBuf>,
}

impl Host {
    /// This system, with a runner that offers this version of the interface.
    #[must_use]
    pub fn here(abi: (u16, u16)) -> Host {
        Host { abi, glibc: glibc(), folders: libraries::folders() }
    }

    /// Whether the dynamic linker finds a library of this name. One named by its path is another matter.
    pub(super) fn has(&self, name: &str) -> bool {
        name.contains('/') || libraries::is_in(&self.folders, name)
    }

    pub(super) fn lacks_glibc(&self, needed: Option<GlibcVersion>) -> Option<Problem> {
        let (needed, here) = (needed?, self.glibc?);
        (needed > here).then_some(Problem::Glibc { needed, here })
    }
}

/// The version of the glibc in this process, which is the one in a worker too.
#[cfg(target_env = "gnu")]
fn glibc() -> Option<GlibcVersion> {
    // SAFETY: it takes nothing and only returns the address of a constant.
    let version = unsafe { libc::gnu_get_libc_version() };
    // SAFETY: glibc promises a text that ends with a zero byte and lives as long as the process.
    let version = unsafe { CStr::from_ptr(version) };
    GlibcVersion::parse(version.to_str().ok()?)
}

#[cfg(not(target_env = "gnu"))]
compile_error!(
    "connectors are loaded by glibc's dynamic linker: build with --target x86_64-unknown-linux-gnu or \
     aarch64-unknown-linux-gnu"
);
