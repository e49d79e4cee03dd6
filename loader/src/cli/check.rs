//! Puts a connector to the tests of the conformance suite.

mod bench;
mod examiner;
mod recording;
mod sample;

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;

use crate::{
    configuration::{Configuration, ConfigurationSource},
    conformance::{Need, Report, Test, Verdict, judge::GLIBC_FLOOR, valid_configuration},
    console::Console,
    cutoff::parse_cutoff,
    examination::{Examination, GlibcVersion},
    exit_code::ExitCode,
    frame::Level,
    typed::parse_glibc,
};

use super::{
    CliError,
    args::{AUTHORS_CUTOFF, Format, LimitOptions, Search},
    prepare::{Loadable, Wanted, find, host, loadable},
    print, printable_lines,
    sandbox::SandboxOptions,
};

use bench::{Bench, Listeners};
use examiner::{Benches, Choices, Examiner};

/// What `check` needs.
#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// The connector: its slug, or the path of its .so file.
    connector: String,
    /// A configuration that the connector can work with: a file that holds a JSON object; - for standard input.
    ///
    /// A text `cassette:PATH` in it is replaced by the address of a server that replays that cassette; the path starts at
    /// the folder of the file. Without a configuration, only the tests run that need none.
    config: Option<PathBuf>,
    #[command(flatten)]
    search: Search,
    /// Run only this test, such as resume or C16. May be given several times.
    #[arg(long, value_name = "TEST", value_parser = parse_test)]
    only: Vec<Test>,
    /// Sync this stream, by its id. May be given several times; without it, at most four.
    #[arg(long, value_name = "ID")]
    stream: Vec<String>,
    /// The earliest data wanted: 2024-01-31, 2024-01-31T12:00:00Z, or an age such as 90d.
    #[arg(long, value_name = "CUTOFF", default_value = AUTHORS_CUTOFF)]
    cutoff: String,
    /// A configuration with about ten times the data, for the test of memory.
    #[arg(long, value_name = "CONFIG")]
    grown: Option<PathBuf>,
    /// The oldest glibc that the connector is meant for.
    #[arg(long, value_name = "VERSION", default_value_t = GLIBC_FLOOR, value_parser = parse_glibc)]
    glibc: GlibcVersion,
    /// Which checkpoints and keys are tried where there are too many for all.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// How the verdicts are printed.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    limits: LimitOptions,
    #[command(flatten)]
    sandbox: SandboxOptions,
}

fn parse_test(text: &str) -> Result<Test, String> {
    Test::find(text).ok_or_else(|| {
        let hint = Test::nearest(text).map(|name| format!(", did you mean {name:?}?")).unwrap_or_default();
        format!("no test is called {text:?}{hint}; `codeclimate-connector explain` lists them")
    })
}

/// Puts a connector to the tests, and prints each verdict.
pub(crate) fn check(
    options: &CheckOptions,
    verbose: bool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let cutoff = parse_cutoff(&options.cutoff, Timestamp::now())?;
    // What cannot be loaded here cannot be checked.
    let Loadable { note, .. } = loadable(&options.wanted(Path::new("-")))?;
    let (examination, benches) = options.prepare()?;
    let choices = Choices {
        streams: options.stream.clone(),
        cutoff,
        seed: options.seed,
        glibc: options.glibc,
        limits: options.limits.limits(),
    };
    console.begin(note.slug.as_str());
    for (level, notice) in benches.notices().into_iter().filter(|(level, _)| *level == Level::Warn) {
        console.say(level, &notice);
    }
    let mut report = Report::new(note.slug.as_str(), &note.version, options.seed);
    let listeners = Listeners::new(console, verbose)?;
    let mut examiner = Examiner::new(examination, benches, choices, listeners);
    let tests = options.tests();
    if tests.iter().any(|test| matches!(test.need(), Need::Sync | Need::GrownConfiguration)) {
        examiner.find_streams()?;
    }
    for test in tests {
        let verdict = options.put_to(test, &mut examiner)?;
        report.add(test, verdict);
    }
    match options.format {
        Format::Text => print(printable_lines(&report.summary()).as_bytes())?,
        Format::Json => print(report.json().as_bytes())?,
    };
    Ok(report.exit_code())
}

impl CheckOptions {
    /// In the order of the numbers.
    fn tests(&self) -> Vec<Test> {
        Test::ALL.into_iter().filter(|test| self.only.is_empty() || self.only.contains(test)).collect()
    }

    /// One test, and its line as soon as it is known.
    fn put_to(&self, test: Test, examiner: &mut Examiner<'_>) -> Result<Verdict, CliError> {
        let doing = format!("{} {}: {}", test.number(), test.name(), test.title());
        examiner.listeners.console.total(Some(doing));
        let verdict = examiner.put_to(test);
        examiner.listeners.console.total(None);
        let verdict = verdict?;
        if self.format == Format::Text {
            examiner.listeners.console.flush();
            print(printable_lines(&Report::line(test, &verdict)).as_bytes())?;
        }
        Ok(verdict)
    }

    fn prepare(&self) -> Result<(Examination, Benches), CliError> {
        let examination = find(&self.search, &self.connector)?.examine(&host());
        let benches = Benches {
            given: self.bench(self.config.as_deref())?,
            example: if self.config.is_some() { None } else { self.example(&examination)? },
            grown: self.bench(self.grown.as_deref())?,
        };
        Ok((examination, benches))
    }

    fn bench(&self, path: Option<&Path>) -> Result<Option<Bench>, CliError> {
        path.map(|path| Bench::with_file(&self.wanted(path), path)).transpose()
    }

    fn example(&self, examination: &Examination) -> Result<Option<Bench>, CliError> {
        let schema = examination.note.as_ref().map(|note| &note.configuration_schema);
        let Some(example) = schema.and_then(|schema| valid_configuration(schema, None)) else {
            return Ok(None);
        };
        let example = Configuration::from_map(ConfigurationSource::Stdin, example);
        Bench::with_example(&self.wanted(Path::new("-")), example).map(Some)
    }

    fn wanted<'a>(&'a self, configuration: &'a Path) -> Wanted<'a> {
        Wanted {
            search: &self.search,
            connector: &self.connector,
            limits: self.limits.limits(),
            sandbox: &self.sandbox,
            configuration,
        }
    }
}
