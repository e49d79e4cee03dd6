//! What each exit code and each test of `check` means.

use std::fmt::Write as _;

use crate::{conformance::Test, exit_code::ExitCode};

use super::{CliError, print};

/// What can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    Code(ExitCode),
    Test(Test),
}

impl Topic {
    /// The topic that is named: `30`, `resume`, `C16`.
    pub(crate) fn parse(text: &str) -> Result<Topic, String> {
        if let Some(test) = Test::find(text) {
            return Ok(Topic::Test(test));
        }
        match text.parse::<u32>() {
            Ok(number) => code(number).map(Topic::Code),
            Err(_) => Err(unknown(text)),
        }
    }

    fn explain(self) -> String {
        match self {
            Topic::Code(code) => format!("{} {}\n\n{}\n", code.number(), code.title(), code.explain()),
            Topic::Test(test) => test.explain(),
        }
    }
}

fn code(number: u32) -> Result<ExitCode, String> {
    let code = u8::try_from(number).ok().and_then(ExitCode::from_number);
    code.ok_or_else(|| {
        let known: Vec<String> = ExitCode::ALL.iter().map(|code| code.number().to_string()).collect();
        let test = u32::try_from(Test::ALL.len()).is_ok_and(|tests| (1..=tests).contains(&number));
        let meant = if test { format!("; the test of `check` is C{number:02}") } else { String::new() };
        format!("the runner never exits with {number}; it knows {}{meant}", known.join(", "))
    })
}

fn unknown(text: &str) -> String {
    let hint = match Test::nearest(text) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "`explain` alone lists all".to_owned(),
    };
    format!("neither an exit code, such as 30, nor a test of `check`, such as `resume` or C16; {hint}")
}

/// Explains one topic, or lists all.
pub(crate) fn explain(topic: Option<Topic>) -> Result<ExitCode, CliError> {
    let text = topic.map_or_else(all, Topic::explain);
    print(text.as_bytes())
}

fn all() -> String {
    let mut text = "Exit codes:\n".to_owned();
    for code in ExitCode::ALL {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:>3}  {}", code.number(), code.title());
    }
    text.push_str("\nTests of `check`:\n");
    for test in Test::ALL {
        let _ = writeln!(text, "{}  {:<21}  {}", test.number(), test.name(), test.title());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_tests_are_told_apart_and_slips_are_forgiven() {
        let table = [
            ("30", Ok(Topic::Code(ExitCode::MemoryLimit))),
            ("28", Ok(Topic::Code(ExitCode::Nonconforming))),
            ("C16", Ok(Topic::Test(Test::Resume))),
            ("c16", Ok(Topic::Test(Test::Resume))),
            ("resume", Ok(Topic::Test(Test::Resume))),
            ("resme", Err("did you mean `resume`?")),
            ("weather", Err("`explain` alone lists all")),
            ("16", Err("the test of `check` is C16")),
            ("99", Err("the runner never exits with 99; it knows 0, 2, ")),
            ("99999", Err("the runner never exits with 99999")),
            ("-1", Err("neither an exit code")),
        ];
        for (text, expected) in table {
            match (Topic::parse(text), expected) {
                (Err(found), Err(part)) => assert!(found.contains(part), "{text}: {found}"),
                (found, expected) => assert_eq!(found, expected.map_err(str::to_owned), "{text}"),
            }
        }
    }
}
