//! Who writes into the folder of a stream: one process at a time, and one chain after the other.

use std::{
    fs::File,
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};
use serde::{Deserialize, Serialize};

use super::{Ends, SinkError};

/// The file that is locked. It tells which chain was here last.
pub(super) const NAME: &str = ".lock";

/// The folder of a stream, held.
pub(super) struct Lock {
    file: File,
    path: PathBuf,
    last: Last,
}

/// What the file says.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Last {
    chain: String,
    /// Where the files ended when that chain was finished; nothing before.
    ends: Ends,
}

/// How often, and after how long, a lock is tried again: a child that has not come to its `exec` holds it for a moment.
const TRIES: u32 = 20;
const TRY_AGAIN: Duration = Duration::from_millis(5);

fn lock(file: &File) -> Result<(), Errno> {
    for _ in 1..TRIES {
        match flock(file, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => thread::sleep(TRY_AGAIN),
            locked => return locked,
        }
    }
    flock(file, FlockOperation::NonBlockingLockExclusive)
}

impl Lock {
    /// Holds a folder.
    pub(super) fn take(folder: &Path) -> Result<Self, SinkError> {
        let path = folder.join(NAME);
        let failed = |what| SinkError::when(format!("cannot {what} {}", path.display()));
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed("make"))?;
        match lock(&file) {
            Ok(()) => {}
            Err(error @ Errno::WOULDBLOCK) => {
                return Err(SinkError::new(
                    format_args!("{} is in use by another process", folder.display()),
                    error,
                ));
            }
            Err(error) => return Err(failed("lock")(error.into())),
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed("read"))?;
        // What a crash has torn says nothing, and nothing depends on it.
        let last = serde_json::from_str(&text).unwrap_or_default();
        Ok(Self { file, path, last })
    }

    /// Where files are known to be whole.
    pub(super) fn known_ends(&self) -> Ends {
        self.last.ends.clone()
    }

    /// The chain that was here last, where it has not come to its end.
    pub(super) fn unfinished(&self) -> Option<&str> {
        let Last { chain, ends } = &self.last;
        Some(chain.as_str()).filter(|chain| !chain.is_empty() && ends.is_empty())
    }

    /// Refuses to cut off what another chain has written since.
    pub(super) fn check_chain(&self, chain: &str) -> Result<(), SinkError> {
        if self.last.chain.is_empty() || self.last.chain == chain {
            return Ok(());
        }
        let folder = self.path.parent().unwrap_or(Path::new("")).display();
        let what = format!(
            "another sync has written into {folder} since this one was there; give this folder to one data folder only, \
             or give the unfinished sync up with `state reset --unfinished`"
        );
        Err(SinkError::new(what, io::Error::other(format!("its last chain is {}", self.last.chain))))
    }

    /// Says who is here, and where the files end if it has come to its end.
    pub(super) fn write(&mut self, chain: &str, ends: &Ends) -> Result<(), SinkError> {
        let last = Last { chain: chain.to_owned(), ends: ends.clone() };
        let text = serde_json::to_vec(&last).unwrap_or_default();
        let written = self.file.rewind().and_then(|()| {
            self.file.set_len(0)?;
            self.file.write_all(&text)?;
            self.file.sync_all()
        });
        written.map_err(SinkError::when(format_args!("cannot write {}", self.path.display())))?;
        self.last = last;
        Ok(())
    }
}
