//! Whether it was the sandbox that a connector failed on.

use crate::exit_code::ExitCode;

use super::{Evidence, denials::Denial};

/// A judgement with advice that names paths and ports.
pub(super) type Advised = (ExitCode, String, String);

/// As Rust and C show EPERM, the answer to a system call that the filter refuses.
const NOT_PERMITTED: [&str; 2] = ["(os error 1)", "Operation not permitted"];
/// As they show EACCES, the answer to a file or port that Landlock denies.
const PERMISSION_DENIED: [&str; 2] = ["(os error 13)", "Permission denied"];

/// The judgement, where the sandbox had no part in the failure; else that of the sandbox.
pub(super) fn weighed((code, what, advice): Advised, evidence: &Evidence) -> Advised {
    let named: Vec<&Denial> = evidence.denials.iter().filter(|denial| !denial.is_usual).collect();
    if !is_sandboxed(evidence) || !is_of_connector(code) {
        return (code, what, advice);
    }
    let said = |texts: [&str; 2]| texts.iter().any(|text| what.contains(text));
    if !named.is_empty() && (said(NOT_PERMITTED) || said(PERMISSION_DENIED)) {
        let what = format!("{what}; the sandbox denied {}", list(&named));
        return (ExitCode::Denied, what, grants(&named));
    }
    if said(PERMISSION_DENIED) {
        let advice = probable(&what);
        return (ExitCode::Denied, format!("{what}; probably the sandbox denied it"), advice);
    }
    if !named.is_empty() {
        let what = format!("{what}; before that the sandbox had denied {}", list(&named));
        return (code, what, or_grants(advice, &named));
    }
    (code, what, advice)
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
    PERMISSION_DENIED.iter().any(|text| message.contains(text)).then(|| probable(message))
}

fn grants(denials: &[&Denial]) -> String {
    let mut options: Vec<&str> = denials.iter().filter_map(|denial| denial.grant.as_deref()).collect();
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
        (Some(path), _) => format!("--allow read:{path} (or write:)"),
        (None, Some(port)) => format!("--allow connect:{port}"),
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
    use crate::confinement::Fences;

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
        let exec = denial("execve", Some("--allow exec"), 2);
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
            ("failed: http://10.0.0.1:8080/: Permission denied", "--allow connect:8080"),
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
