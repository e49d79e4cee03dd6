//! What `check` prints: a line for each test, or one JSON document.

#[cfg(test)]
mod tests;

use serde::Serialize;

use super::{
    catalogue::Test,
    verdict::{Failure, Finding, Verdict},
};
use crate::exit_code::ExitCode;

/// The widest name of a test.
const NAME_WIDTH: usize = 21;

/// All verdicts on one connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    slug: String,
    version: String,
    /// By which what there was too much of was chosen.
    seed: u64,
    verdicts: Vec<(Test, Verdict)>,
}

/// How many tests ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    passed: usize,
    failed: usize,
    skipped: usize,
    /// Not even asked for.
    left_out: usize,
}

impl Counts {
    /// Whether the connector conforms; none where nothing failed, but not everything was tried.
    const fn conforms(self) -> Option<bool> {
        match self {
            Counts { failed: 0, skipped: 0, left_out: 0, .. } => Some(true),
            Counts { failed: 0, .. } => None,
            _ => Some(false),
        }
    }
}

impl Report {
    pub(crate) fn new(slug: &str, version: &str, seed: u64) -> Report {
        Report { slug: slug.to_owned(), version: version.to_owned(), seed, verdicts: Vec::new() }
    }

    pub(crate) fn add(&mut self, test: Test, verdict: Verdict) {
        self.verdicts.push((test, verdict));
    }

    /// A test's line, and what is behind it, with a line break at the end.
    pub(crate) fn line(test: Test, verdict: &Verdict) -> String {
        let (word, detail) = match verdict {
            Verdict::Passed { detail } => ("ok", detail.as_str()),
            Verdict::Failed(failure) => ("FAIL", first(failure)),
            Verdict::Skipped { reason, .. } => ("skip", reason.as_str()),
        };
        let line = format!("{word:<4} {} {:<NAME_WIDTH$} {}", test.number(), test.name(), line(detail));
        format!("{}\n{}", line.trim_end(), behind(test, verdict))
    }

    fn counts(&self) -> Counts {
        let left_out = Test::ALL.len().saturating_sub(self.verdicts.len());
        let mut counts = Counts { left_out, ..Counts::default() };
        for (_, verdict) in &self.verdicts {
            *match verdict {
                Verdict::Passed { .. } => &mut counts.passed,
                Verdict::Failed(_) => &mut counts.failed,
                Verdict::Skipped { .. } => &mut counts.skipped,
            } += 1;
        }
        counts
    }

    /// The ending of the whole.
    pub(crate) fn exit_code(&self) -> ExitCode {
        if self.counts().failed > 0 { ExitCode::Nonconforming } else { ExitCode::Done }
    }

    /// The last line, with its line break.
    pub(crate) fn summary(&self) -> String {
        let counts = self.counts();
        let Counts { passed, failed, skipped, left_out } = counts;
        let Report { slug, version, seed, verdicts } = self;
        let verdict = match counts.conforms() {
            Some(true) => "conforms",
            Some(false) => "does not conform",
            None => "conforms as far as it was tried",
        };
        let others = if left_out > 0 { format!("; {left_out} left out") } else { String::new() };
        let (all, plural) = (verdicts.len(), if verdicts.len() == 1 { "" } else { "s" });
        format!(
            "{slug} {version} {verdict}: {passed} passed, {failed} failed, {skipped} skipped of {all} \
             test{plural}{others} (seed {seed})\n"
        )
    }

    /// The JSON document, on several lines, with a line break at the end.
    pub(crate) fn json(&self) -> String {
        let code = self.exit_code();
        let document = Document {
            connector: Connector { slug: &self.slug, version: &self.version },
            seed: self.seed,
            conforms: self.counts().conforms(),
            exit_code: code.number(),
            counts: self.counts(),
            tests: self.verdicts.iter().map(|(test, verdict)| Row::of(*test, verdict)).collect(),
        };
        // Texts and numbers only: this does not fail.
        serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
    }
}

/// What is still read as one list.
const SHORT: usize = 200;

/// What stands behind a test's line.
fn behind(test: Test, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Passed { .. } => String::new(),
        Verdict::Skipped { remedy, .. } => indented("to run it", remedy),
        Verdict::Failed(failure) => details(test, failure),
    }
}

/// What is wrong in the same way several times is told once: all of it would hide what is wrong otherwise.
fn details(test: Test, failure: &Failure) -> String {
    let mut text = String::new();
    for (at, finding) in failure.findings.iter().enumerate() {
        let is_like = |other: &&Finding| other.what == finding.what;
        if failure.findings[..at].iter().any(|earlier| is_like(&earlier)) {
            continue;
        }
        text.push_str(&told(at, finding));
        text.push_str(&others(failure.findings[at + 1..].iter().filter(is_like)));
    }
    if failure.more > 0 {
        text.push_str(&format!("     and {} more\n", failure.more));
    }
    text.push_str(&format!("     codeclimate-connector explain {}\n", test.number()));
    text
}

/// More places of the same thing: which, where that is short, or how many.
fn others<'f>(like: impl Iterator<Item = &'f Finding>) -> String {
    let places: Vec<String> = like.map(|finding| finding.place.to_string()).collect();
    let listed = line(&places.join("; "));
    match places.len() {
        0 => String::new(),
        _ if !listed.is_empty() && listed.len() <= SHORT => format!("       also: {listed}\n"),
        count => format!("       and {count} more like it\n"),
    }
}

fn first(failure: &Failure) -> &str {
    failure.findings.first().map_or("", |finding| &finding.what)
}

/// What is wrong first stands in the line of its test already.
fn told(at: usize, finding: &Finding) -> String {
    let what = if at == 0 { String::new() } else { format!("     {}\n", line(&finding.what)) };
    let parts = [
        indented("where", &finding.place.to_string()),
        indented("expected", &finding.expected),
        indented("found", &finding.found),
        indented("to mend it", &finding.remedy),
    ];
    what + &parts.concat()
}

fn indented(word: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("       {word}: {}\n", line(text)) }
}

/// A text on one line: much of it comes from connectors.
fn line(text: &str) -> String {
    let spaced: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The JSON document; its keys are a promise to scripts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    connector: Connector<'a>,
    seed: u64,
    conforms: Option<bool>,
    exit_code: u8,
    counts: Counts,
    tests: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Connector<'a> {
    slug: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    number: String,
    name: &'a str,
    title: &'a str,
    /// `passed`, `failed` or `skipped`.
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'a str>,
    #[serde(flatten)]
    failure: Option<&'a Failure>,
}

impl<'a> Row<'a> {
    fn of(test: Test, verdict: &'a Verdict) -> Row<'a> {
        let row = Row {
            number: test.number(),
            name: test.name(),
            title: test.title(),
            verdict: "passed",
            detail: None,
            reason: None,
            remedy: None,
            failure: None,
        };
        match verdict {
            Verdict::Passed { detail } => {
                Row { detail: Some(detail).filter(|text| !text.is_empty()).map(String::as_str), ..row }
            }
            Verdict::Failed(failure) => Row { verdict: "failed", failure: Some(failure), ..row },
            Verdict::Skipped { reason, remedy } => {
                Row { verdict: "skipped", reason: Some(reason), remedy: Some(remedy), ..row }
            }
        }
    }
}
