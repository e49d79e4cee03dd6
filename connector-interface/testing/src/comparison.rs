//! Tells in words how the records that were found are not those that were expected.

use serde_json::Value;

use crate::difference::{differences, excerpt};

/// How many missing or unexpected records are shown one by one.
const SHOWN: usize = 5;

/// What is wrong with a list of records, where the order counts.
pub(crate) fn compare_lists(expected: &[Value], found: &[Value]) -> Result<(), String> {
    if let Some(index) = expected.iter().zip(found).position(|(expected, found)| expected != found) {
        return Err(changed(index, expected, found));
    }
    let (wanted, came) = (expected.len(), found.len());
    let counts = format!("expected {} and found {came}", counted(wanted));
    match (expected.get(came), found.get(wanted)) {
        (Some(missing), _) => Err(format!("{counts}: record {came} is missing: {}", excerpt(missing))),
        (_, Some(more)) => Err(format!("{counts}: record {wanted} is one too many: {}", excerpt(more))),
        (None, None) => Ok(()),
    }
}

/// The two records at this index are not the same.
fn changed(index: usize, all_expected: &[Value], all_found: &[Value]) -> String {
    let (expected, found) = (&all_expected[index], &all_found[index]);
    let places = differences(expected, found);
    let mut text = format!("record {index} is not as expected\n  {}", lines(&places));
    if let Some(place) = all_found.iter().position(|record| record == expected) {
        text.push_str(&format!("\n  the record that is expected here was found at {place}"));
    }
    if let Some(place) = all_expected.iter().position(|record| record == found) {
        text.push_str(&format!("\n  the record that was found here is expected at {place}"));
    }
    text.push_str(&format!("\n  expected: {}\n  found:    {}", excerpt(expected), excerpt(found)));
    text
}

/// What is wrong with records of which the order does not count; each is wanted as often as it is given.
pub(crate) fn compare_sets(expected: &[Value], found: &[Value]) -> Result<(), String> {
    let missing = less(expected, found);
    let unexpected = less(found, expected);
    if missing.is_empty() && unexpected.is_empty() {
        return Ok(());
    }
    let mut text = format!("expected {} and found {}", counted(expected.len()), found.len());
    for record in missing.iter().take(SHOWN) {
        text.push_str(&format!("\n  missing: {}", excerpt(record)));
        if let Some(like) = unexpected.iter().find(|other| is_same_thing(record, other)) {
            text.push_str(&format!(
                "\n    but there is this one, with {}",
                lines(&differences(record, like))
            ));
        }
    }
    text.push_str(&more(missing.len(), "missing"));
    let is_new = |record: &&&Value| !missing.iter().take(SHOWN).any(|other| is_same_thing(other, record));
    let strangers: Vec<&&Value> = unexpected.iter().filter(is_new).collect();
    for record in strangers.iter().take(SHOWN) {
        text.push_str(&format!("\n  unexpected: {}", excerpt(record)));
    }
    text.push_str(&more(strangers.len(), "unexpected"));
    Err(text)
}

/// What is in the one list and not in the other, counting how often.
pub(crate) fn less<'a>(records: &'a [Value], others: &[Value]) -> Vec<&'a Value> {
    let mut others: Vec<&Value> = others.iter().collect();
    let mut rest = Vec::new();
    for record in records {
        match others.iter().position(|other| *other == record) {
            Some(index) => drop(others.swap_remove(index)),
            None => rest.push(record),
        }
    }
    rest
}

/// Whether two records tell of one thing, by what they call it.
fn is_same_thing(one: &Value, other: &Value) -> bool {
    let member = |name: &str| one.get(name).zip(other.get(name));
    let names = ["self", "id", "oid", "name"];
    one.get("_type") == other.get("_type")
        && names.iter().find_map(|name| member(name)).is_some_and(|(one, other)| one == other)
}

fn lines(places: &[impl ToString]) -> String {
    places.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ")
}

fn more(count: usize, what: &str) -> String {
    if count <= SHOWN { String::new() } else { format!("\n  and {} more that are {what}", count - SHOWN) }
}

fn counted(records: usize) -> String {
    if records == 1 { "1 record".to_owned() } else { format!("{records} records") }
}
