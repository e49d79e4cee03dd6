//! What a test found.

use std::fmt;

use serde::Serialize;

use super::catalogue::Test;

/// The most findings of one test that are told; the others are counted.
const MAX_FINDINGS: usize = 10;

/// What a test found. Its texts are masked before anybody reads them: they name records and streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is so; the detail says how much was looked at.
    Passed { detail: String },
    /// It is not so.
    Failed(Failure),
    /// It was not tried.
    Skipped { reason: String, remedy: String },
}

/// Why a test was failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failure {
    /// The first of the findings, never none.
    pub(crate) findings: Vec<Finding>,
    /// How many more there are.
    pub(crate) more: usize,
}

/// One thing that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Finding {
    /// In one sentence, without a full stop.
    pub(crate) what: String,
    /// Where it is.
    #[serde(rename = "where", skip_serializing_if = "Place::is_nowhere")]
    pub(crate) place: Place,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) expected: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) remedy: String,
}

/// Where something is wrong, as far as that can be told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Place {
    /// The id of the stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stream: Option<String>,
    /// The record: its type and `self`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) record: Option<String>,
    /// A JSON pointer into the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
    /// The key of the configuration or of the file's metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    /// The moment: `after checkpoint 3 of 12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) moment: Option<String>,
}

impl Verdict {
    pub(crate) fn passed(detail: impl Into<String>) -> Verdict {
        Verdict::Passed { detail: detail.into() }
    }

    pub(crate) fn skipped(reason: impl Into<String>, remedy: impl Into<String>) -> Verdict {
        Verdict::Skipped { reason: reason.into(), remedy: remedy.into() }
    }

    /// Not tried, because another test failed that it builds on.
    pub(crate) fn waits_for(test: Test) -> Verdict {
        let reason = format!("{} {} did not pass", test.number(), test.name());
        Verdict::skipped(reason, "mend that first")
    }

    /// Failed where there are findings, else passed with this detail.
    pub(crate) fn of(findings: Vec<Finding>, detail: impl FnOnce() -> String) -> Verdict {
        if findings.is_empty() { Verdict::passed(detail()) } else { Verdict::failed(findings) }
    }

    /// The same, where it passed, with a note behind its detail.
    pub(crate) fn noting(self, note: &str) -> Verdict {
        match self {
            Verdict::Passed { detail } if detail.is_empty() => Verdict::passed(note),
            Verdict::Passed { detail } => Verdict::passed(format!("{detail}; {note}")),
            other => other,
        }
    }

    /// The same with each of its texts put through this.
    pub(crate) fn map_texts(mut self, map: impl Fn(&str) -> String) -> Verdict {
        for text in self.texts() {
            *text = map(text);
        }
        self
    }

    fn texts(&mut self) -> Vec<&mut String> {
        match self {
            Verdict::Passed { detail } => vec![detail],
            Verdict::Skipped { reason, remedy } => vec![reason, remedy],
            Verdict::Failed(failure) => failure.findings.iter_mut().flat_map(Finding::texts).collect(),
        }
    }

    fn failed(mut findings: Vec<Finding>) -> Verdict {
        let more = findings.len().saturating_sub(MAX_FINDINGS);
        findings.truncate(MAX_FINDINGS);
        Verdict::Failed(Failure { findings, more })
    }
}

impl From<Finding> for Verdict {
    fn from(finding: Finding) -> Verdict {
        Verdict::failed(vec![finding])
    }
}

impl Finding {
    pub(crate) fn new(what: impl Into<String>) -> Finding {
        Finding { what: what.into(), ..Finding::default() }
    }

    pub(crate) fn expected(mut self, expected: impl Into<String>) -> Finding {
        self.expected = expected.into();
        self
    }

    pub(crate) fn found(mut self, found: impl Into<String>) -> Finding {
        self.found = found.into();
        self
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Finding {
        self.remedy = remedy.into();
        self
    }

    pub(crate) fn stream(mut self, stream: impl Into<String>) -> Finding {
        self.place.stream = Some(stream.into());
        self
    }

    pub(crate) fn record(mut self, record: impl Into<String>) -> Finding {
        self.place.record = Some(record.into());
        self
    }

    pub(crate) fn pointer(mut self, pointer: impl Into<String>) -> Finding {
        self.place.pointer = Some(pointer.into());
        self
    }

    pub(crate) fn key(mut self, key: impl Into<String>) -> Finding {
        self.place.key = Some(key.into());
        self
    }

    fn texts(&mut self) -> Vec<&mut String> {
        let Finding { what, place, expected, found, remedy } = self;
        let Place { stream, record, pointer, key, moment } = place;
        let places = [stream, record, pointer, key, moment].into_iter().flatten();
        [what, expected, found, remedy].into_iter().chain(places).collect()
    }

    pub(crate) fn moment(mut self, moment: impl Into<String>) -> Finding {
        self.place.moment = Some(moment.into());
        self
    }
}

impl Place {
    fn is_nowhere(&self) -> bool {
        *self == Place::default()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            ("stream", &self.stream),
            ("record", &self.record),
            ("at", &self.pointer),
            ("key", &self.key),
            ("", &self.moment),
        ];
        let told = parts.into_iter().filter_map(|(word, part)| Some((word, part.as_ref()?)));
        let words: Vec<String> =
            told.map(|(word, part)| format!("{word} {part}").trim().to_owned()).collect();
        formatter.write_str(&words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_a_verdict_is_mapped() {
        let finding = Finding::new("x")
            .stream("x")
            .record("x")
            .pointer("x")
            .key("x")
            .moment("x")
            .expected("x")
            .found("x")
            .remedy("x");
        let verdicts = [
            Verdict::passed("x"),
            Verdict::skipped("x", "x"),
            Verdict::of(vec![finding.clone(), finding], String::new),
        ];
        for verdict in verdicts {
            let mapped = format!("{:?}", verdict.map_texts(|text| text.replace('x', "masked")));
            assert!(mapped.contains("\"masked\"") && !mapped.contains("\"x\""), "{mapped}");
        }
    }
}
