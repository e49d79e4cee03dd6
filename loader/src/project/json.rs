//! TOML as JSON, which is what connectors are configured with.

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::key::key_below;
use super::report::{Found, Report};

/// A table as an object. None where something in it is nothing in JSON; then the report tells all of that.
pub(super) fn object(
    table: &DeTable<'_>,
    place: &str,
    report: &mut Report<'_>,
) -> Option<Map<String, Value>> {
    let mut map = Some(Map::new());
    for (key, inner) in table {
        let found = Found::new(inner, key_below(place, key.get_ref()));
        match (value(&found, report), &mut map) {
            (Some(value), Some(map)) => drop(map.insert(key.get_ref().to_string(), value)),
            _ => map = None,
        }
    }
    map
}

fn value(found: &Found<'_>, report: &mut Report<'_>) -> Option<Value> {
    let value = match found.value {
        DeValue::String(text) => Some(Value::String(text.to_string())),
        DeValue::Boolean(is) => Some(Value::Bool(*is)),
        DeValue::Integer(number) => whole(number).map(Value::Number),
        DeValue::Float(number) => number.as_str().parse().ok().and_then(Number::from_f64).map(Value::Number),
        DeValue::Array(items) => return array(found, items, report),
        DeValue::Table(table) => return object(table, &found.place, report).map(Value::Object),
        DeValue::Datetime(_) => None,
    };
    if value.is_none() {
        let (what, advice) = unlike_json(found.value);
        report.add(found.offset, &found.place, "a value that JSON has too", what, advice);
    }
    value
}

fn array<'a>(found: &Found<'a>, items: &'a [Spanned<DeValue<'a>>], report: &mut Report<'_>) -> Option<Value> {
    let values: Vec<Option<Value>> =
        items.iter().enumerate().map(|(number, item)| value(&found.item(number, item), report)).collect();
    values.into_iter().collect::<Option<Vec<Value>>>().map(Value::Array)
}

/// Never the value: it may be a secret.
const fn unlike_json(value: &DeValue<'_>) -> (&'static str, &'static str) {
    match value {
        DeValue::Datetime(_) => ("a date or time without quotes", "write it in quotes, as a text"),
        DeValue::Integer(_) => {
            ("a whole number beyond 64 bits", "write it in quotes, where the connector takes a text")
        }
        _ => ("a number that is infinite, or none", "leave the key out, or write a number"),
    }
}

/// A whole number of 64 bits, with a sign or without.
pub(super) fn whole(number: &DeInteger<'_>) -> Option<Number> {
    let (text, radix) = (number.as_str(), number.radix());
    let signed = i64::from_str_radix(text, radix).map(Number::from);
    signed.or_else(|_| u64::from_str_radix(text, radix).map(Number::from)).ok()
}
