//! Old files of records are taken away, as whoever consumes them might.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use crate::state::begun_at;

use super::{
    super::{Pruned, Pruning},
    SinkError,
    files::{Found, list},
    lock::{self, Lock},
};

/// Files that are removed at a time: a run that begins waits for the lock a moment only.
const AT_ONCE: usize = 64;

/// Removes files that nothing was written to since, and that no unfinished chain has written. The last one of each type
/// stays: its number must not come again.
pub(crate) fn prune(root: &Path, before: Timestamp, pruning: Pruning) -> Result<Pruned, SinkError> {
    let mut pruned = Pruned::default();
    for folder in folders(root, &mut pruned)? {
        // What cannot be done in one folder is told beside what was done in the others.
        if let Err(error) = prune_folder(&folder, before, pruning, &mut pruned) {
            pruned.passed_over.push(crate::chain(&error));
        }
    }
    Ok(pruned)
}

fn prune_folder(
    folder: &Path,
    before: Timestamp,
    pruning: Pruning,
    pruned: &mut Pruned,
) -> Result<(), SinkError> {
    if pruning == Pruning::Done {
        while remove_some(folder, before, pruned)? {}
        return Ok(());
    }
    let Some(lock) = take(folder, pruned)? else { return Ok(()) };
    let old = old_files(folder, &lock, before, pruned)?;
    old.iter().for_each(|found| count(found, pruned));
    Ok(())
}

/// The folders of streams, and of what is counted apart for one: those that a sink has locked before.
fn folders(root: &Path, pruned: &mut Pruned) -> Result<Vec<PathBuf>, SinkError> {
    let mut found = Vec::new();
    // Others may have folders of their own beside those of connections.
    let mut look = |folder: &Path| match inside(folder) {
        Ok(folders) => folders,
        Err(error) => {
            pruned.passed_over.push(crate::chain(&error));
            Vec::new()
        }
    };
    for connection in inside(root)? {
        for stream in look(&connection) {
            found.extend(look(&stream));
            found.push(stream);
        }
    }
    found.retain(|folder| folder.join(lock::NAME).is_file());
    found.sort();
    Ok(found)
}

fn inside(folder: &Path) -> Result<Vec<PathBuf>, SinkError> {
    let failed = || SinkError::when(format!("cannot list {}", folder.display()));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed())? {
        found.push(entry.map_err(failed())?.path());
    }
    found.retain(|path| path.is_dir());
    Ok(found)
}

/// None where a run is at work there.
fn take(folder: &Path, pruned: &mut Pruned) -> Result<Option<Lock>, SinkError> {
    match Lock::take(folder) {
        Ok(lock) => Ok(Some(lock)),
        Err(error) if error.source.kind() == io::ErrorKind::WouldBlock => {
            pruned.passed_over.push(error.to_string());
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether there may be more. The files stay open until the lock is free again: only then has the disk work to do.
fn remove_some(folder: &Path, before: Timestamp, pruned: &mut Pruned) -> Result<bool, SinkError> {
    let Some(lock) = take(folder, pruned)? else { return Ok(false) };
    let mut old = old_files(folder, &lock, before, pruned)?;
    let is_more = old.len() > AT_ONCE;
    old.truncate(AT_ONCE);
    let mut opened = Vec::new();
    for found in &old {
        opened.push(File::open(&found.path));
        match fs::remove_file(&found.path) {
            Ok(()) => count(found, pruned),
            // Whoever consumes them was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(SinkError::new(format_args!("cannot remove {}", found.path.display()), error));
            }
        }
    }
    drop(lock);
    Ok(is_more)
}

fn count(found: &Found, pruned: &mut Pruned) {
    pruned.files.push(found.path.clone());
    pruned.bytes += found.length;
}

fn old_files(
    folder: &Path,
    lock: &Lock,
    before: Timestamp,
    pruned: &mut Pruned,
) -> Result<Vec<Found>, SinkError> {
    let Some(before) =
        lock.unfinished().map_or(Some(before), |chain| begun_at(chain).map(|begun| begun.min(before)))
    else {
        let why = "its last sync is unfinished, and nobody can tell when that began";
        pruned.passed_over.push(format!("{}: {why}", folder.display()));
        return Ok(Vec::new());
    };
    let files = list(folder)?;
    let mut last = BTreeMap::new();
    for Found { record_type, number, .. } in &files {
        let highest = last.entry(*record_type).or_insert(*number);
        *highest = (*highest).max(*number);
    }
    let mut old = Vec::new();
    for found in &files {
        let is_last = last.get(found.record_type) == Some(&found.number);
        if !is_last && written_at(&found.path)?.is_some_and(|written| written < before) {
            old.push(found.clone());
        }
    }
    Ok(old)
}

/// When a file was written to last; none of its records is newer. None where somebody has taken it away.
fn written_at(path: &Path) -> Result<Option<Timestamp>, SinkError> {
    let failed = || SinkError::when(format!("cannot inspect {}", path.display()));
    match fs::metadata(path).and_then(|metadata| metadata.modified()) {
        Ok(modified) => Timestamp::try_from(modified).map(Some).map_err(io::Error::other).map_err(failed()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed()(error)),
    }
}
