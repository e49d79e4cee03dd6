//! Pins connectors to their files and to what they are granted, without running any of them.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    digest::Digest,
    exit_code::ExitCode,
    lock::{LOCK_FILE, Lock, Pin},
    permission::Permission,
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
    /// The lock file.
    #[arg(long, value_name = "FILE", default_value = LOCK_FILE)]
    lock_file: PathBuf,
}

/// Writes or checks a lock file.
pub(crate) fn lock(options: &LockOptions) -> Result<ExitCode, CliError> {
    if options.check { check(options) } else { write(options) }
}

fn write(options: &LockOptions) -> Result<ExitCode, CliError> {
    let path = &options.lock_file;
    let mut lock = Lock::read(path)?.unwrap_or_default();
    let mut text = String::new();
    // All are looked at before any is written.
    for connector in &options.connectors {
        let mut pin = found(&options.search, connector)?;
        let asked = pin.permissions.clone();
        pin.permissions.retain(|permission| !options.deny.contains(permission));
        let withheld: Vec<_> = asked.iter().filter(|asked| options.deny.contains(asked)).collect();
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}", told(&pin, &withheld, lock.pin(&pin.slug)));
        lock.put(pin);
    }
    lock.write(path)?;
    print(text.as_bytes())
}

fn told(pin: &Pin, withheld: &[&Permission], before: Option<&Pin>) -> String {
    let mut text = format!("{} {} {}: granted {}", pin.slug, pin.version, pin.sha256, list(&pin.permissions));
    if !withheld.is_empty() {
        let _ = write!(text, "; withheld {}", list(withheld));
    }
    let differences = before.map(|before| before.differences(pin)).unwrap_or_default();
    if !differences.is_empty() {
        let differences: Vec<String> = differences.iter().map(ToString::to_string).collect();
        let _ = write!(text, "; before: {}", differences.join("; "));
    }
    text
}

fn list<T: ToString>(permissions: &[T]) -> String {
    match permissions {
        [] => "nothing".to_owned(),
        permissions => permissions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
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
                code = error.exit_code();
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
