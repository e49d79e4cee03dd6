//! C19 to C21: what a connector must not let out, in whatever run.

use super::{Observation, Run, count, grouped};
use crate::conformance::verdict::{Finding, Verdict};

/// C19. Judges all runs with a configuration that has this many secrets.
pub(crate) fn secrets(runs: &[Run<'_>], secrets: usize) -> Verdict {
    if secrets == 0 {
        return Verdict::skipped(
            "the configuration holds no value of a key that is marked secret",
            "mark tokens and passwords with `#[schemars(extend(\"secret\" = true))]`, and give one",
        );
    }
    let mut findings: Vec<Finding> = runs.iter().flat_map(leaks).collect();
    findings.dedup();
    Verdict::of(findings, || format!("{} in {}", count(secrets, "secret"), count(runs.len(), "run")))
}

fn leaks(run: &Run<'_>) -> Vec<Finding> {
    let finding = |leak: &super::super::observation::Leak| {
        let finding = Finding::new(format!("a secret comes out in {}", leak.place)).key(&leak.key);
        let remedy = "leave it out: send it in a header, and do not derive `Debug` for what holds it";
        run.place(finding.expected("no value of a secret key").found(&leak.text).remedy(remedy))
    };
    run.seen.leaks.iter().map(finding).collect()
}

/// C20. Judges all runs.
pub(crate) fn stdout(runs: &[Run<'_>]) -> Verdict {
    let wrote = runs.iter().filter(|run| run.seen.stdout_lines > 0).map(|run| {
        let lines = usize::try_from(run.seen.stdout_lines).unwrap_or(usize::MAX);
        let first = run.seen.stdout.first().map(|line| format!(", the first {line:?}")).unwrap_or_default();
        let finding = Finding::new("something is written to standard output").expected("nothing");
        let remedy =
            "use `context.logger` in place of `println!` and `dbg!`; pipe the output of child processes";
        run.place(finding.found(format!("{}{first}", count(lines, "line"))).remedy(remedy))
    });
    Verdict::of(wrote.collect(), || count(runs.len(), "run"))
}

/// C21. Judges all runs that lingered.
pub(crate) fn after_return(runs: &[Run<'_>]) -> Verdict {
    let late = |seen: &Observation| usize::try_from(seen.late_calls).unwrap_or(usize::MAX);
    let findings = runs.iter().filter(|run| run.seen.late_calls > 0).map(|run| {
        let finding = Finding::new(format!("something is still at work after {} has returned", run.verb));
        let found = format!("{} late calls of the runner", grouped(late(run.seen)));
        let remedy = "join every thread, and await every task, before the verb returns";
        run.place(finding.expected("no record or state any more").found(found).remedy(remedy))
    });
    Verdict::of(findings.collect(), || count(runs.len(), "run"))
}
