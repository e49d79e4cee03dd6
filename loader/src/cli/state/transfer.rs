//! States to a file, and from one.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use crate::{
    exit_code::ExitCode,
    frame::Level,
    state::{Change, Database, Hold, Holder, MAX_DOCUMENT, StateError, StateStore, export, import},
};

use super::{
    super::{CliError, Console, allow_many_files, print},
    StateCommandError,
};

/// Writes all states as one document.
pub(super) fn export_to(store: &Database, file: &Path) -> Result<ExitCode, CliError> {
    let states: Result<Vec<_>, StateError> = store.list()?.into_iter().collect();
    let states: Vec<_> = states?.into_iter().map(|(key, stored)| (key, stored.state)).collect();
    let text = export(&states);
    if file == Path::new("-") {
        return print(text.as_bytes());
    }
    let failed = |source| StateCommandError::Unwritable { path: file.to_owned(), source };
    write_privately(file, text.as_bytes()).map_err(failed)?;
    Ok(ExitCode::Done)
}

/// What a connector keeps may be nobody else's business.
fn write_privately(path: &Path, text: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text)?;
    if file.metadata()?.is_file() { file.sync_all() } else { Ok(()) }
}

/// Takes over the states of a document.
pub(super) fn import_from(
    store: &Database,
    file: &Path,
    replace: bool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let bytes = read_capped(file)
        .map_err(|source| StateCommandError::Unreadable { path: file.to_owned(), source })?;
    let states =
        import(&bytes).map_err(|source| StateCommandError::Import { path: file.to_owned(), source })?;
    let holder = Holder::here("state import");
    allow_many_files();
    let holds: Result<Vec<Hold>, StateError> =
        states.iter().map(|(key, _)| store.hold(key, &holder)).collect();
    let _holds = holds?;
    let mut versions = Vec::new();
    for (key, _) in &states {
        versions.push(store.read(key)?.map(|stored| stored.version));
    }
    let there = states.iter().zip(&versions).filter(|(_, version)| version.is_some());
    let there: Vec<String> =
        there.map(|((key, _), _)| format!("{:?} of {}", key.stream, key.connection)).collect();
    if !there.is_empty() && !replace {
        return Err(StateCommandError::There { streams: there }.into());
    }
    let changes = states.iter().zip(versions);
    let changes: Vec<Change<'_>> =
        changes.map(|((key, state), version)| Change { key, version, state: Some(state) }).collect();
    store.write(&changes)?;
    console.say(Level::Info, &format!("states taken over: {}", states.len()));
    Ok(ExitCode::Done)
}

fn read_capped(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = match file == Path::new("-") {
        true => io::stdin().lock().take(MAX_DOCUMENT + 1).read_to_end(&mut bytes)?,
        false => File::open(file)?.take(MAX_DOCUMENT + 1).read_to_end(&mut bytes)?,
    };
    if read as u64 > MAX_DOCUMENT {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it has more than 256 MiB"));
    }
    Ok(bytes)
}
