//! What the API answers, as far as it is read.

use connector_interface::{Item, Timestamp};
use serde::Deserialize;
use serde_json::Value;

/// `GET /api/gh`.
#[derive(Debug, Deserialize)]
pub(crate) struct Account {
    pub(crate) teams: Vec<Team>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Team {
    pub(crate) username: String,
    pub(crate) repos: Vec<Repo>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Repo {
    pub(crate) name: String,
}

/// A page of `GET /api/gh/<owner>/<repository>/commits`.
#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    pub(crate) commits: Vec<Item<Commit>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Commit {
    pub(crate) commitid: String,
    /// A time in UTC that does not say so: `2020-02-28 11:00:00`.
    timestamp: Option<String>,
    /// None while the reports of the commit are still being processed.
    pub(crate) totals: Option<Totals>,
}

/// Counts keep their values. Whether a value will do is for the record's schema to say.
#[derive(Debug, Deserialize)]
pub(crate) struct Totals {
    /// Covered lines in per cent, as a number or as text.
    c: Option<Value>,
    /// Files.
    pub(crate) f: Option<Value>,
    /// Lines.
    pub(crate) n: Option<Value>,
    /// Lines that were hit.
    pub(crate) h: Option<Value>,
}

impl Page {
    /// The time of its last commit, of those that have one.
    pub(crate) fn last_timestamp(&self) -> Option<Timestamp> {
        self.commits.iter().rev().find_map(|commit| commit.as_ref().ok()?.time())
    }
}

impl Commit {
    fn time(&self) -> Option<Timestamp> {
        format!("{}Z", self.timestamp.as_ref()?).parse().ok()
    }
}

impl Totals {
    /// The coverage as a number; what stands there where it is none.
    pub(crate) fn coverage(&self) -> Result<Value, Value> {
        match &self.c {
            Some(Value::Number(number)) => Ok(Value::Number(number.clone())),
            Some(Value::String(text)) => decimal(text.trim()).ok_or_else(|| Value::from(text.as_str())),
            other => Err(other.clone().unwrap_or_default()),
        }
    }
}

/// The number that a text such as `9.78261` spells; whole ones without a fraction.
fn decimal(text: &str) -> Option<Value> {
    let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    let whole = serde_json::from_str::<i64>(&number.to_string());
    Some(whole.map_or_else(|_| Value::from(number), Value::from))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn coverage_is_a_number_or_the_text_of_one() {
        for (found, coverage) in [
            (json!("9.78261"), Ok(json!(9.78261))),
            (json!("100"), Ok(json!(100))),
            (json!(" 12.50 "), Ok(json!(12.5))),
            (json!("1e1"), Ok(json!(10))),
            (json!("0.0"), Ok(json!(0))),
            (json!(55.5), Ok(json!(55.5))),
            (json!(104), Ok(json!(104))),
            (json!(""), Err(json!(""))),
            (json!("NaN"), Err(json!("NaN"))),
            (json!("inf"), Err(json!("inf"))),
            (json!("0x1F"), Err(json!("0x1F"))),
            (json!(true), Err(json!(true))),
            (json!(null), Err(json!(null))),
        ] {
            let totals: Totals = serde_json::from_value(json!({ "c": found })).unwrap();
            assert_eq!(totals.coverage(), coverage, "{found}");
        }
    }
}
