//! A library's file, copied into memory that nobody can change any more: what is examined and hashed is what is loaded.
//!
//! The supervisor makes the first copy, and looks at nothing else. Each worker is born with it and makes one of its own,
//! which counts against the limit of its run, and which no other run shares.

use std::{
    fs::File,
    io::{self, Read, Write},
    os::fd::{AsRawFd, OwnedFd},
    path::{Path, PathBuf},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use memmap2::{Mmap, MmapOptions};
use rustix::{
    fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, fstat, major, memfd_create, minor},
    io::Errno,
};

use crate::digest::Digest;

/// Why a file could not be copied, or its copy not be looked at.
#[derive(Debug, thiserror::Error)]
#[error("failed to {what}")]
pub(crate) struct SealError {
    pub(crate) what: &'static str,
    #[source]
    pub(crate) source: io::Error,
}

fn failed<E: Into<io::Error>>(what: &'static str) -> impl FnOnce(E) -> SealError {
    move |source| SealError { what, source: source.into() }
}

/// What is asked of a copy before it is relied on.
const SEALS: SealFlags =
    SealFlags::WRITE.union(SealFlags::SHRINK).union(SealFlags::GROW).union(SealFlags::SEAL);

/// A library in sealed memory.
#[derive(Debug)]
pub(crate) struct Sealed {
    file: File,
    /// Once somebody has asked for it.
    digest: OnceLock<Digest>,
}

impl Sealed {
    /// Copies all that a file gives.
    pub(crate) fn copy(original: impl Read) -> Result<Self, SealError> {
        let file = memory().map_err(failed("make room in memory for the connector's file"))?;
        copy_all(original, &file).map_err(failed("copy the connector's file"))?;
        seal(&file).map_err(failed("seal the copy of the connector's file"))?;
        Ok(Self::holding(file))
    }

    fn holding(file: File) -> Self {
        Self { file, digest: OnceLock::new() }
    }

    /// The copy that a process was born with.
    pub(crate) fn of(descriptor: OwnedFd) -> Result<Self, SealError> {
        let file = File::from(descriptor);
        let what = "find the copy of the connector's file sealed";
        match fcntl_get_seals(&file) {
            Ok(seals) if seals.contains(SEALS) => Ok(Self::holding(file)),
            Ok(_) => Err(failed(what)(io::Error::from(io::ErrorKind::InvalidData))),
            Err(error) => Err(failed(what)(error)),
        }
    }

    /// Another copy, for this process alone.
    pub(crate) fn copy_of_own(&self) -> Result<Self, SealError> {
        // Opened anew, because where one reads is the same for all processes that were born with the descriptor.
        Self::copy(File::open(self.path()).map_err(failed("open the copy of the connector's file"))?)
    }

    /// What is passed on to a child.
    pub(crate) fn descriptor(&self) -> io::Result<OwnedFd> {
        Ok(self.file.try_clone()?.into())
    }

    /// What names its content.
    pub(crate) fn digest(&self) -> Result<Digest, SealError> {
        if let Some(digest) = self.digest.get() {
            return Ok(*digest);
        }
        let digest = Digest::of_bytes(&self.bytes()?);
        Ok(*self.digest.get_or_init(|| digest))
    }

    /// All its bytes.
    pub(crate) fn bytes(&self) -> Result<Mmap, SealError> {
        let options = MmapOptions::new();
        // SAFETY: the file is sealed against writing, shrinking and growing, and against the seals being taken off, so
        // that neither its bytes nor its length change as long as it is mapped.
        let mapped = unsafe { options.map(&self.file) };
        mapped.map_err(failed("look at the copy of the connector's file"))
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
    pub(crate) path: PathBuf,
    /// None where what is loaded is not to be looked for among the mappings.
    pub(crate) identity: Option<Identity>,
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

/// What is copied at a time.
const PIECE: usize = 128 * 1024;

/// Through a buffer: the calls by which the kernel copies between two files by itself, which `io::copy` takes, go page by
/// page, and take three times as long here.
fn copy_all(mut original: impl Read, mut file: &File) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        match original.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(read) => file.write_all(&piece[..read])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// How long the kernel is given to let go of the pages, and how often it is asked.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);

/// Keeps a file from being changed by anybody. The kernel says that it is busy as long as somebody holds one of its pages:
/// nobody writes here, but what moves or counts pages in the background holds them for a moment.
fn seal(file: &File) -> io::Result<()> {
    let end = Instant::now() + PATIENCE;
    loop {
        match fcntl_add_seals(file, SEALS) {
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
    use super::*;

    #[test]
    fn a_copy_does_not_change_with_its_original_nor_by_anybody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("library.so");
        std::fs::write(&path, "before").unwrap();
        let mut sealed = Sealed::copy(File::open(&path).unwrap()).unwrap();
        std::fs::write(&path, "after!").unwrap();
        assert_eq!(&sealed.bytes().unwrap()[..], b"before");
        assert!(sealed.file.write_all(b"x").is_err());
        assert!(sealed.file.set_len(1).is_err());
        let mut opened_anew = File::options().write(true).open(sealed.path()).unwrap();
        assert!(opened_anew.write_all(b"x").is_err());
    }

    #[test]
    fn a_copy_of_a_copy_is_another_file_with_the_same_bytes() {
        let first = Sealed::copy(&b"library"[..]).unwrap();
        let passed_on = Sealed::of(first.descriptor().unwrap()).unwrap();
        for _ in 0..2 {
            let second = passed_on.copy_of_own().unwrap();
            assert_eq!(&second.bytes().unwrap()[..], b"library");
            assert_ne!(second.image().unwrap().identity, first.image().unwrap().identity);
        }
    }

    #[test]
    fn what_is_not_sealed_is_no_copy() {
        let memory = memory().unwrap();
        fcntl_add_seals(&memory, SealFlags::SHRINK | SealFlags::GROW).unwrap();
        let error = Sealed::of(memory.into()).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), "failed to find the copy of the connector's file sealed");
        let file = tempfile::tempfile().unwrap();
        assert!(Sealed::of(file.into()).is_err());
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
}
