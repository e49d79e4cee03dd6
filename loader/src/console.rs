//! What people read while a run goes on and when it ends: lines on stderr, and a live line on a terminal.

mod writer;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, IsTerminal},
    time::{Duration, Instant},
};

use serde::Serialize;

use crate::{
    frame::{Level, LogLine},
    supervisor::{Numbers, Observer, bytes, duration, records},
};

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

/// Writes to stderr. A line that cannot be written is lost: there is nobody else to tell.
pub(crate) struct Console {
    format: LogFormat,
    verbose: bool,
    connector: String,
    writer: Writer,
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
            writer: Writer::start(),
            is_live: false,
            last_progress: Instant::now(),
            last_records: 0,
        }
    }

    /// Names the connector whose lines come next, and shows the live line where there is a terminal.
    pub(crate) fn begin(&mut self, connector: &str) {
        connector.clone_into(&mut self.connector);
        self.last_progress = Instant::now();
        self.is_live = self.format == LogFormat::Text && io::stderr().is_terminal();
    }

    /// Takes the live line away.
    pub(crate) fn end(&mut self) {
        self.writer.not_live();
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
            "runner" => String::new(),
            "connector" => format!("{}: ", self.connector),
            stream => format!("{} {stream}: ", self.connector),
        };
        let mut text =
            format!("{:.0} {level} {who}{}", jiff::Timestamp::now(), printable(cut(&line.message)));
        for (key, value) in &line.tags {
            // Writing to a string does not fail.
            let _ = write!(text, " {}={}", printable(key), printable(cut(value)));
        }
        text
    }

    fn json(&self, source: &str, line: &LogLine) -> String {
        let line = JsonLine {
            time: format!("{:.3}", jiff::Timestamp::now()),
            level: line.level,
            source,
            connector: &self.connector,
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
        let text = progress_text(&self.connector, numbers, memory);
        if self.is_live {
            self.writer.live(text);
        } else if self.last_progress.elapsed() >= PROGRESS_INTERVAL && numbers.delivered != self.last_records
        {
            self.last_progress = Instant::now();
            self.last_records = numbers.delivered;
            self.say(Level::Info, &text);
        }
    }
}

fn progress_text(connector: &str, numbers: &Numbers, memory: Option<u64>) -> String {
    let seconds = numbers.duration.as_secs_f64().max(0.001);
    let memory = memory.map(|used| format!(", {} of {}", bytes(used), bytes(numbers.limits.memory)));
    format!(
        "{connector}: {}, {:.0} a second{}, {} left",
        records(numbers.delivered),
        numbers.delivered as f64 / seconds,
        memory.unwrap_or_default(),
        duration(numbers.limits.deadline.saturating_sub(numbers.duration)),
    )
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(SHOWN)]
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
