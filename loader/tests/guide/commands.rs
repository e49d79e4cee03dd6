//! Every command and option that the guide names is one of the runner.

use std::collections::{BTreeMap, BTreeSet};

use crate::{help, page::Page, pages};

const RUNNER: &str = "codeclimate-connector";

/// Options of other programs that the guide names within its lines.
const OF_OTHERS: [&str; 1] = ["--memory"];

/// The command lines of the runner in a text: what stands behind its name, up to the end of the line or of the command.
fn lines_of(text: &str) -> Vec<Vec<String>> {
    let text = text.replace("\\\n", " ");
    let mut lines = Vec::new();
    for line in text.lines().map(|line| line.split(" #").next().unwrap_or(line)) {
        for part in line.split(['|', ';', '&', '(', ')']) {
            let words: Vec<&str> = part.split_whitespace().collect();
            let Some(place) = words.iter().position(|word| word.rsplit('/').next() == Some(RUNNER)) else {
                continue;
            };
            lines.push(words[place + 1..].iter().map(|word| (*word).to_owned()).collect());
        }
    }
    lines
}

/// What is wrong with a command line; nothing where all its words are known.
fn complaint(words: &[String], options: &BTreeMap<String, Vec<String>>) -> Option<String> {
    let first = words.first().filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-'))?;
    if first.starts_with('-') {
        return options[""].iter().all(|option| option != first && first.len() > 2).then(|| first.clone());
    }
    let two = words.get(1).map(|second| format!("{first} {second}"));
    let command = two.filter(|two| options.contains_key(two)).unwrap_or_else(|| first.clone());
    let Some(known) = options.get(&command) else { return Some(command) };
    words
        .iter()
        .filter(|word| word.starts_with("--") && word.len() > 2)
        .filter_map(|word| word.split('=').next())
        .find(|word| !known.iter().any(|option| option == word))
        .map(|option| format!("{command} {option}"))
}

fn texts(page: &Page) -> Vec<&str> {
    let blocks = page.blocks.iter().filter(|(language, _)| language == "sh" || language == "text");
    blocks.map(|(_, text)| text.as_str()).chain(page.spans.iter().map(String::as_str)).collect()
}

#[test]
fn every_command_that_the_guide_names_is_one_of_the_runner() {
    let options = help::options();
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in pages() {
        for line in texts(&page).into_iter().flat_map(lines_of) {
            count += 1;
            wrong.extend(complaint(&line, &options).map(|word| format!("{}: {word}", page.path)));
        }
    }
    assert!(count > 80, "only {count} command lines were found in docs/");
    assert!(wrong.is_empty(), "the runner has no such command or option:\n{}", wrong.join("\n"));
}

#[test]
fn every_option_that_the_guide_names_is_one_of_some_command() {
    let known: BTreeSet<String> = help::options().into_values().flatten().collect();
    let mut wrong = Vec::new();
    for page in pages() {
        for span in &page.spans {
            let word = span.split([' ', '=']).next().unwrap_or(span);
            let is_known = known.contains(word) || OF_OTHERS.contains(&word);
            if word.starts_with("--") && !is_known {
                wrong.push(format!("{}: {span}", page.path));
            }
        }
    }
    assert!(wrong.is_empty(), "no command of the runner has these options:\n{}", wrong.join("\n"));
}

#[test]
fn a_command_that_is_not_there_is_found() {
    let options = help::options();
    for (line, expected) in [
        ("codeclimate-connector sync-stream --sink folder:out git config.json", None),
        ("echo '{}' | codeclimate-connector sync-streams git -", Some("sync-streams")),
        ("codeclimate-connector sync --snik x", Some("sync --snik")),
        ("codeclimate-connector state list --rest", Some("state list --rest")),
        ("codeclimate-connector state reset git . --unfinished", None),
    ] {
        let found = lines_of(line).iter().find_map(|line| complaint(line, &options));
        assert_eq!(found.as_deref(), expected, "{line}");
    }
}
