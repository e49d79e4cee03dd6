//! What the runner says of its commands and their options.

use std::{collections::BTreeMap, process::Command};

/// What the runner prints.
pub(crate) fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_codeclimate-connector")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The options of each command, by its words: `sync-stream`, `state list`, and nothing for those of the runner itself.
pub(crate) fn options() -> BTreeMap<String, Vec<String>> {
    let mut options = BTreeMap::new();
    read(&mut Vec::new(), &mut options);
    options
}

fn read(words: &mut Vec<String>, options: &mut BTreeMap<String, Vec<String>>) {
    let mut arguments: Vec<&str> = words.iter().map(String::as_str).collect();
    arguments.push("--help");
    let help = printed(&arguments);
    options.insert(words.join(" "), options_in(&help));
    for command in commands_in(&help) {
        words.push(command);
        read(words, options);
        words.pop();
    }
}

/// Words such as `--sink` at the beginning of a line of their own.
fn options_in(help: &str) -> Vec<String> {
    let line = |line: &str| {
        let option = line.trim_start();
        let is_short = |start: &str| start.len() == 2 && start.starts_with('-');
        let long =
            option.split_once(", ").filter(|(start, _)| is_short(start)).map_or(option, |(_, long)| long);
        let word = long.split([' ', '=', '[']).next()?;
        word.starts_with("--").then(|| word.to_owned())
    };
    help.lines().filter_map(line).collect()
}

/// The words under `Commands:`, two spaces to the right.
fn commands_in(help: &str) -> Vec<String> {
    let Some((_, rest)) = help.split_once("\nCommands:\n") else { return Vec::new() };
    let list = rest.split("\n\n").next().unwrap_or(rest);
    let word = |line: &str| {
        let line = line.strip_prefix("  ").filter(|line| !line.starts_with(' '))?;
        line.split_whitespace().next().map(str::to_owned)
    };
    list.lines().filter_map(word).filter(|word| word != "help").collect()
}
