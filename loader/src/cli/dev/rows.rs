//! Records as tables, one for each type, within the width of a terminal.

use std::{collections::BTreeMap, io};

use rustix::termios::tcgetwinsize;
use serde_json::{Map, Value};

use super::super::table::{GAP, fitted, width_of};

/// The width where there is no terminal.
const USUAL_WIDTH: usize = 120;
/// What each column gets at least, where its cells are that wide.
const LEAST: usize = 12;
/// What people look for first, and last.
const FIRST: [&str; 6] = ["id", "name", "title", "message", "status", "createdAt"];
const LAST: &str = "self";

/// The tables of records, in the order in which their types first came.
pub(super) fn tables(records: &[String], width: usize) -> String {
    let mut types: Vec<(String, Vec<Map<String, Value>>)> = Vec::new();
    for record in records {
        // They have been checked; what cannot be read here has nothing to show.
        let Ok(mut record) = serde_json::from_str::<Map<String, Value>>(record) else { continue };
        let name = record.remove("_type").map(|name| shown(&name)).unwrap_or_default();
        match types.iter_mut().find(|(known, _)| *known == name) {
            Some((_, records)) => records.push(record),
            None => types.push((name, vec![record])),
        }
    }
    types.iter().map(|(name, records)| table(name, records, width)).collect::<Vec<_>>().join("\n")
}

/// How wide standard output is.
pub(super) fn width() -> usize {
    let told = tcgetwinsize(io::stdout()).map(|size| usize::from(size.ws_col)).ok();
    told.filter(|columns| *columns > 0).unwrap_or(USUAL_WIDTH)
}

fn table(name: &str, records: &[Map<String, Value>], width: usize) -> String {
    let columns = columns(records);
    let fitting = fitting(&columns, records, width);
    let (columns, left_out) = columns.split_at(fitting);
    let head = columns.iter().map(|column| (*column).to_owned()).collect();
    let row = |record: &Map<String, Value>| columns.iter().map(|column| cell(record, column)).collect();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(records.iter().map(row)).collect();
    let left_out = match left_out {
        [] => String::new(),
        more => format!("too narrow for: {}\n", more.join(", ")),
    };
    format!("{name} ({})\n{}{left_out}", records.len(), fitted(&rows, width))
}

/// The keys that hold something in any of the records, those that people look for first in front.
fn columns(records: &[Map<String, Value>]) -> Vec<&str> {
    let mut filled: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, _) in records.iter().flatten().filter(|(_, value)| !shown(value).is_empty()) {
        *filled.entry(key).or_default() += 1;
    }
    let rank = |key: &str| match FIRST.iter().position(|first| *first == key) {
        Some(place) => place,
        None if key == LAST => usize::MAX,
        None => FIRST.len(),
    };
    let mut columns: Vec<(&str, usize)> = filled.into_iter().collect();
    columns.sort_by_key(|(key, filled)| (rank(key), std::cmp::Reverse(*filled)));
    columns.into_iter().map(|(key, _)| key).collect()
}

/// How many columns have room beside each other; at least one.
fn fitting(columns: &[&str], records: &[Map<String, Value>], width: usize) -> usize {
    let needed = |column: &&str| {
        let cells = records.iter().map(|record| width_of(&cell(record, column)));
        cells.chain([width_of(column)]).max().unwrap_or(0).min(LEAST)
    };
    let mut taken = 0;
    let ends = columns.iter().map(|column| {
        taken += needed(column) + GAP;
        taken - GAP
    });
    ends.take_while(|end| *end <= width).count().max(1)
}

fn cell(record: &Map<String, Value>, column: &str) -> String {
    record.get(column).map(shown).unwrap_or_default()
}

fn named(members: &Map<String, Value>) -> Option<&str> {
    ["name", "id", LAST].iter().find_map(|key| members.get(*key)?.as_str())
}

/// A value in a cell: texts as they are, lists with commas, objects by what names them, the rest as JSON.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(members) => named(members).map_or_else(|| value.to_string(), ToOwned::to_owned),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMITS: [&str; 3] = [
        r#"{"_type":"Commit","self":"https://x.example/1","message":"Begin","oid":"1","parents":[],"name":null}"#,
        r#"{"_type":"Commit","self":"https://x.example/2","message":"Go on, at length","oid":"2","parents":["1"]}"#,
        r#"{"_type":"Branch","name":"main","isDefault":true,"target":{"oid":"2"},"author":{"name":"Ada"}}"#,
    ];

    fn of(width: usize) -> String {
        tables(&COMMITS.map(ToOwned::to_owned), width)
    }

    #[test]
    fn each_type_is_a_table_of_the_columns_that_hold_something() {
        insta::assert_snapshot!(of(80), @r#"
        Commit (2)
        message           oid  parents  self
        Begin             1             https://x.example/1
        Go on, at length  2    1        https://x.example/2

        Branch (1)
        name  author  isDefault  target
        main  Ada     true       {"oid":"2"}
        "#);
    }

    #[test]
    fn a_narrow_terminal_gets_fewer_columns_and_the_names_of_the_others() {
        insta::assert_snapshot!(of(24), @r"
        Commit (2)
        message           oid
        Begin             1
        Go on, at length  2
        too narrow for: parents, self

        Branch (1)
        name  author  isDefault
        main  Ada     true
        too narrow for: target
        ");
        assert!(
            of(24)
                .lines()
                .filter(|line| !line.starts_with("too narrow"))
                .all(|line| line.chars().count() <= 24)
        );
        assert!(of(1).contains("too narrow for: oid, parents, self"));
    }
}
