//! Files of old letters are removed.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rustix::fs::{FlockOperation, flock};

use crate::{
    sink::{Pruned, Pruning},
    state::{begun_at, is_at},
};

use super::{LetterError, files};

/// Removes the letters of runs that began before then, but none that a run or a replay is at work on.
pub(crate) fn prune(data: &Path, before: Timestamp, pruning: Pruning) -> Result<Pruned, LetterError> {
    let failed = |what, path: &Path| {
        let path = path.to_owned();
        move |source| LetterError { what, path, source }
    };
    let mut pruned = Pruned::default();
    for path in files(data).map_err(failed("list", data))? {
        let removed = prune_one(&path, before, pruning, &mut pruned);
        removed.map_err(failed("remove", &path))?;
    }
    Ok(pruned)
}

fn prune_one(path: &Path, before: Timestamp, pruning: Pruning, pruned: &mut Pruned) -> io::Result<()> {
    let file = match File::open(path) {
        Ok(file) => file,
        // It has just been replayed.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if written_at(path, &file)? >= before {
        return Ok(());
    }
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() || !is_at(&file, path) {
        pruned.passed_over.push(format!("{} is being written or replayed", path.display()));
        return Ok(());
    }
    let bytes = file.metadata()?.len();
    if pruning == Pruning::Done {
        fs::remove_file(path)?;
    }
    pruned.files.push(PathBuf::from(path));
    pruned.bytes += bytes;
    Ok(())
}

/// When the run began that the file is named after; else when somebody wrote to it last.
fn written_at(path: &Path, file: &File) -> io::Result<Timestamp> {
    let run = path.file_stem().unwrap_or_default().to_string_lossy();
    match begun_at(&run) {
        Some(begun) => Ok(begun),
        None => Timestamp::try_from(file.metadata()?.modified()?).map_err(io::Error::other),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn letters_go_with_their_runs_and_what_is_held_stays() {
        let folder = tempfile::tempdir().unwrap();
        let stream = folder.path().join("dead-letters/git/a");
        fs::create_dir_all(&stream).unwrap();
        let write = |name: &str| {
            let path = stream.join(name);
            fs::write(&path, "{}\n").unwrap();
            path
        };
        // The first began in February 2022.
        let old = write("017f22e2-79b0-7cc3-98c4-dc0c0c07398f.ndjson");
        let held = write("017f22e2-79b1-7cc3-98c4-dc0c0c07398f.ndjson");
        let new = write("0a7f22e2-79b0-7cc3-98c4-dc0c0c07398f.ndjson");
        let unnamed = write("r-1.ndjson");
        let lock = File::open(&held).unwrap();
        flock(&lock, FlockOperation::NonBlockingLockExclusive).unwrap();
        let before: Timestamp = "2022-02-22T19:23:00Z".parse().unwrap();
        for pruning in [Pruning::Told, Pruning::Done] {
            assert!(old.exists());
            let pruned = prune(folder.path(), before, pruning).unwrap();
            assert_eq!((pruned.files, pruned.bytes), (vec![old.clone()], 3));
            assert_eq!(pruned.passed_over, [format!("{} is being written or replayed", held.display())]);
        }
        assert_eq!([&old, &held, &new, &unnamed].map(|path| path.exists()), [false, true, true, true]);
        drop(lock);
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        File::options().append(true).open(&unnamed).unwrap().set_modified(long_ago).unwrap();
        assert_eq!(prune(folder.path(), before, Pruning::Done).unwrap().files, [held, unnamed]);
    }
}
