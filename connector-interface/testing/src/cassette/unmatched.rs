//! Tells in words why no exchange is left for a request.

use std::collections::BTreeSet;

use super::tape::{Exchange, Request};

/// How many candidates are named.
const NAMED: usize = 3;
/// How alike two requests must be to be candidates for each other, from 0 to 1.
const ALIKE: f64 = 0.7;
/// How much another method or path counts at least: more than all differences of a query.
const ELSEWHERE: usize = 1_000;

/// The nearest recorded requests, each with what it differs in; the nearest first.
pub(super) fn nearest(asked: &Request, exchanges: &[Exchange]) -> Vec<String> {
    let same = exchanges.iter().filter(|exchange| exchange.request.is_as(asked)).count();
    if same > 0 {
        return vec![format!(
            "it was recorded {same} time{}, and each has been played: is this a retry, or a loop?",
            if same == 1 { "" } else { "s" }
        )];
    }
    let mut candidates: Vec<(usize, String)> =
        exchanges.iter().filter_map(|exchange| difference(&exchange.request, asked)).collect();
    candidates.sort();
    candidates.dedup();
    candidates.into_iter().take(NAMED).map(|(_, text)| text).collect()
}

/// What a recorded request differs in, and how much that counts; none where the two are strangers.
fn difference(recorded: &Request, asked: &Request) -> Option<(usize, String)> {
    let line = recorded.line();
    if recorded.method == asked.method && recorded.path == asked.path {
        let mut differences = pairs(recorded, asked);
        if recorded.body != asked.body {
            differences.push("another body".to_owned());
        }
        return Some((differences.len(), format!("{line}: {}", differences.join(", "))));
    }
    let (one, other) =
        (format!("{} {}", recorded.method, recorded.path), format!("{} {}", asked.method, asked.path));
    let likeness = strsim::jaro_winkler(&one, &other);
    let distance = ELSEWHERE + ((1.0 - likeness) * 1_000.0) as usize;
    (likeness >= ALIKE).then(|| (distance, format!("{line}: another method or path")))
}

fn pairs(recorded: &Request, asked: &Request) -> Vec<String> {
    let keys: BTreeSet<&String> = recorded.query.iter().chain(&asked.query).map(|(key, _)| key).collect();
    keys.into_iter().filter_map(|key| pair(key, &values(recorded, key), &values(asked, key))).collect()
}

fn pair(key: &str, recorded: &[&str], asked: &[&str]) -> Option<String> {
    match (recorded, asked) {
        _ if recorded == asked => None,
        (_, []) => Some(format!("recorded with {key}={}, asked without", recorded.join(","))),
        ([], _) => Some(format!("recorded without {key}, asked with {}", asked.join(","))),
        _ => Some(format!("recorded with {key}={}, asked with {}", recorded.join(","), asked.join(","))),
    }
}

fn values<'a>(request: &'a Request, key: &str) -> Vec<&'a str> {
    let pairs = request.query.iter().filter(|(name, _)| name == key);
    let mut values: Vec<&str> = pairs.map(|(_, value)| value.as_str()).collect();
    values.sort_unstable();
    values
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn exchange(path: &str) -> Exchange {
        let exchange = json!({ "request": { "method": "GET", "path": path }, "response": { "status": 200 } });
        serde_json::from_value(exchange).unwrap()
    }

    #[test]
    fn of_several_other_paths_the_likest_are_named() {
        let paths = ["/items/1/a", "/items/1/b", "/items/1/c", "/items/1/history", "/items/1/logs"];
        let exchanges = paths.map(exchange);
        let asked = exchange("/items/1/log").request;
        let named = nearest(&asked, &exchanges);
        assert_eq!(named.len(), NAMED);
        assert_eq!(named[0], "GET /items/1/logs: another method or path");
    }
}
