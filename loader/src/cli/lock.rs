//! Pins connectors to their files and to what they are granted, without running any of them.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    digest::Digest,
    exit_code::ExitCode,
    grant::GrantError,
    lock::{LOCK_FILE, Lock, Pin},
    permission::{Permission, listed},
};

use super::{
    CliError,
    args::Search,
    prepare::{find, host, pin_of},
    print,
};

/// What is to be locked, as it is typed.
#[derive(Debug, Args)]
pub(crate) struct LockOptions {
    #[command(flatten)]
    search: Search,
    /// The connectors: slugs, or paths of their files. With --check none means all that are pinned.
    #[arg(required_unless_present = "check")]
    connectors: Vec<String>,
    /// Change nothing; exit with 12 where a connector differs from its pin.
    #[arg(long)]
    check: bool,
    /// Withhold something that the connector asks for, as `inspect` shows it.
    #[arg(long, value_name = "PERMISSION", conflicts_with = "check")]
    deny: Vec<Permission>,
    /// Grant something that was withheld when it was locked before.
    #[arg(long, value_name = "PERMISSION", conflicts_with = "check")]
    grant: Vec<Permission>,
    /// The lock file.
    #[arg(long, value_name = "FILE", default_value = LOCK_FILE)]
    lock_file: PathBuf,
}

/// Writes or checks a lock file.
pub(crate) fn lock(options: &LockOptions) -> Result<ExitCode, CliError> {
    if options.check { check(options) } else { write(options) }
}

fn write(options: &LockOptions) -> Result<ExitCode, CliError> {
    let looked_at = options.connectors.iter().map(|connector| (connector, found(&options.search, connector)));
    let (good, bad): (Vec<_>, Vec<_>) = looked_at.partition(|(_, found)| found.is_ok());
    if !bad.is_empty() {
        return refuse(bad);
    }
    let pins: Vec<Pin> = good.into_iter().filter_map(|(_, found)| found.ok()).collect();
    check_asked_for(&options.deny, &pins)?;
    check_asked_for(&options.grant, &pins)?;
    let mut text = String::new();
    Lock::update(&options.lock_file, |lock| {
        for pin in pins {
            let before = lock.pin(&pin.slug).cloned();
            let asked = pin.clone();
            let pin = pin.withholding(before.as_ref(), &options.deny, &options.grant);
            // Writing to a string does not fail.
            let _ = writeln!(text, "{}", told(&pin, &asked, before.as_ref()));
            lock.put(pin);
        }
        Ok::<(), CliError>(())
    })?;
    print(text.as_bytes())
}

/// One that cannot be pinned is told as it is; of several, each on a line.
fn refuse(mut bad: Vec<(&String, Result<Pin, CliError>)>) -> Result<ExitCode, CliError> {
    if let [_] = &bad[..]
        && let Some((_, Err(error))) = bad.pop()
    {
        return Err(error);
    }
    let mut text = String::new();
    for (connector, found) in bad {
        let error = found.err().map(|error| crate::chain(&error)).unwrap_or_default();
        let _ = writeln!(text, "NO  {connector}: {error}");
    }
    print(format!("{text}nothing was pinned\n").as_bytes())?;
    Ok(ExitCode::ConnectorUnusable)
}

/// A word that no connector asks for is a slip, and would withhold nothing.
fn check_asked_for(permissions: &[Permission], pins: &[Pin]) -> Result<(), CliError> {
    let asked: Vec<Permission> = pins.iter().flat_map(|pin| pin.permissions.clone()).collect();
    match permissions.iter().find(|permission| !asked.contains(permission)) {
        None => Ok(()),
        Some(denied) => Err(GrantError::NotAskedFor { denied: denied.clone(), asked }.into()),
    }
}

fn told(pin: &Pin, asked: &Pin, before: Option<&Pin>) -> String {
    let mut text =
        format!("{} {} {}: granted {}", pin.slug, pin.version, pin.sha256, listed(&pin.permissions));
    if !pin.withheld.is_empty() {
        let _ = write!(text, "; withheld {}", listed(&pin.withheld));
    }
    let differences = before.map(|before| before.differences(asked)).unwrap_or_default();
    if !differences.is_empty() {
        let differences: Vec<String> = differences.iter().map(ToString::to_string).collect();
        let _ = write!(text, "; before: {}", differences.join("; "));
    }
    text
}

fn check(options: &LockOptions) -> Result<ExitCode, CliError> {
    let path = &options.lock_file;
    let lock = Lock::read_existing(path)?;
    let pinned = || lock.pins().map(|pin| pin.slug.to_string()).collect();
    let connectors = if options.connectors.is_empty() { pinned() } else { options.connectors.clone() };
    let (mut text, mut code) = (String::new(), ExitCode::Done);
    for connector in connectors {
        let checked = check_one(options, path, &lock, &connector);
        let line = match checked {
            Ok(line) => format!("ok  {line}"),
            Err(error) => {
                code = ExitCode::ConnectorUnusable;
                format!("NO  {connector}: {}", crate::chain(&error))
            }
        };
        let _ = writeln!(text, "{line}");
    }
    print(text.as_bytes())?;
    Ok(code)
}

fn check_one(options: &LockOptions, path: &Path, lock: &Lock, connector: &str) -> Result<String, CliError> {
    let found = found(&options.search, connector)?;
    lock.judge(path, &found, true)?;
    Ok(format!("{} {} {}", found.slug, found.version, found.sha256))
}

/// A connector as it is found; one that cannot be loaded here is not worth a pin.
fn found(search: &Search, connector: &str) -> Result<Pin, CliError> {
    let file = find(search, connector)?;
    let digest = Digest::of_bytes(&file.bytes);
    Ok(pin_of(&file.examine(&host()).loadable()?, digest))
}
