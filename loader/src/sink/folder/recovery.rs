//! Where the files stand, and how they go back to where they stood.

use std::{fs, io, path::Path};

use crate::state::Position;

use super::{
    End, Ends, SinkError,
    files::{Found, cut, list, sync, whole_frames, whole_lines},
};

/// Where the files end as they are. A torn last line or frame, which a crash has left, is cut off; all else belongs to
/// chains that have ended.
/// Files that end as they are known to are not read for that.
pub(super) fn ends_now(folder: &Path, known: &Ends) -> Result<Ends, SinkError> {
    let mut ends = Ends::new();
    for found in list(folder)? {
        // In the order of their numbers: the last one stays.
        let Found { record_type, number, compressed, length, .. } = &found;
        let end = End { number: *number, bytes: *length, compressed: *compressed };
        ends.insert((*record_type).to_owned(), end);
    }
    for found in list(folder)? {
        let Some(end) = ends.get_mut(found.record_type).filter(|end| end.number == found.number) else {
            continue;
        };
        if known.get(found.record_type) == Some(&*end) {
            continue;
        }
        let whole =
            whole(&found).map_err(SinkError::when(format_args!("cannot read {}", found.path.display())))?;
        if found.compressed != end.compressed {
            continue;
        }
        match whole {
            Some(whole) if whole < found.length => {
                cut(&found.path, whole)?;
                end.bytes = whole;
            }
            // What this chain may have to go back to must be on the disk.
            Some(_) => sync(&found.path)?,
            None => end.bytes = u64::MAX,
        }
    }
    sync(folder)?;
    Ok(ends)
}

fn whole(found: &Found) -> io::Result<Option<u64>> {
    if found.compressed {
        whole_frames(&found.path)
    } else {
        whole_lines(&found.path, found.length).map(Some)
    }
}

/// Goes back to a position. Nothing is changed before all has been checked.
pub(super) fn go_back(folder: &Path, position: &Position) -> Result<Ends, SinkError> {
    let mut ends = read(folder, position)?;
    let files = list(folder)?;
    for (record_type, end) in &mut ends {
        match files.iter().find(|found| is_last(found, record_type, *end)) {
            Some(found) if end.bytes != u64::MAX && found.length < end.bytes => {
                return Err(short(found, end.bytes));
            }
            Some(_) => {}
            // Whoever consumes the files has taken it, or it was never written to.
            None => end.bytes = u64::MAX,
        }
    }
    for found in &files {
        match ends.get(found.record_type).copied() {
            Some(end) if is_last(found, found.record_type, end) && found.length > end.bytes => {
                cut(&found.path, end.bytes)?;
            }
            Some(end) if found.number <= end.number => {}
            _ => remove(&found.path)?,
        }
    }
    sync(folder)?;
    Ok(ends)
}

fn is_last(found: &Found, record_type: &str, end: End) -> bool {
    found.record_type == record_type && found.number == end.number && found.compressed == end.compressed
}

fn read(folder: &Path, position: &Position) -> Result<Ends, SinkError> {
    serde_json::from_value(position.clone()).map_err(|error| {
        let what = format_args!("cannot read where the files in {} stood", folder.display());
        SinkError::new(what, io::Error::from(error))
    })
}

fn remove(path: &Path) -> Result<(), SinkError> {
    fs::remove_file(path).map_err(SinkError::when(format_args!("cannot remove {}", path.display())))
}

fn short(found: &Found, expected: u64) -> SinkError {
    let what = format!(
        "{} has {} bytes, and {expected} had been delivered at the last checkpoint; restore it, or give the unfinished \
         sync up with `state reset --unfinished`",
        found.path.display(),
        found.length
    );
    SinkError::new(what, io::Error::new(io::ErrorKind::UnexpectedEof, "records are missing"))
}
