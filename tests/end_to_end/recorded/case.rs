//! A recorded case: what is configured, what the API answers, what is expected.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

/// A case with all that its folder says. `tests/fixtures/recorded/README.md` says what lies there.
pub(crate) struct Case {
    /// The folder below those of all cases.
    pub(super) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) asked: Asked,
    recorded: BTreeMap<String, Recorded>,
    ours: Ours,
}

/// `case.json`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asked {
    pub(super) connector: String,
    pub(crate) config: Value,
    pub(super) commands: Vec<String>,
    pub(crate) stream: Option<Value>,
    pub(crate) cutoff: Option<String>,
    pub(super) initial_state: Option<Value>,
}

/// One command in `expected.json`.
#[derive(Clone, Default, Deserialize)]
struct Recorded {
    sequence: Vec<Step>,
    requests: Vec<Request>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Step {
    Records(usize),
    State(Value),
    Log(#[expect(dead_code, reason = "of the reference implementation")] String),
    Result(Value),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: BTreeMap<String, String>,
}

/// `ours.json`: where ours differs on purpose. Its `reason` is for people; its `routes` are read with the others.
#[derive(Default, Deserialize)]
struct Ours {
    verify: Option<Difference>,
    discover: Option<Difference>,
    sync: Option<Difference>,
}

impl Ours {
    fn of(&self, verb: &str) -> Difference {
        let difference = match verb {
            "verify" => &self.verify,
            "discover" => &self.discover,
            _ => &self.sync,
        };
        difference.clone().unwrap_or_default()
    }
}

/// What counts of a command in the place of what was recorded.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Difference {
    /// A file of records in the folder of the case.
    records: Option<String>,
    /// How many records each page gives.
    pages: Option<Vec<usize>>,
    /// Targets of requests, which have the headers of those that were recorded.
    requests: Option<Vec<String>>,
    last_state: Option<Value>,
    result: Option<Value>,
}

/// What a command is to do.
pub(super) struct Expected {
    pub(super) records: Vec<Value>,
    /// How many of the records each page gives.
    pub(super) pages: Vec<usize>,
    pub(super) requests: Vec<Request>,
    pub(super) last_state: Option<Value>,
    pub(super) result: Option<Value>,
}

impl Case {
    /// All cases of a connector, the main one first.
    pub(super) fn all(connector: &str) -> Vec<Self> {
        let main = Self::read(connector);
        let mut names: Vec<String> = fs::read_dir(main.folder.join("cases"))
            .unwrap()
            .map(|entry| format!("{connector}/cases/{}", entry.unwrap().file_name().to_str().unwrap()))
            .collect();
        names.sort();
        [main].into_iter().chain(names.iter().map(|name| Self::read(name))).collect()
    }

    /// The case of this name.
    pub(crate) fn read(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recorded").join(name);
        let ours = folder.join("ours.json");
        Self {
            name: name.to_owned(),
            asked: json(&folder.join("case.json")),
            recorded: json(&folder.join("expected.json")),
            ours: if ours.exists() { json(&ours) } else { Ours::default() },
            folder,
        }
    }

    /// What is expected of a command.
    pub(super) fn expected(&self, command: &str) -> Expected {
        let verb = command.split('-').next().unwrap_or(command);
        let recorded = self.recorded[verb].clone();
        let ours = self.ours.of(verb);
        let records = ours.records.unwrap_or_else(|| format!("expected-{verb}.ndjson"));
        Expected {
            records: lines(&self.folder.join(records)),
            pages: ours.pages.unwrap_or_else(|| recorded.pages()),
            last_state: ours.last_state.or_else(|| recorded.last_state()).map(without_fraction),
            result: ours.result.or_else(|| recorded.result()).map(with_messages),
            requests: match ours.requests {
                Some(targets) => self.requests_for(targets),
                None => recorded.requests,
            },
        }
    }

    /// These requests, with the headers that all of the case have.
    fn requests_for(&self, targets: Vec<String>) -> Vec<Request> {
        let mut recorded = self.recorded.values().flat_map(|recorded| &recorded.requests);
        let headers = recorded.next().map(|request| request.headers.clone()).unwrap_or_default();
        let request = |target| Request { method: "GET".to_owned(), target, headers: headers.clone() };
        targets.into_iter().map(request).collect()
    }
}

impl Recorded {
    fn pages(&self) -> Vec<usize> {
        let mut pages = vec![0];
        for step in &self.sequence {
            match (step, pages.last_mut()) {
                (Step::Records(count), Some(page)) => *page += count,
                (Step::State(_), _) => pages.push(0),
                _ => {}
            }
        }
        pages
    }

    fn last_state(&self) -> Option<Value> {
        let states = self.sequence.iter().rev();
        states.clone().find_map(|step| if let Step::State(state) = step { Some(state.clone()) } else { None })
    }

    fn result(&self) -> Option<Value> {
        self.sequence
            .iter()
            .find_map(|step| if let Step::Result(result) = step { Some(result.clone()) } else { None })
    }
}

/// Ours always has the list.
fn with_messages(mut result: Value) -> Value {
    if result["errorMessages"].is_null() {
        result["errorMessages"] = Value::Array(Vec::new());
    }
    result
}

/// Ours writes no fraction of a second where there is none.
pub(super) fn without_fraction(mut state: Value) -> Value {
    let time = state["checkpointTime"].as_str().unwrap_or_default().replace(".000Z", "Z");
    state["checkpointTime"] = time.into();
    state
}

/// A file of JSON.
pub(super) fn json<T: DeserializeOwned>(path: &Path) -> T {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines of a file, which need not be there.
fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
