//! Records and replays cassettes without a test.

#![forbid(unsafe_code)]

mod secrets;

use std::{
    error::Error,
    io::{self, Read},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::mpsc,
    thread,
};

use clap::{ArgGroup, Parser};
use connector_testing::Cassette;
use serde_json::Value;
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
    /// The connector's configuration, whose secrets are replaced: every text in it, if nothing says which, but those that
    /// are short, the upstream, and URLs of no more than a host
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Nothing that is recorded is secret
    #[arg(long, conflicts_with = "config")]
    no_secrets: bool,
    /// A key of the configuration whose value is a secret, wherever it stands. May be given several times
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
    // First of all: from here on, a failure is one of the recording.
    let secrets = secrets(arguments)?;
    let mut cassette = match (&arguments.record, &arguments.replay) {
        (Some(path), _) => Cassette::record(path),
        (None, Some(path)) => Cassette::try_replay(path)?,
        (None, None) => return Err("name a file to record or to replay".into()),
    };
    if let Some(upstream) = &arguments.upstream {
        cassette = cassette.upstream(upstream);
    }
    for secret in secrets {
        cassette = cassette.secret(&secret);
    }
    if arguments.repeating {
        cassette = cassette.repeating();
    }
    // The kit's server is for tests, and panics where it cannot listen.
    TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port))
        .map_err(|error| format!("cannot listen on port {}: {error}", arguments.port))?;
    let cassette = cassette.on_port(arguments.port);
    println!("{}", cassette.base_url());
    wait_for_the_end()?;
    cassette.finish().map_err(Into::into)
}

/// The values that nobody may read; an error where a recording would have none by mistake.
fn secrets(arguments: &Arguments) -> Result<Vec<String>, Box<dyn Error>> {
    let is_recorded = arguments.record.is_some();
    let texts = match &arguments.config {
        Some(path) => of_configuration(arguments, path)?,
        None if is_recorded && !arguments.no_secrets => {
            let remedy = "name the configuration whose secrets are replaced, with --config FILE, or say --no-secrets \
                          where nothing that is recorded is secret";
            return Err(remedy.into());
        }
        None => return Ok(Vec::new()),
    };
    if texts.is_empty() && is_recorded {
        return Err("the configuration holds nothing like a secret: say --no-secrets in its place".into());
    }
    if texts.iter().any(|text| text.len() < SHORTEST) {
        return Err(
            format!("a secret with fewer than {SHORTEST} bytes would be found in ordinary words").into()
        );
    }
    Ok(texts)
}

fn of_configuration(arguments: &Arguments, path: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let configuration = read(path)?;
    if !configuration.is_object() {
        return Err(format!("{} holds no JSON object", path.display()).into());
    }
    match &arguments.schema {
        Some(schema) => marked(&configuration, path, schema),
        None if arguments.secret.is_empty() => {
            Ok(secrets::likely(&configuration, arguments.upstream.as_deref(), SHORTEST))
        }
        None => named(&configuration, &arguments.secret, path),
    }
}

fn marked(configuration: &Value, path: &Path, schema: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let texts = secrets::of_keys(configuration, &secrets::marked_keys(&read(schema)?));
    if texts.is_empty() {
        return Err(format!("{} marks no secret that {} has", schema.display(), path.display()).into());
    }
    Ok(texts)
}

fn named(configuration: &Value, keys: &[String], path: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let is_unknown = |key: &&String| secrets::of_keys(configuration, &[(*key).clone()]).is_empty();
    if let Some(unknown) = keys.iter().find(is_unknown) {
        return Err(format!("{} has no text or number at a key {unknown:?}", path.display()).into());
    }
    Ok(secrets::of_keys(configuration, keys))
}

fn read(path: &Path) -> Result<Value, Box<dyn Error>> {
    let text = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{} is no JSON: {error}", path.display()).into())
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
