//! Whether it was the sandbox that a connector failed on.

use std::path::{Path, PathBuf};

use crate::{
    confinement::{Rules, Sandbox},
    exit_code::ExitCode,
};

use super::{
    Evidence,
    denials::{Denial, allowing},
};

/// A judgement with advice that names paths and ports.
pub(super) type Advised = (ExitCode, String, String);

/// How Rust and C show an error of the system.
struct Words {
    /// With its number, which only this system's errors have.
    number: &'static str,
    /// In words that may also be a remote server's.
    words: &'static str,
}

/// EPERM, the answer to a system call that the filter refuses.
const NOT_PERMITTED: Words = Words { number: "(os error 1)", words: "Operation not permitted" };
/// EACCES, the answer to a file or port that Landlock denies.
const PERMISSION_DENIED: Words = Words { number: "(os error 13)", words: "Permission denied" };
/// EROFS, the answer to a change on a read-only mount.
const READ_ONLY: Words = Words { number: "(os error 30)", words: "Read-only file system" };
/// What a filter kills with.
const KILLED: &str = "(SIGSYS)";
const ALL: [Words; 3] = [NOT_PERMITTED, PERMISSION_DENIED, READ_ONLY];
/// Rust and C say no more than that a name was not found where there is no network.
const UNRESOLVED: [&str; 2] = ["failed to lookup address", "name resolution"];

impl Words {
    fn are_in(&self, text: &str) -> bool {
        text.contains(self.number) || text.contains(self.words)
    }
}

/// The judgement, where the sandbox had no part in the failure; else that of the sandbox.
pub(super) fn weighed((code, what, advice): Advised, evidence: &Evidence) -> Advised {
    if !is_sandboxed(evidence) || !is_of_connector(code) {
        return (code, what, advice);
    }
    if code == ExitCode::ConnectorCrashed && what.contains(KILLED) {
        let what = format!("{what}; the sandbox kills who makes system calls of another architecture");
        return (ExitCode::Denied, what, grants(&[]));
    }
    let named = news(&evidence.denials, NOT_PERMITTED.are_in(&what));
    let speaks_of_it = ALL.iter().any(|words| words.are_in(&what));
    let is_of_system = ALL.iter().any(|words| what.contains(words.number));
    match &named[..] {
        named @ [_, ..] if speaks_of_it || lacks_network(named, &what) => {
            (ExitCode::Denied, format!("{what}; the sandbox denied {}", list(named)), grants(named))
        }
        named @ [_, ..] => {
            let what = format!("{what}; before that the sandbox had denied {}", list(named));
            (code, what, or_grants(advice, named))
        }
        [] if is_of_system && is_something_else(evidence, &what) => {
            (code, what, or_rights(&advice, evidence))
        }
        [] if is_of_system => {
            let advice = probable_beside(evidence, &what);
            (ExitCode::Denied, format!("{what}; probably the sandbox denied it"), advice)
        }
        [] if speaks_of_it => {
            let advice = format!(
                "{advice}. If that is about this machine, the sandbox may be the reason: {}",
                probable(&what)
            );
            (code, what, advice)
        }
        [] => (code, what, advice),
    }
}

/// Whether the fences cannot have been the reason: what the message names may be changed, or a trace has seen nothing.
fn is_something_else(evidence: &Evidence, what: &str) -> bool {
    let is_traced = evidence.rules.as_ref().is_some_and(|rules| rules.sandbox == Sandbox::Trace);
    let may_change = |rules: &Rules| named_in(&rules.write, what).is_some();
    PERMISSION_DENIED.are_in(what) && (is_traced || evidence.rules.as_ref().is_some_and(may_change))
}

/// The path that a message names, if it is among these.
fn named_in<'a>(paths: &[PathBuf], what: &'a str) -> Option<&'a str> {
    path_in(what).filter(|path| paths.iter().any(|granted| Path::new(path).starts_with(granted)))
}

/// What may be read and could not be: either it was to be changed, or its owner and mode are in the way.
fn probable_beside(evidence: &Evidence, what: &str) -> String {
    let readable = evidence.rules.as_ref().and_then(|rules| named_in(&rules.read, what));
    match readable {
        Some(path) if PERMISSION_DENIED.are_in(what) => format!(
            "{path} may be read already: if it was to be changed, add {}; else its owner and mode are the reason, and a \
             worker has no rights over files that its user may not read: --user names another one",
            allowing(&format!("write:{path}"))
        ),
        _ => probable(what),
    }
}

/// Modes and owners hold for a connector as for anybody, even if the runner is root.
fn or_rights(advice: &str, evidence: &Evidence) -> String {
    let user = evidence.rules.as_ref().and_then(|rules| rules.user);
    let user = user.map_or_else(|| "the runner's own user".to_owned(), |user| format!("user {}", user.uid));
    format!(
        "{advice}. The sandbox is not the reason: the file's owner and mode are. The connector runs as {user}, without \
         root's rights over the files of others; change them, or name another with --user"
    )
}

fn lacks_network(named: &[&Denial], what: &str) -> bool {
    named.iter().any(|denial| denial.what == "socket (network)")
        && UNRESOLVED.iter().any(|words| what.contains(words))
}

/// The denials to speak of: what is usual is none, unless nothing else can have been the reason.
fn news(denials: &[Denial], was_refused: bool) -> Vec<&Denial> {
    let odd: Vec<&Denial> = denials.iter().filter(|denial| !denial.is_usual).collect();
    if odd.is_empty() && was_refused { denials.iter().collect() } else { odd }
}

fn is_sandboxed(evidence: &Evidence) -> bool {
    evidence.fences.is_some_and(|fences| fences.files)
}

/// Endings for which the connector's own words say why.
fn is_of_connector(code: ExitCode) -> bool {
    use ExitCode::{
        Configuration, ConnectorCrashed, ConnectorError, ConnectorExited, ConnectorPanicked,
        ConnectorUnusable, SourceUnavailable,
    };
    matches!(
        code,
        Configuration
            | ConnectorCrashed
            | ConnectorError
            | ConnectorExited
            | ConnectorPanicked
            | ConnectorUnusable
            | SourceUnavailable
    )
}

/// What was denied, with how often.
pub(crate) fn list(denials: &[&Denial]) -> String {
    let one = |denial: &&Denial| match denial.times {
        1 => denial.what.clone(),
        times => format!("{} ({times} times)", denial.what),
    };
    denials.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The denial may be the reason, said in other words.
fn or_grants(advice: String, denials: &[&Denial]) -> String {
    match denials.iter().any(|denial| denial.grant.is_some()) {
        true => format!("{advice}. Or the sandbox is the reason: {}", grants(denials)),
        false => advice,
    }
}

/// What to do about a message that speaks of a denial; none where it does not.
pub(crate) fn hint(message: &str) -> Option<String> {
    PERMISSION_DENIED.are_in(message).then(|| probable(message))
}

fn grants(denials: &[&Denial]) -> String {
    let mut options: Vec<String> =
        denials.iter().filter_map(|denial| denial.grant.as_deref()).map(allowing).collect();
    options.sort();
    options.dedup();
    match &options[..] {
        [] => {
            "no option allows that, because no connector needs it: ask its author what it is for".to_owned()
        }
        options => format!(
            "if it ought to have that, add {}; if it surprises you, do not, and ask",
            options.join(" ")
        ),
    }
}

/// The kernel does not tell which file or port it was; the connector's message often does.
fn probable(what: &str) -> String {
    let option = match (path_in(what), port_in(what)) {
        (Some(path), _) if READ_ONLY.are_in(what) => allowing(&format!("write:{path}")),
        (Some(path), _) => format!("{} (or write:)", allowing(&format!("read:{path}"))),
        (None, Some(port)) => allowing(&format!("connect:{port}")),
        (None, None) => "--allow read:PATH or connect:PORT".to_owned(),
    };
    format!(
        "`--sandbox trace` shows which file or port it was; if it ought to have that, add {option}. A worker also has \
         no rights over files that its user may not read: --user names another one"
    )
}

/// The first absolute path in a message.
fn path_in(text: &str) -> Option<&str> {
    let is_end = |letter: char| letter.is_whitespace() || "\"'`,;()[]".contains(letter);
    // A connector may tell where it stands; that is not what it could not open.
    let text = text.split("working directory: ").next().unwrap_or(text);
    let words = text.split(is_end).map(|word| word.trim_end_matches([':', '.']));
    words.into_iter().find(|word| word.len() > 1 && word.starts_with('/') && !word.starts_with("//"))
}

/// The first port in a message, as in `127.0.0.1:8080` or `http://host:8080/`.
fn port_in(text: &str) -> Option<u16> {
    let after_colons = text.split(':').skip(1);
    let number = |rest: &str| {
        let digits = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        rest[..digits].parse::<u16>().ok().filter(|port| *port > 0)
    };
    after_colons.filter_map(number).next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confinement::{Fences, User};

    fn evidence(denials: &[Denial]) -> Evidence {
        let fences = Fences { files: true, ..Fences::default() };
        Evidence { fences: Some(fences), denials: denials.to_vec(), ..Evidence::default() }
    }

    fn denial(what: &str, grant: Option<&str>, times: u64) -> Denial {
        Denial { what: what.to_owned(), grant: grant.map(str::to_owned), is_usual: false, times }
    }

    fn judged(what: &str, denials: &[Denial]) -> Advised {
        let verdict = (ExitCode::ConnectorError, what.to_owned(), "before".to_owned());
        weighed(verdict, &evidence(denials))
    }

    #[test]
    fn a_failure_on_a_denied_system_call_is_the_sandboxs() {
        let exec = denial("execve", Some("exec"), 2);
        let (code, what, advice) = judged("failed: git: Operation not permitted (os error 1)", &[exec]);
        assert_eq!(code, ExitCode::Denied);
        assert!(what.ends_with("; the sandbox denied execve (2 times)"), "{what}");
        assert!(advice.contains("add --allow exec;"), "{advice}");
        let (_, _, advice) = judged("failed: (os error 1)", &[denial("ptrace", None, 1)]);
        assert!(advice.starts_with("no option allows that"), "{advice}");
    }

    #[test]
    fn a_failure_on_a_file_or_port_is_probably_the_sandboxs() {
        let table = [
            ("failed: /srv/data/x.json: Permission denied (os error 13)", "--allow read:/srv/data/x.json"),
            ("failed: http://10.0.0.1:8080/: Permission denied (os error 13)", "--allow connect:8080"),
            ("failed: /srv/x: Read-only file system (os error 30)", "--allow write:/srv/x."),
            ("failed: Permission denied (os error 13)", "--allow read:PATH or connect:PORT"),
        ];
        for (message, option) in table {
            let (code, what, advice) = judged(message, &[]);
            assert_eq!(code, ExitCode::Denied, "{message}");
            assert!(what.ends_with("probably the sandbox denied it"), "{what}");
            assert!(advice.contains(option), "{advice}");
        }
    }

    #[test]
    fn what_is_usual_counts_where_nothing_else_can_be_the_reason() {
        let usual = Denial { is_usual: true, ..denial("socket (Unix)", None, 3) };
        let (code, what, _) = judged("failed: (os error 1)", &[usual]);
        assert_eq!(code, ExitCode::Denied);
        assert!(what.ends_with("; the sandbox denied socket (Unix) (3 times)"), "{what}");
        let network = denial("socket (network)", Some("network"), 1);
        let (code, _, advice) = judged("failed: failed to lookup address information", &[network]);
        assert_eq!(code, ExitCode::Denied);
        assert!(advice.contains("--allow network"), "{advice}");
    }

    #[test]
    fn the_words_of_a_remote_server_are_not_taken_for_the_systems() {
        let (code, what, advice) = judged("failed: 403: Permission denied on project 7", &[]);
        assert_eq!(
            (code, what.as_str()),
            (ExitCode::ConnectorError, "failed: 403: Permission denied on project 7")
        );
        assert!(advice.contains("the sandbox may be the reason"), "{advice}");
    }

    #[test]
    fn what_was_granted_was_not_denied_by_the_sandbox() {
        let rules = |sandbox| Rules {
            read: vec!["/srv/readable".into()],
            write: vec!["/srv/data".into()],
            user: Some(User { uid: 65534, gid: 65534 }),
            ..Rules::granting_nothing(sandbox, 1)
        };
        let judged = |what: &str, sandbox| {
            let verdict = (ExitCode::ConnectorError, what.to_owned(), "mend it".to_owned());
            weighed(verdict, &Evidence { rules: Some(rules(sandbox)), ..evidence(&[]) })
        };
        let granted = "failed: /srv/data/x: Permission denied (os error 13)";
        let other = "failed: /srv/other: Permission denied (os error 13)";
        for (what, sandbox) in [(granted, Sandbox::BestEffort), (other, Sandbox::Trace)] {
            let (code, _, advice) = judged(what, sandbox);
            assert_eq!(code, ExitCode::ConnectorError, "{what}");
            assert!(advice.contains("owner and mode are. The connector runs as user 65534,"), "{advice}");
        }
        assert_eq!(judged(other, Sandbox::BestEffort).0, ExitCode::Denied);
        let (code, _, advice) = judged("failed: /srv/readable/x: (os error 13)", Sandbox::BestEffort);
        assert_eq!(code, ExitCode::Denied);
        assert!(advice.contains("if it was to be changed, add --allow write:/srv/readable/x;"), "{advice}");
        let there =
            "failed: `x` cannot be read (working directory: /srv/data): Permission denied (os error 13)";
        assert_eq!(judged(there, Sandbox::BestEffort).0, ExitCode::Denied);
    }

    #[test]
    fn other_failures_stay_what_they_are() {
        let usual = Denial { is_usual: true, ..denial("socket (Unix)", None, 3) };
        let (code, what, advice) = judged("failed: the moon is in the way", &[usual]);
        assert_eq!((code, what.as_str()), (ExitCode::ConnectorError, "failed: the moon is in the way"));
        assert_eq!(advice, "before");
        let (code, what, _) = judged("failed: no moon", &[denial("ptrace", None, 1)]);
        assert_eq!(code, ExitCode::ConnectorError);
        assert!(what.ends_with("before that the sandbox had denied ptrace"), "{what}");
        let off = Evidence { fences: Some(Fences::default()), ..Evidence::default() };
        let verdict = (ExitCode::ConnectorError, "x (os error 13)".to_owned(), String::new());
        assert_eq!(weighed(verdict, &off).0, ExitCode::ConnectorError);
    }
}
