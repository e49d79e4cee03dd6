//! A user without any right to the cgroups of this system.

use std::{
    fs, io,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::artifacts;

/// `nobody`, on every Linux.
pub(crate) const ID: u32 = 65_534;

/// The binaries under test where this user can reach them, and a home.
pub struct Unprivileged {
    folder: TempDir,
}

impl Unprivileged {
    /// Makes the folder.
    ///
    /// # Panics
    /// Where the tests do not run as root.
    #[must_use]
    pub fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("it is ours");
        let connectors = ["misbehaving", "trespassing"].map(artifacts::connector);
        for file in [artifacts::binary()].into_iter().chain(connectors) {
            let copy = folder.path().join(file.file_name().unwrap_or_default());
            link_or_copy(&file, &copy).expect("the binaries can be copied");
        }
        Self { folder }
    }

    /// The copy of a file that this user cannot reach; any other argument as it is.
    pub(crate) fn reachable(&self, argument: &Path) -> PathBuf {
        let copy = argument.file_name().map(|name| self.folder.path().join(name));
        copy.filter(|copy| argument.is_absolute() && copy.exists()).unwrap_or_else(|| argument.to_owned())
    }

    /// Hands a file or folder over to this user.
    ///
    /// # Panics
    /// Where the tests do not run as root.
    pub fn own(path: &Path) {
        chown(path, Some(ID), Some(ID)).expect("the tests run as root");
    }
}

impl Default for Unprivileged {
    fn default() -> Self {
        Self::new()
    }
}

fn link_or_copy(file: &Path, copy: &Path) -> io::Result<()> {
    match fs::hard_link(file, copy) {
        Ok(()) => Ok(()),
        Err(_) => fs::copy(file, copy).map(drop),
    }
}
