//! Records and replays cassettes without a test.

#![forbid(unsafe_code)]

use std::{
    error::Error,
    io::{self, Read},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::mpsc,
    thread,
};

use clap::{ArgGroup, Parser};
use connector_testing::Cassette;
use serde_json::{Map, Value};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};

/// Records traffic with a real server, or replays it, on a port of this machine.
///
/// Prints the base URL to configure, and runs until Ctrl-C or the end of standard input; a recording is written then.
#[derive(Debug, Parser)]
#[command(name = "connector-cassette", version, group(ArgGroup::new("mode").required(true).args(["record", "replay"])))]
struct Arguments {
    /// Record this file anew
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Replay this file
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// The base URL of the server to record; that of the last time without it
    #[arg(long, value_name = "URL", conflicts_with = "replay")]
    upstream: Option<String>,
    /// The connector's configuration, whose secrets are replaced: every text in it, if nothing says which
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A key of the configuration whose value is a secret. May be given several times
    #[arg(long, value_name = "KEY", requires = "config")]
    secret: Vec<String>,
    /// The connector's configuration.schema.json, which marks the secrets
    #[arg(long, value_name = "FILE", requires = "config", conflicts_with = "secret")]
    schema: Option<PathBuf>,
    /// Every request may be replayed any number of times
    #[arg(long, conflicts_with = "record")]
    repeating: bool,
    /// The port to listen on; a free one without it
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    port: u16,
}

/// The bytes of the shortest secret that a cassette takes.
const SHORTEST: usize = 6;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut cassette = match (&arguments.record, &arguments.replay) {
        (Some(path), _) => Cassette::record(path),
        (None, Some(path)) => Cassette::replay(path),
        (None, None) => return Err("name a file to record or to replay".into()),
    };
    if let Some(upstream) = &arguments.upstream {
        cassette = cassette.upstream(upstream);
    }
    for secret in secrets(arguments)? {
        cassette = cassette.secret(&secret);
    }
    if arguments.repeating {
        cassette = cassette.repeating();
    }
    let cassette = cassette.on_port(arguments.port);
    println!("{}", cassette.base_url());
    wait_for_the_end()?;
    cassette.finish().map_err(Into::into)
}

/// The values that nobody may read, of those that the configuration holds.
fn secrets(arguments: &Arguments) -> Result<Vec<String>, Box<dyn Error>> {
    let Some(path) = &arguments.config else { return Ok(Vec::new()) };
    let configuration = read_object(path)?;
    let keys = match &arguments.schema {
        Some(schema) => marked(&read_object(schema)?),
        None => arguments.secret.clone(),
    };
    if let Some(unknown) = arguments.secret.iter().find(|key| !configuration.contains_key(*key)) {
        return Err(format!("{} has no key {unknown:?}", path.display()).into());
    }
    let is_everything = arguments.schema.is_none() && arguments.secret.is_empty();
    let values = configuration.iter().filter(|(key, _)| is_everything || keys.contains(key));
    let mut texts = Vec::new();
    values.for_each(|(_, value)| collect_texts(value, &mut texts));
    // What people choose to be everything has ordinary words in it, and base URLs are to be read.
    texts.retain(|text| !is_everything || (text.len() >= SHORTEST && !text.starts_with("http")));
    if texts.iter().any(|text| text.len() < SHORTEST) {
        return Err(
            format!("a secret with fewer than {SHORTEST} bytes would be found in ordinary words").into()
        );
    }
    Ok(texts)
}

/// The keys that a configuration's schema marks as secret.
fn marked(schema: &Map<String, Value>) -> Vec<String> {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties.filter(|(_, property)| property["secret"] == true).map(|(key, _)| key.clone()).collect()
}

fn collect_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| collect_texts(value, texts)),
        Value::Object(members) => members.values().for_each(|value| collect_texts(value, texts)),
        Value::Number(number) => texts.push(number.to_string()),
        Value::Null | Value::Bool(_) => {}
    }
}

fn read_object(path: &Path) -> Result<Map<String, Value>, Box<dyn Error>> {
    let text = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    serde_json::from_slice(&text)
        .map_err(|error| format!("{} holds no JSON object: {error}", path.display()).into())
}

/// Waits for Ctrl-C, a request to terminate, or the end of standard input.
fn wait_for_the_end() -> io::Result<()> {
    let (sender, receiver) = mpsc::channel();
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let at_signal = sender.clone();
    thread::spawn(move || {
        signals.forever().next();
        at_signal.send(())
    });
    thread::spawn(move || {
        let mut rest = Vec::new();
        // One that cannot be read has ended as well.
        let _ = io::stdin().read_to_end(&mut rest);
        sender.send(())
    });
    // An error says that both have ended.
    let _ = receiver.recv();
    Ok(())
}
