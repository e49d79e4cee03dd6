//! Writes a recording as a whole or not at all.

use std::{
    fs::{self, Permissions},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use tempfile::Builder;

use super::tape::Tape;

/// As for a file that any other program makes; the process' umask still counts.
const MODE: u32 = 0o666;

/// Puts the tape in the place of the file, whose old content stays where that fails.
pub(super) fn write(path: &Path, tape: &Tape) -> Result<(), String> {
    if tape.exchanges.is_empty() {
        return Err("nothing was asked".to_owned());
    }
    let text = tape.text()?;
    replace(path, text.as_bytes()).map_err(|error| error.to_string())
}

fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = Builder::new().permissions(Permissions::from_mode(MODE)).tempfile_in(folder)?;
    file.write_all(content)?;
    file.persist(path)?;
    Ok(())
}
