//! The manual pages: one for the runner and one for each command, written from what `--help` is written from.

use std::{fs, io, path::Path};

use clap::CommandFactory;
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};

use crate::exit_code::ExitCode;

use super::{CliError, args::Arguments};

/// What keeps the pages from being written.
#[derive(Debug, thiserror::Error)]
#[error("failed to write the manual pages into {folder}, which has to be a folder that is there")]
pub(crate) struct ManualError {
    folder: String,
    source: io::Error,
}

/// Writes `codeclimate-connector.1` and `codeclimate-connector-COMMAND.1` into the folder.
pub(crate) fn manual(folder: &Path) -> Result<ExitCode, CliError> {
    write_pages(folder)?;
    Ok(ExitCode::Done)
}

fn write_pages(folder: &Path) -> Result<(), ManualError> {
    let failed = |source| ManualError { folder: folder.display().to_string(), source };
    clap_mangen::generate_to(Arguments::command(), folder).map_err(failed)?;
    let page = main_page().map_err(failed)?;
    fs::write(folder.join("codeclimate-connector.1"), page).map_err(failed)
}

/// The page of the runner, with the exit codes, which all commands share.
fn main_page() -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(Arguments::command()).render(&mut page)?;
    exit_codes().to_writer(&mut page)?;
    Ok(page)
}

fn exit_codes() -> Roff {
    let mut section = Roff::new();
    section.control("SH", ["EXIT STATUS"]);
    for code in ExitCode::ALL {
        section.control("TP", []);
        section.text([bold(code.number().to_string())]);
        section.text([roman(code.title())]);
    }
    section
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_page_for_the_runner_and_one_for_each_command_that_people_see() {
        let folder = tempfile::tempdir().unwrap();
        write_pages(folder.path()).unwrap();
        let page = |name: &str| fs::read_to_string(folder.path().join(name));
        assert!(page("codeclimate-connector.1").unwrap().contains("EXIT STATUS"));
        for command in Arguments::command().get_subcommands() {
            let name = format!("codeclimate-connector-{}.1", command.get_name());
            assert_eq!(page(&name).is_ok(), !command.is_hide_set(), "{name}");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = write_pages(Path::new("/nowhere/pages")).unwrap_err();
        assert!(error.to_string().contains("/nowhere/pages"), "{error}");
    }
}
