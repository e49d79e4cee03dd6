//! The tables of exit codes and of record types are those of the runner.

use connector_loader::exit_code::ExitCode;
use connector_schemas::record_types;

use crate::{help, page::Page};

#[test]
fn the_page_of_endings_has_every_exit_code_with_its_title() {
    let page = Page::read("docs/endings.md");
    let rows = page.rows_where(3, |cell| cell.parse::<u8>().is_ok());
    let found: Vec<(String, String)> = rows.iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let expected: Vec<(String, String)> =
        ExitCode::ALL.map(|code| (code.number().to_string(), code.title().to_owned())).into();
    assert_eq!(found, expected, "docs/endings.md: the rows of the table are the exit codes in their order");
}

#[test]
fn the_page_of_records_has_every_type_with_what_it_requires() {
    let page = Page::read("docs/records.md");
    let mut types: Vec<_> = record_types().collect();
    types.sort_by_key(|record_type| record_type.name());
    let expected: Vec<[String; 3]> = types
        .iter()
        .map(|record_type| {
            let schema = record_type.schema();
            let required: Vec<&str> = schema["required"].as_array().map_or(Vec::new(), |names| {
                names.iter().filter_map(|name| name.as_str()).filter(|name| *name != "_type").collect()
            });
            let required = if required.is_empty() { "nothing".to_owned() } else { required.join(", ") };
            let description = schema["description"].as_str().unwrap_or_default().replace('`', "");
            [record_type.name().to_owned(), description, required]
        })
        .collect();
    let is_type = |cell: &str| types.iter().any(|record_type| record_type.name() == cell);
    let found = page.rows_where(3, is_type);
    assert_eq!(found.len(), expected.len(), "docs/records.md: one row for each record type");
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected, "docs/records.md: the row of {}", expected[0]);
    }
}

#[test]
fn the_page_of_checking_has_every_test_with_its_title() {
    let printed = help::printed(&["explain"]);
    let (_, tests) = printed.split_once("Tests of `check`:\n").unwrap();
    let expected: Vec<(String, String)> = tests
        .lines()
        .map(|line| {
            let (number, rest) = line.split_once("  ").unwrap();
            let (name, title) = rest.split_once(' ').unwrap();
            (format!("{number} {name}"), title.trim().to_owned())
        })
        .collect();
    let page = Page::read("docs/checking.md");
    let rows = page.rows_where(3, |cell| cell.starts_with('C') && cell.as_bytes()[1].is_ascii_digit());
    let found: Vec<(String, String)> = rows.iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    assert_eq!(found, expected, "docs/checking.md: the rows of the table are the tests that `explain` lists");
}
