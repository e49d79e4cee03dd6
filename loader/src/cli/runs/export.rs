//! Runs for programs.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use crate::{
    closed_output::was_closed,
    exit_code::ExitCode,
    frame::Level,
    history::{Filter, History},
};

use super::{
    super::{CliError, Console},
    RunsError,
    list::line,
};

/// Writes runs, one JSON object a line, as they come out of the database.
pub(super) fn export(
    history: &History,
    filter: &Filter,
    path: &Path,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    if path == Path::new("-") {
        let closed = || CliError::Output(io::Error::new(io::ErrorKind::NotConnected, "it is closed"));
        let mut output =
            if was_closed() { return Err(closed()) } else { BufWriter::new(io::stdout().lock()) };
        return write(history, filter, &mut output, &CliError::Output, console);
    }
    let failed = |source| RunsError::Unwritable { path: path.to_owned(), source }.into();
    let mut file = BufWriter::new(make_private(path).map_err(failed)?);
    let code = write(history, filter, &mut file, &failed, console)?;
    sync(file.get_ref()).map_err(failed)?;
    Ok(code)
}

fn write(
    history: &History,
    filter: &Filter,
    output: &mut impl Write,
    failed: &dyn Fn(io::Error) -> CliError,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let mut code = ExitCode::Done;
    history.each(filter, |listed| match listed {
        Ok(run) => output.write_all(line(&run).as_bytes()).map_err(failed),
        Err(damaged) => {
            console.say(Level::Error, &damaged.to_string());
            code = ExitCode::OutputFailed;
            Ok(())
        }
    })?;
    output.flush().map_err(failed)?;
    Ok(code)
}

/// What was synced, and from where, may be nobody else's business.
fn make_private(path: &Path) -> io::Result<File> {
    File::options().write(true).create(true).truncate(true).mode(0o600).open(path)
}

fn sync(file: &File) -> io::Result<()> {
    if file.metadata()?.is_file() { file.sync_all() } else { Ok(()) }
}
