//! C19 to C21: what a connector must not let out, in whatever run.

use std::collections::BTreeSet;

use super::{Run, count, grouped};
use crate::conformance::verdict::{Finding, Verdict};

/// C19. Judges all runs with a configuration that has this many secrets.
pub(crate) fn secrets(runs: &[Run<'_>], secrets: usize) -> Verdict {
    if secrets == 0 {
        return Verdict::skipped(
            "the configuration holds no value of a key that is marked secret",
            "mark tokens and passwords with `#[schemars(extend(\"secret\" = true))]`, and give one",
        );
    }
    let findings = once_each(runs, leaks);
    Verdict::of(findings, || format!("{} in {}", count(secrets, "secret"), count(runs.len(), "run")))
}

/// What was found in several runs of a verb or stream is told once, of a usual run where there is one.
fn once_each(runs: &[Run<'_>], find: impl Fn(&Run<'_>) -> Vec<Finding>) -> Vec<Finding> {
    let (odd, usual): (Vec<&Run<'_>>, Vec<&Run<'_>>) =
        runs.iter().partition(|run| run.seen.occasion.is_some());
    let (mut told, mut findings) = (BTreeSet::new(), Vec::new());
    for run in usual.into_iter().chain(odd) {
        for finding in find(run) {
            let key = (run.verb, run.stream, finding.what.clone(), finding.place.key.clone());
            if told.insert(key) {
                findings.push(finding);
            }
        }
    }
    findings
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
    Verdict::of(once_each(runs, written), || count(runs.len(), "run"))
}

fn written(run: &Run<'_>) -> Vec<Finding> {
    if run.seen.stdout_lines == 0 {
        return Vec::new();
    }
    let lines = usize::try_from(run.seen.stdout_lines).unwrap_or(usize::MAX);
    let first = run.seen.stdout.first().map(|line| format!(", the first {line:?}")).unwrap_or_default();
    let finding = Finding::new("something is written to standard output").expected("nothing");
    let remedy = "use `context.logger` in place of `println!` and `dbg!`; pipe the output of child processes";
    vec![run.place(finding.found(format!("{}{first}", count(lines, "line"))).remedy(remedy))]
}

/// C21. Judges all runs; what has been killed, or has refused its configuration, is not waited for.
pub(crate) fn after_return(runs: &[Run<'_>]) -> Verdict {
    Verdict::of(once_each(runs, late), || count(runs.len(), "run"))
}

fn late(run: &Run<'_>) -> Vec<Finding> {
    if run.seen.late_calls == 0 {
        return Vec::new();
    }
    let calls = usize::try_from(run.seen.late_calls).unwrap_or(usize::MAX);
    let finding = Finding::new(format!("something is still at work after {} has returned", run.verb));
    let found = format!("{} late calls of the runner", grouped(calls));
    let remedy = "join every thread, and await every task, before the verb returns";
    vec![run.place(finding.expected("no record or state any more").found(found).remedy(remedy))]
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Observation, fixture::done, fixture::sync},
        *,
    };
    use crate::conformance::verdict::Failure;

    #[test]
    fn what_several_runs_show_is_told_once_of_the_usual_one() {
        let printing = |occasion| Observation { stdout_lines: 2, late_calls: 1, occasion, ..done() };
        let (usual, stopped) = (printing(None), printing(Some("when asked to stop")));
        let moment = |verdict: Verdict| match verdict {
            Verdict::Failed(Failure { findings, more: 0 }) if findings.len() == 1 => {
                findings[0].place.moment.clone()
            }
            other => panic!("{other:?}"),
        };
        for judge in [stdout, after_return] {
            assert_eq!(moment(judge(&[sync(&stopped), sync(&usual)])), None);
            assert_eq!(
                moment(judge(&[sync(&done()), sync(&stopped)])),
                Some("when asked to stop".to_owned())
            );
        }
    }
}
