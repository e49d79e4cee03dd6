//! The private temporary folder of a run: nobody else's, gone with the run.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};

/// A run's folder is `codeclimate-connector-<runner's pid>-<run>` in the folder for temporary files.
const PREFIX: &str = "codeclimate-connector-";

/// Entries that are counted at most: counting must not take longer than the connector takes to make more.
const MOST_ENTRIES: usize = 100_000;

/// The size of what cannot be counted: beyond every limit.
const FLOOD: u64 = u64::MAX / 2;

/// Why there is no temporary folder.
#[derive(Debug, thiserror::Error)]
#[error("failed to {what} the temporary folder {path}; set TMPDIR to a folder that can be written")]
pub(crate) struct TemporaryError {
    what: &'static str,
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// The folder of one run. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct TemporaryFolder {
    path: PathBuf,
    /// Locked as long as the runner lives, so that no sweep takes it for a left-over.
    _lock: File,
}

impl TemporaryFolder {
    /// Makes the folder of the run `name`, which is `<runner's pid>-<run id>`, readable for its owner only.
    pub(crate) fn create(name: &str) -> Result<Self, TemporaryError> {
        let path = parent().join(format!("{PREFIX}{name}"));
        let failed = |what| {
            let path = path.clone();
            move |source| TemporaryError { what, path, source }
        };
        DirBuilder::new().mode(0o700).create(&path).map_err(failed("make"))?;
        let lock = File::open(&path).map_err(failed("open"))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)
            .map_err(|error| failed("lock")(error.into()))?;
        Ok(Self { path, _lock: lock })
    }

    /// Lets another user have it.
    pub(crate) fn give_to(&self, uid: u32, gid: u32) -> Result<(), TemporaryError> {
        let failed = |what, source| TemporaryError { what, path: self.path.clone(), source };
        chown(&self.path, Some(uid), Some(gid)).map_err(|source| failed("give away", source))?;
        match self.path.ancestors().skip(1).find(|folder| !lets_through(folder, uid, gid)) {
            None => Ok(()),
            Some(folder) => {
                let reason = format!("user {uid} may not pass {}", folder.display());
                Err(failed("let another user reach", io::Error::other(reason)))
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What its files take on disk, in bytes. What vanishes meanwhile is not counted.
    pub(crate) fn size(&self) -> u64 {
        let mut entries = 0;
        size_below(&self.path, &mut entries)
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // What stays is swept by the next start.
        let _ = remove(&self.path);
    }
}

/// Absolute, because a connector may change its working directory.
fn parent() -> PathBuf {
    let folder = std::env::temp_dir();
    std::path::absolute(&folder).unwrap_or(folder)
}

/// Whether a user, as far as modes tell, may go through a folder.
fn lets_through(folder: &Path, uid: u32, gid: u32) -> bool {
    let Ok(metadata) = fs::metadata(folder) else { return false };
    let bit = match () {
        () if metadata.uid() == uid => 0o100,
        () if metadata.gid() == gid => 0o010,
        () => 0o001,
    };
    metadata.mode() & bit != 0
}

fn size_below(folder: &Path, entries: &mut usize) -> u64 {
    let mut size: u64 = 0;
    let listed = match fs::read_dir(folder) {
        // So deep that it cannot be counted: a way to hide from the count.
        Err(error) if error.kind() == io::ErrorKind::InvalidFilename => return FLOOD,
        listed => listed,
    };
    for entry in listed.into_iter().flatten().flatten() {
        *entries += 1;
        let Ok(metadata) = entry.metadata() else { continue };
        if *entries > MOST_ENTRIES {
            return FLOOD;
        }
        // Metadata of a link, not of what it leads to.
        size = size.saturating_add(metadata.blocks() * 512);
        if metadata.is_dir() {
            size = size.saturating_add(size_below(&entry.path(), entries));
        }
    }
    size
}

/// Removes a run's folder with all in it, also where its owner has locked itself out of a part.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    let is_run = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PREFIX));
    if !is_run {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not the temporary folder of a run"));
    }
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(_) => {
            open_up(path, 0);
            flatten(path);
            fs::remove_dir_all(path)
        }
        Ok(()) => Ok(()),
    }
}

/// Folders deeper than this are moved up before they are removed: removing holds a descriptor for each level. A path of
/// so many of the longest names can still be named.
const DEEP: usize = 12;

/// Moves what lies deep to the top, again and again, until nothing does.
fn flatten(top: &Path) {
    let mut number = 0;
    loop {
        let mut deep = Vec::new();
        find_deep(top, 0, &mut deep);
        if deep.is_empty() {
            return;
        }
        for folder in deep {
            number += 1;
            open_up(&folder, 0);
            if fs::rename(&folder, top.join(format!("deep-{number}"))).is_err() {
                return;
            }
        }
    }
}

fn find_deep(folder: &Path, depth: usize, deep: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            match depth {
                DEEP.. => deep.push(entry.path()),
                _ => find_deep(&entry.path(), depth + 1, deep),
            }
        }
    }
}

fn open_up(folder: &Path, depth: usize) {
    let _ = fs::set_permissions(folder, Permissions::from_mode(0o700));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if depth <= DEEP && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_up(&entry.path(), depth + 1);
        }
    }
}

/// Removes the folders of runners that are gone; gives those that it removed.
///
/// A run is gone when `alive` denies the pid in its name *and* nobody holds its lock.
pub(crate) fn sweep(alive: impl Fn(i32) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent()).into_iter().flatten().flatten();
    let is_gone = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()?.strip_prefix(PREFIX));
        let pid = name.and_then(|name| name.split_once('-')?.0.parse::<i32>().ok());
        pid.is_some_and(|pid| !alive(pid)) && is_own_folder(path) && !is_held(path)
    };
    let gone = entries.map(|entry| entry.path()).filter(is_gone);
    gone.filter(|path| remove(path).is_ok()).collect()
}

/// A link, or what another user made under such a name, is not for this one to remove.
fn is_own_folder(path: &Path) -> bool {
    let metadata = fs::symlink_metadata(path);
    let user = rustix::process::geteuid();
    // Root has given some away.
    metadata.is_ok_and(|metadata| metadata.is_dir() && (user.is_root() || metadata.uid() == user.as_raw()))
}

/// A folder that cannot be opened is somebody else's.
fn is_held(path: &Path) -> bool {
    let Ok(folder) = File::open(path) else { return true };
    flock(&folder, FlockOperation::NonBlockingLockExclusive).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> TemporaryFolder {
        TemporaryFolder::create(&format!("{}-{name}", std::process::id())).unwrap()
    }

    #[test]
    fn the_folder_is_private_and_goes_with_its_owner() {
        let folder = folder("private");
        let path = folder.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        fs::create_dir(path.join("inner")).unwrap();
        fs::set_permissions(path.join("inner"), Permissions::from_mode(0o000)).unwrap();
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn a_folder_that_is_deeper_than_descriptors_go_is_removed_and_counts_as_a_flood() {
        let folder = folder("deep");
        let path = folder.path().to_owned();
        let steps = "x/".repeat(1_000);
        fs::create_dir_all(path.join(&steps)).unwrap();
        // A path of more than 4,096 bytes cannot be named, so the deep end is moved down by its beginning.
        for round in 0..4 {
            let below = path.join("below");
            fs::rename(path.join("x"), &below).unwrap();
            fs::create_dir_all(path.join(&steps)).unwrap();
            fs::rename(&below, path.join(&steps).join(format!("round-{round}"))).unwrap();
        }
        assert!(folder.size() >= FLOOD);
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn files_are_counted_and_what_links_lead_to_is_not() {
        let folder = folder("size");
        fs::create_dir(folder.path().join("inner")).unwrap();
        let before = folder.size();
        fs::write(folder.path().join("inner/file"), vec![1; 1 << 20]).unwrap();
        std::os::unix::fs::symlink("/usr", folder.path().join("link")).unwrap();
        let size = folder.size() - before;
        assert!((1 << 20..1 << 21).contains(&size), "{size}");
    }

    #[test]
    fn only_what_a_dead_runner_left_is_swept() {
        let held = folder("held");
        let own = i32::try_from(std::process::id()).unwrap();
        let left = std::env::temp_dir().join(format!("{PREFIX}{own}-left"));
        fs::create_dir(&left).unwrap();
        assert_eq!(sweep(|_| true), [] as [PathBuf; 0]);
        let removed = sweep(|pid| pid != own);
        assert!(removed.contains(&left) && !left.exists() && held.path().exists(), "{removed:?}");
    }

    #[test]
    fn nothing_but_the_folder_of_a_run_is_ever_removed() {
        assert_eq!(remove(Path::new("/tmp")).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
