//! A disk that is small, full, or read only.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::Path,
};

use rustix::mount::{MountFlags, UnmountFlags, mount, mount_remount, unmount};
use tempfile::TempDir;

/// A file system in memory, which goes with the value. To make one wants root.
pub struct SmallDisk {
    folder: TempDir,
}

const FILL: &str = "fill";

impl SmallDisk {
    /// One of this size, such as `1m`.
    ///
    /// # Panics
    /// Where the tests do not run as root.
    #[must_use]
    pub fn new(size: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let options = std::ffi::CString::new(format!("size={size}")).expect("a size has no zero byte");
        mount("tmpfs", folder.path(), "tmpfs", MountFlags::empty(), options.as_c_str())
            .expect("the tests run as root");
        Self { folder }
    }

    /// Where it is mounted.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes it larger.
    ///
    /// # Panics
    /// Where the kernel refuses that.
    pub fn grow(&self, size: &str) {
        mount_remount(self.path(), MountFlags::empty(), format!("size={size}")).expect("it is ours");
    }

    /// From now on it can only be read.
    ///
    /// # Panics
    /// Where a file on it is open for writing.
    pub fn forbid_writing(&self) {
        mount_remount(self.path(), MountFlags::RDONLY, "").expect("nothing writes to it");
    }

    /// It can be written to again.
    ///
    /// # Panics
    /// Where the kernel refuses that.
    pub fn allow_writing(&self) {
        mount_remount(self.path(), MountFlags::empty(), "").expect("it is ours");
    }

    /// Fills it up to the last byte.
    ///
    /// # Panics
    /// Where that fails by another reason than that it is full.
    pub fn fill(&self) {
        let mut file = File::create(self.path().join(FILL)).expect("it is ours");
        for chunk in [1 << 16, 1 << 12, 1] {
            let full = loop {
                if let Err(error) = file.write_all(&vec![0; chunk]) {
                    break error;
                }
            };
            assert_eq!(full.kind(), ErrorKind::StorageFull);
        }
    }

    /// Takes away what filled it.
    ///
    /// # Panics
    /// Where it was not filled.
    pub fn empty(&self) {
        fs::remove_file(self.path().join(FILL)).expect("it was filled");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A process that a failed test has left may still be on it; it goes with that one then.
        let _ = unmount(self.folder.path(), UnmountFlags::DETACH);
    }
}
