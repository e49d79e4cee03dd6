//! Puts what is remembered of runs on a page for a browser.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::Args;
use jiff::Timestamp;

use crate::{
    cutoff::{CutoffError, parse_cutoff},
    exit_code::ExitCode,
    frame::Level,
    history::{DamagedRun, Filter, History, RunRecord},
    report::{Span, page},
    state::DataFolder,
    whole_file::{self, Readers},
};

use super::{CliError, Console, keep::DataOptions, print};

/// More runs than this are not read at once; the newest count.
const MAX_RUNS: u64 = 100_000;

/// Which runs, and where the page goes.
#[derive(Debug, Args)]
pub(crate) struct PageOptions {
    /// The file; - for standard output.
    #[arg(long, short, value_name = "FILE", default_value = "codeclimate-connector-report.html")]
    output: PathBuf,
    /// Where the span of time begins: an age such as 30d, or a date such as 2024-01-31.
    #[arg(long, value_name = "TIME", default_value = "30d")]
    since: String,
    /// The runs of this connection only.
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
    #[command(flatten)]
    data: DataOptions,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    #[error("--since cannot be read")]
    Since(#[source] CutoffError),
    #[error("cannot write the page to {path}; name a file in a folder that is there with --output")]
    Unwritable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl PageError {
    pub(crate) const fn exit_code(&self) -> ExitCode {
        match self {
            Self::Since(_) => ExitCode::Usage,
            Self::Unwritable { .. } => ExitCode::OutputFailed,
        }
    }
}

/// Writes the page, and says where it is.
pub(crate) fn report(options: &PageOptions, console: &mut Console) -> Result<ExitCode, CliError> {
    let now = Timestamp::now();
    let since = parse_cutoff(&options.since, now).map_err(PageError::Since)?;
    let span = Span { since, now, connection: options.connection.clone() };
    let runs = read(&DataFolder::open(&options.data.path())?, &span, console)?;
    let text = page(&runs, &span);
    if options.output == Path::new("-") {
        return print(text.as_bytes());
    }
    let path = std::path::absolute(&options.output).unwrap_or_else(|_| options.output.clone());
    whole_file::write(&path, text.as_bytes(), Readers::AsBefore)
        .map_err(|source| PageError::Unwritable { path: path.clone(), source })?;
    console.say(Level::Info, &format!("the report on {} runs is in {}", runs.len(), path.display()));
    Ok(ExitCode::Done)
}

/// The runs of a span, the newest first. What is damaged is told of, and does not keep the others from the page.
fn read(folder: &DataFolder, span: &Span, console: &mut Console) -> Result<Vec<RunRecord>, CliError> {
    let filter = Filter {
        since: Some(span.since),
        connection: span.connection.clone(),
        limit: Some(MAX_RUNS),
        ..Filter::default()
    };
    let listed = History::open(folder)?.list(&filter)?;
    if listed.len() as u64 == MAX_RUNS {
        console.say(
            Level::Warn,
            &format!("the report is on the newest {MAX_RUNS} runs only; name a later --since"),
        );
    }
    let mut tell = |damaged: DamagedRun| console.say(Level::Warn, &crate::chain(&damaged));
    let runs = listed.into_iter().map(|run| run.map(|run| run.record));
    Ok(runs.filter_map(|run| run.map_err(&mut tell).ok()).collect())
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsString, fs};

    use clap::Parser;

    use super::{
        super::args::{Arguments, Command},
        *,
    };
    use crate::{
        console::LogFormat,
        history::fixture::{failed_run, run},
    };

    /// What was typed, with a page and a data folder in this folder.
    fn options(folder: &Path, page: &str, more: &[&str]) -> PageOptions {
        let (page, data) = (folder.join(page), folder.join("data"));
        let begin =
            ["codeclimate-connector", "report", "--since", "2020-01-01", "--output"].map(OsString::from);
        let rest = [page.into(), "--data-folder".into(), data.into()];
        let arguments = begin.into_iter().chain(rest).chain(more.iter().map(OsString::from));
        let Command::Report(options) = Arguments::try_parse_from(arguments).unwrap().command else {
            panic!("another command");
        };
        options
    }

    fn write(options: &PageOptions) -> Result<ExitCode, CliError> {
        report(options, &mut Console::new(LogFormat::Text, false))
    }

    #[test]
    fn the_page_is_on_the_runs_of_the_data_folder() {
        let folder = tempfile::tempdir().unwrap();
        let history = History::open(&DataFolder::open(&folder.path().join("data")).unwrap()).unwrap();
        history.record(&run("r-1", 1)).unwrap();
        history.record(&failed_run("r-2", 2)).unwrap();
        let cases: [(&[&str], &str); 3] =
            [(&[], "2"), (&["--connection", "main"], "2"), (&["--connection", "none"], "")];
        for (arguments, count) in cases {
            let options = options(folder.path(), "page.html", arguments);
            assert_eq!(write(&options).unwrap(), ExitCode::Done);
            let page = fs::read_to_string(&options.output).unwrap();
            let found = page.contains(&format!("<dd id=\"count-runs\">{count}</dd>"));
            assert_eq!(found, !count.is_empty(), "{arguments:?}: {page}");
        }
    }

    #[test]
    fn what_stands_in_the_way_of_a_page_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let missing = write(&options(folder.path(), "missing/page.html", &[])).unwrap_err();
        assert!(missing.to_string().contains("missing/page.html"), "{missing}");
        assert_eq!(missing.exit_code(), ExitCode::OutputFailed);
        let since = PageOptions { since: "long ago".to_owned(), ..options(folder.path(), "page.html", &[]) };
        assert_eq!(write(&since).unwrap_err().exit_code(), ExitCode::Usage);
        assert!(!folder.path().join("page.html").exists());
    }
}
