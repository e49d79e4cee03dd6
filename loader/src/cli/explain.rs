//! What each exit code means.

use std::fmt::Write as _;

use crate::exit_code::ExitCode;

use super::{CliError, print};

/// Explains one exit code, or lists all.
pub(crate) fn explain(code: Option<ExitCode>) -> Result<ExitCode, CliError> {
    let text = match code {
        Some(code) => format!("{} {}\n\n{}\n", code.number(), code.title(), code.explain()),
        None => all(),
    };
    print(text.as_bytes())
}

fn all() -> String {
    let mut text = String::new();
    for code in ExitCode::ALL {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:>3}  {}", code.number(), code.title());
    }
    text
}
