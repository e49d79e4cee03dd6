//! Whether something can be written at a place, told without writing.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rustix::fs::{Access, AtFlags, CWD, accessat};

/// Why nothing can be written there.
#[derive(Debug, thiserror::Error)]
pub(super) enum RoomError {
    #[error("{} is no folder; name another place, or move it away", .path.display())]
    NoFolder { path: PathBuf },
    #[error("{} is a folder; name a file in it", .path.display())]
    Folder { path: PathBuf },
    #[error("nothing can be written into {}; let the user that runs this write there", .path.display())]
    Refused {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// Whether files can be made in this folder, or the folder be made where it is not there.
pub(super) fn for_folder(path: &Path) -> Result<(), RoomError> {
    let above = path.ancestors().find(|above| fs::symlink_metadata(above).is_ok()).unwrap_or(path);
    if !above.is_dir() {
        return Err(RoomError::NoFolder { path: above.to_owned() });
    }
    may_write(above, Access::WRITE_OK | Access::EXEC_OK)
}

/// Whether this file can be written, or made where it is not there.
pub(super) fn for_file(path: &Path) -> Result<(), RoomError> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(RoomError::Folder { path: path.to_owned() }),
        Ok(_) => may_write(path, Access::WRITE_OK),
        Err(_) => for_folder(path.parent().unwrap_or(path)),
    }
}

fn may_write(path: &Path, access: Access) -> Result<(), RoomError> {
    let refused =
        |source: rustix::io::Errno| RoomError::Refused { path: path.to_owned(), source: source.into() };
    accessat(CWD, path, access, AtFlags::EACCESS).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_cannot_be_written_are_told_with_what_is_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        fs::write(place("file"), "").unwrap();
        for path in [place(""), place("a"), place("a/b/c")] {
            assert!(for_folder(&path).is_ok(), "{path:?}");
        }
        for path in [place("file"), place("new"), place("a/new")] {
            assert!(for_file(&path).is_ok(), "{path:?}");
        }
        let refused = [for_folder(&place("file")), for_folder(&place("file/a")), for_file(&place("file/a"))];
        for error in refused {
            assert!(
                error
                    .unwrap_err()
                    .to_string()
                    .ends_with("file is no folder; name another place, or move it away")
            );
        }
        assert!(matches!(for_file(&place("")), Err(RoomError::Folder { .. })));
    }
}
