//! What people read while runs go on and when they end: lines on stderr, and a live line for each on a terminal.

mod label;
mod progress;
mod writer;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, IsTerminal},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde::Serialize;

use crate::{
    frame::{Level, LogLine},
    supervisor::{Numbers, Observer},
};

use label::StreamLabel;
use progress::progress_text;
use writer::Writer;

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The longest message that is shown, in bytes. Secrets have been masked before it is cut.
const SHOWN: usize = 8 * 1024;
/// How often a run without a terminal tells how far it is.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(30);

/// The last live line, which tells of all others.
const TOTAL: u64 = u64::MAX;

/// Writes to stderr. A line that cannot be written is lost: there is nobody else to tell.
pub(crate) struct Console {
    format: LogFormat,
    verbose: bool,
    connector: String,
    /// Whose lines they are, where several runs go on at once.
    stream: Option<StreamLabel>,
    writer: Writer,
    /// The numbers of live lines that are taken.
    rows: Arc<AtomicU64>,
    /// The number of its live line.
    row: u64,
    /// Whether there is a live line.
    is_live: bool,
    last_progress: Instant,
    last_records: u64,
}

#[derive(Serialize)]
struct JsonLine<'a> {
    time: String,
    level: Level,
    source: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    connector: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<&'a str>,
    message: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tags: &'a BTreeMap<String, String>,
}

impl Console {
    pub(crate) fn new(format: LogFormat, verbose: bool) -> Self {
        Self {
            format,
            verbose,
            connector: String::new(),
            stream: None,
            writer: Writer::start(),
            rows: Arc::default(),
            row: 0,
            is_live: false,
            last_progress: Instant::now(),
            last_records: 0,
        }
    }

    /// Another that writes to the same place, about nothing in particular.
    pub(crate) fn beside(&self) -> Self {
        Self { stream: None, ..self.of_stream("", None) }
    }

    /// One for a run of its own, beside others. The names are without secrets.
    pub(crate) fn of_stream(&self, connection: &str, stream: Option<&str>) -> Self {
        Self {
            connector: String::new(),
            stream: Some(StreamLabel {
                connection: connection.to_owned(),
                stream: stream.map(ToOwned::to_owned),
            }),
            writer: self.writer.clone(),
            rows: Arc::clone(&self.rows),
            row: self.rows.fetch_add(1, Ordering::Relaxed) + 1,
            is_live: false,
            last_progress: Instant::now(),
            last_records: 0,
            ..*self
        }
    }

    /// Whether live lines are shown.
    pub(crate) fn has_live_lines(&self) -> bool {
        self.format == LogFormat::Text && io::stderr().is_terminal()
    }

    /// Shows how far all runs together are; nothing takes that line away.
    pub(crate) fn total(&self, text: Option<String>) {
        match text {
            Some(text) if self.has_live_lines() => self.writer.live(TOTAL, text),
            _ => self.writer.not_live(TOTAL),
        }
    }

    /// Text for people that stands for itself, such as a table, on stderr.
    pub(crate) fn show(&mut self, text: &str) {
        for line in text.lines() {
            self.writer.line(printable(line));
        }
    }

    pub(crate) const fn is_for_people(&self) -> bool {
        matches!(self.format, LogFormat::Text)
    }

    /// Names the connector whose lines come next, and shows the live line where there is a terminal.
    pub(crate) fn begin(&mut self, connector: &str) {
        connector.clone_into(&mut self.connector);
        self.last_progress = Instant::now();
        self.is_live = self.has_live_lines();
    }

    /// Takes the live line away.
    pub(crate) fn end(&mut self) {
        self.writer.not_live(self.row);
        self.is_live = false;
    }

    /// Waits until everything is written, but not for long.
    pub(crate) fn flush(&self) {
        self.writer.flush();
    }

    /// A line of the runner's own.
    pub(crate) fn say(&mut self, level: Level, message: &str) {
        self.line("runner", &LogLine { level, message: message.to_owned(), tags: BTreeMap::new() });
    }

    /// Why a command failed: for people over several lines, for programs in one.
    pub(crate) fn fail(&mut self, message: &str) {
        match self.format {
            LogFormat::Text if self.stream.is_some() => {
                message.lines().for_each(|line| self.say(Level::Error, line));
            }
            LogFormat::Text => {
                let shown: Vec<String> = message.lines().map(printable).collect();
                self.writer.line(format!("error: {}", shown.join("\n")));
            }
            LogFormat::Json => self.say(Level::Error, message),
        }
    }

    fn write(&mut self, source: &str, line: &LogLine) {
        let text = match self.format {
            LogFormat::Text => self.text(source, line),
            LogFormat::Json => self.json(source, line),
        };
        self.writer.line(text);
    }

    fn text(&self, source: &str, line: &LogLine) -> String {
        let level = match line.level {
            Level::Error => "ERROR",
            Level::Warn => "WARN ",
            Level::Info => "INFO ",
            Level::Debug => "DEBUG",
        };
        let who = match source {
            "runner" => self.stream.as_ref().map(|stream| stream.text() + ": ").unwrap_or_default(),
            "connector" => format!("{}: ", self.name()),
            stream => format!("{} {stream}: ", self.name()),
        };
        let mut text =
            format!("{:.0} {level} {who}{}", jiff::Timestamp::now(), printable(cut(&line.message)));
        for (key, value) in &line.tags {
            // Writing to a string does not fail.
            let _ = write!(text, " {}={}", printable(key), printable(cut(value)));
        }
        text
    }

    /// Whose lines they are.
    fn name(&self) -> Cow<'_, str> {
        self.stream.as_ref().map_or(Cow::Borrowed(&*self.connector), |stream| stream.text().into())
    }

    fn json(&self, source: &str, line: &LogLine) -> String {
        let line = JsonLine {
            time: format!("{:.3}", jiff::Timestamp::now()),
            level: line.level,
            source,
            connector: &self.connector,
            connection: self.stream.as_ref().map(|stream| &*stream.connection),
            stream: self.stream.as_ref().and_then(|stream| stream.stream.as_deref()),
            message: cut(&line.message),
            tags: &line.tags,
        };
        serde_json::to_string(&line).unwrap_or_default()
    }
}

impl Observer for Console {
    fn line(&mut self, source: &'static str, line: &LogLine) {
        if line.level < Level::Debug || self.verbose {
            self.write(source, line);
        }
    }

    fn progress(&mut self, numbers: &Numbers, memory: Option<u64>) {
        let text = progress_text(&self.name(), numbers, memory);
        if self.is_live {
            self.writer.live(self.row, text);
        } else if self.last_progress.elapsed() >= PROGRESS_INTERVAL && numbers.delivered != self.last_records
        {
            self.last_progress = Instant::now();
            self.last_records = numbers.delivered;
            self.say(Level::Info, &text);
        }
    }
}

fn cut(text: &str) -> &str {
    cut_to(text, SHOWN)
}

fn cut_to(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// The text without control characters: a connector must not steer the operator's terminal.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && character != '\t' {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connector_cannot_steer_the_terminal() {
        assert_eq!(printable("a\x1b[2Jb\r\nc\td"), "a\\u{1b}[2Jb\\r\\nc\td");
    }

    #[test]
    fn beside_others_a_line_names_connection_and_stream() {
        let console = Console::new(LogFormat::Text, false);
        let mut beside = console.of_stream("main", Some("acme/rocket"));
        beside.connector = "git".to_owned();
        let line = LogLine { level: Level::Info, message: "slow".to_owned(), tags: BTreeMap::new() };
        for source in ["connector", "runner"] {
            assert!(beside.text(source, &line).ends_with("INFO  main/acme/rocket: slow"));
        }
        let json: serde_json::Value = serde_json::from_str(&beside.json("connector", &line)).unwrap();
        assert_eq!((&json["connection"], &json["stream"]), (&"main".into(), &"acme/rocket".into()));
        assert_eq!(json["connector"], "git");
        assert_ne!(beside.row, console.of_stream("main", None).row);
    }

    #[test]
    fn a_line_shows_level_source_message_and_tags() {
        let mut console = Console::new(LogFormat::Text, false);
        console.connector = "git".to_owned();
        let tags = BTreeMap::from([("page".to_owned(), "3".to_owned())]);
        let line = LogLine { level: Level::Warn, message: "slow".to_owned(), tags };
        assert!(console.text("connector", &line).ends_with("Z WARN  git: slow page=3"));
        let json: serde_json::Value = serde_json::from_str(&console.json("stderr", &line)).unwrap();
        assert_eq!(json["source"], "stderr");
        assert_eq!(json["tags"]["page"], "3");
    }
}
