//! The library's file, copied into memory that nobody can change any more: what is hashed is what is loaded.

use std::{
    fs::File,
    io,
    os::fd::{AsFd, AsRawFd},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    fs::{MemfdFlags, SealFlags, fcntl_add_seals, fstat, major, memfd_create, minor},
    io::Errno,
};

/// Why a file could not be copied.
#[derive(Debug, thiserror::Error)]
#[error("failed to {what}")]
pub(crate) struct SealError {
    what: String,
    #[source]
    source: io::Error,
}

/// A library in sealed memory.
pub(crate) struct Sealed {
    file: File,
}

impl Sealed {
    /// Copies a file. Its pages count against the memory limit of the run.
    pub(crate) fn copy(path: &Path) -> Result<Self, SealError> {
        let error = |what: &str| {
            let what = format!("{what} {}", path.display());
            move |source| SealError { what, source }
        };
        let mut original = File::open(path).map_err(error("open"))?;
        let mut file = memory().map_err(error("make room in memory for"))?;
        io::copy(&mut original, &mut file).map_err(error("copy"))?;
        seal(&file).map_err(error("seal the copy of"))?;
        Ok(Self { file })
    }

    /// For the supervisor, which looks before anything is loaded.
    pub(crate) fn descriptor(&self) -> impl AsFd + '_ {
        self.file.as_fd()
    }

    /// The copy as `dlopen` finds it, with what identifies its pages among the mappings of this process.
    pub(crate) fn image(&self) -> io::Result<Image> {
        let stat = fstat(&self.file)?;
        let identity = Identity { device: (major(stat.st_dev), minor(stat.st_dev)), inode: stat.st_ino };
        Ok(Image { path: self.path(), identity: Some(identity) })
    }

    fn path(&self) -> PathBuf {
        format!("/proc/self/fd/{}", self.file.as_raw_fd()).into()
    }
}

/// A library's file as `dlopen` finds it.
pub(crate) struct Image {
    pub(super) path: PathBuf,
    /// None where what is loaded is not to be looked for among the mappings.
    pub(super) identity: Option<Identity>,
}

impl Image {
    /// The file itself, which its author debugs: debuggers look for its symbols where it lies.
    pub(crate) fn in_place(path: &Path) -> Self {
        // File systems in layers show another device in the mappings than `stat` does.
        Self { path: path.to_owned(), identity: None }
    }
}

/// Device and inode of a file, as `/proc/self/maps` shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) device: (u32, u32),
    pub(crate) inode: u64,
}

/// How long the kernel is given to let go of the pages, and how often it is asked.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);

/// Keeps a file from being changed by anybody. The kernel says that it is busy as long as somebody holds one of its pages:
/// nobody writes here, but what moves or counts pages in the background holds them for a moment.
fn seal(file: &File) -> io::Result<()> {
    let seals = SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
    let end = Instant::now() + PATIENCE;
    loop {
        match fcntl_add_seals(file, seals) {
            Err(Errno::BUSY) if Instant::now() < end => thread::sleep(PAUSE),
            sealed => return Ok(sealed?),
        }
    }
}

/// Memory with a descriptor. Kernels since 6.3 want to be told that code will run from it; older ones do not know how.
fn memory() -> io::Result<File> {
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let made = match memfd_create("connector", flags | MemfdFlags::EXEC) {
        Err(Errno::INVAL) => memfd_create("connector", flags),
        made => made,
    };
    Ok(File::from(made?))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, Write};

    use super::*;

    #[test]
    fn a_copy_does_not_change_with_its_original_nor_by_anybody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.so");
        std::fs::write(&path, "before").unwrap();
        let mut sealed = Sealed::copy(&path).unwrap();
        std::fs::write(&path, "after!").unwrap();
        let mut text = String::new();
        sealed.file.rewind().unwrap();
        sealed.file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "before");
        assert!(sealed.file.write_all(b"x").is_err());
        assert!(sealed.file.set_len(1).is_err());
        let mut opened_anew = File::options().write(true).open(sealed.path()).unwrap();
        assert!(opened_anew.write_all(b"x").is_err());
    }

    #[test]
    fn pages_that_somebody_holds_for_a_moment_are_waited_for() {
        let file = memory().unwrap();
        file.set_len(4096).unwrap();
        let held = memmap2::MmapRaw::map_raw(&file).unwrap();
        let busy = fcntl_add_seals(&file, SealFlags::WRITE);
        assert_eq!(busy, Err(Errno::BUSY));
        let holder = thread::spawn(move || {
            thread::sleep(Duration::from_millis(300));
            drop(held);
        });
        seal(&file).unwrap();
        holder.join().unwrap();
    }

    #[test]
    fn a_file_that_is_gone_is_named() {
        let error = Sealed::copy(Path::new("/absent/library.so")).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), "failed to open /absent/library.so");
    }
}
