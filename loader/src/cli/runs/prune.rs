//! Old runs are forgotten, and what is left of them removed.

use std::path::Path;

use jiff::Timestamp;

use crate::{
    cutoff::parse_cutoff,
    dead_letters,
    exit_code::ExitCode,
    frame::Level,
    history::History,
    sink::{Destination, Pruned, Pruning},
    supervisor::{bytes, records},
};

use super::{
    super::{CliError, Console, print, tell},
    RunsError,
};

/// What is to be removed.
pub(super) struct Plan<'a> {
    /// What is older goes.
    before: Timestamp,
    pruning: Pruning,
    sinks: &'a [Destination],
}

impl<'a> Plan<'a> {
    /// What was typed; nothing has been touched when that makes no sense.
    pub(super) fn read(
        keep: &str,
        dry_run: bool,
        sinks: &'a [Destination],
        now: Timestamp,
    ) -> Result<Self, CliError> {
        if sinks.iter().any(Destination::is_stdout) {
            return Err(RunsError::Stdout.into());
        }
        let pruning = if dry_run { Pruning::Told } else { Pruning::Done };
        Ok(Self { before: parse_cutoff(keep, now)?, pruning, sinks })
    }

    /// The beginning of a sentence.
    fn verb(&self) -> &'static str {
        match self.pruning {
            Pruning::Done => "removed",
            Pruning::Told => "would remove",
        }
    }
}

/// Prints the files that go, and says how much it is in all.
pub(super) fn prune(
    history: &History,
    data: &Path,
    plan: &Plan<'_>,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let runs = match plan.pruning {
        Pruning::Done => history.prune(plan.before)?,
        Pruning::Told => history.count(plan.before)?,
    };
    let before = plan.before.strftime("%F %TZ");
    console.say(Level::Info, &format!("{} runs that began before {before}: {runs}", plan.verb()));
    let letters = dead_letters::prune(data, plan.before, plan.pruning).map_err(CliError::from);
    let mut pruned = vec![("dead letters".to_owned(), letters)];
    pruned.extend(plan.sinks.iter().map(|sink| {
        let pruned = sink.prune(plan.before, plan.pruning).map_err(CliError::from);
        (format!("from {}", sink.identity()), pruned)
    }));
    let mut code = ExitCode::Done;
    for (place, pruned) in pruned {
        match pruned {
            Ok(pruned) => told(&place, &pruned, plan, console)?,
            // The other places have nothing to do with it.
            Err(error) => {
                tell(console, &error);
                code = error.exit_code();
            }
        }
    }
    Ok(code)
}

fn told(place: &str, pruned: &Pruned, plan: &Plan<'_>, console: &mut Console) -> Result<(), CliError> {
    let names: String = pruned.files.iter().map(|path| format!("{}\n", path.display())).collect();
    print(names.as_bytes())?;
    console.say(Level::Info, &format!("{} {place}: {}", plan.verb(), amount(pruned)));
    for passed_over in &pruned.passed_over {
        console.say(Level::Warn, &format!("passed over: {passed_over}"));
    }
    Ok(())
}

fn amount(pruned: &Pruned) -> String {
    match (pruned.files.len(), pruned.records) {
        (0, 0) => "nothing".to_owned(),
        (0, count) => records(count),
        (1, _) => format!("1 file of {}", bytes(pruned.bytes)),
        (files, _) => format!("{files} files of {}", bytes(pruned.bytes)),
    }
}
