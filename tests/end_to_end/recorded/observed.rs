//! What the runner does with a recorded case, and in what that differs from what is expected.

use std::{ffi::OsString, fmt::Debug, path::Path, sync::Arc};

use connector_testing::{MockServer, Received};
use connector_tests::{Ended, Runner};
use serde_json::{Value, json};

use super::{
    api::Api,
    case::{Case, Expected, Request, without_fraction},
};

/// A server with the API of a case, and the folder in which states are kept.
pub(super) struct World<'c> {
    case: &'c Case,
    api: Arc<Api>,
    server: MockServer,
    data: tempfile::TempDir,
}

impl<'c> World<'c> {
    pub(super) fn new(case: &'c Case) -> Self {
        let api = Arc::new(Api::read(&case.folder));
        let serving = Arc::clone(&api);
        let server = MockServer::start(move |request| serving.answer(request));
        Self { case, api, server, data: tempfile::tempdir().unwrap() }
    }

    /// All complaints about a command, which ends with this code and words.
    pub(super) fn complaints(&self, command: &str, code: i32, words: &str) -> Vec<String> {
        if let Some(state) = &self.case.asked.initial_state {
            self.begin_at(state);
        }
        let before = self.server.requests().len();
        let ended = self.run(command);
        let expected = self.case.expected(command);
        let is_as_expected = ended.code() == Some(code) && ended.errors().contains(words);
        let mut found = Vec::new();
        found.extend((!is_as_expected).then(|| format!("expected exit code {code} and {words:?}")));
        found.extend(difference(
            "requests",
            &self.in_pages(expected.requests.clone()),
            &self.in_pages(self.requests(before)),
        ));
        found.extend(self.difference_of_output(command, &expected, &ended));
        // A sync that is done leaves nothing to go on from.
        let state = expected.last_state.filter(|_| code != 0);
        found.extend(
            (command == "sync-stream").then(|| difference("states", &[state], &[self.kept()])).flatten(),
        );
        let name = &self.case.name;
        found.into_iter().map(|complaint| format!("{name} {command}: {complaint}\n{ended:?}")).collect()
    }

    fn difference_of_output(&self, command: &str, expected: &Expected, ended: &Ended) -> Option<String> {
        if command == "verify-configuration" {
            return difference("results", std::slice::from_ref(&expected.result), &[self.result(ended)]);
        }
        let in_pages = |records: Vec<Value>| self.sorted(expected, records);
        difference("records", &in_pages(expected.records.clone()), &in_pages(ended.records()))
    }

    fn run(&self, command: &str) -> Ended {
        runner(self.case, command, &self.server.base_url(), self.data.path()).run()
    }

    /// Leaves an unfinished sync that has come to this state: one that could read what `ours.json` has, and no more.
    fn begin_at(&self, state: &Value) {
        self.api.interrupt();
        self.run("sync-stream").assert(20, "400");
        self.api.restore();
        assert_eq!(self.kept(), Some(without_fraction(state.clone())));
    }

    /// What was printed, with a word in the place of the server's address.
    fn result(&self, ended: &Ended) -> Option<Value> {
        let text = ended.output().replace(&self.server.base_url(), "$API");
        (!text.is_empty()).then(|| serde_json::from_str(&text).unwrap())
    }

    /// The state that the next run would go on from.
    fn kept(&self) -> Option<Value> {
        let ended = Runner::new(["state", "export", "--data-folder"]).with([self.data.path()]).run();
        let document: Value = serde_json::from_str(&ended.assert(0, "").output()).unwrap();
        let state = document.pointer("/states/0/state/unfinished/checkpoint/state")?;
        Some(state.clone())
    }

    /// What was asked since then; what was asked again after a failure counts once.
    fn requests(&self, since: usize) -> Vec<Request> {
        let mut requests: Vec<Request> = Vec::new();
        for received in &self.server.requests()[since..] {
            let request = self.named(received);
            if !self.api.fails_for_now(received) || !requests.contains(&request) {
                requests.push(request);
            }
        }
        requests
    }

    /// A request with those of its headers that were recorded.
    fn named(&self, received: &Received) -> Request {
        let names = ["Accept", "Authorization", "Circle-Token", "Content-Type"];
        let headers =
            names.iter().filter_map(|name| Some(((*name).to_owned(), received.header(name)?.to_owned())));
        Request {
            method: received.method().to_owned(),
            target: received.target().to_owned(),
            headers: headers.collect(),
        }
    }

    /// CircleCI's requests have an order from page to page only.
    fn in_pages(&self, mut requests: Vec<Request>) -> Vec<Request> {
        if self.is_ordered() {
            return requests;
        }
        let begins_page = |request: &Request| {
            let path = request.target.split('?').next();
            path.is_some_and(|path| path.ends_with("/pipeline"))
        };
        let mut start = 0;
        while start < requests.len() {
            let rest = requests[start + 1..].iter().position(begins_page);
            let end = rest.map_or(requests.len(), |length| start + 1 + length);
            requests[start + 1..end].sort();
            start = end;
        }
        requests
    }

    /// As are its records.
    fn sorted(&self, expected: &Expected, mut records: Vec<Value>) -> Vec<Value> {
        let mut start = 0;
        for length in &expected.pages {
            let end = (start + length).min(records.len());
            if !self.is_ordered() {
                records[start..end].sort_by_key(Value::to_string);
            }
            start = end;
        }
        records
    }

    fn is_ordered(&self) -> bool {
        self.case.asked.connector != "circleci"
    }
}

/// The first place in which two lists differ.
fn difference<T: Debug + PartialEq>(what: &str, expected: &[T], found: &[T]) -> Option<String> {
    let length = expected.len().max(found.len());
    let place = (0..length).find(|place| expected.get(*place) != found.get(*place))?;
    Some(format!(
        "{what} differ: expected {}, found {}; number {place}: expected {:?}, found {:?}",
        expected.len(),
        found.len(),
        expected.get(place),
        found.get(place)
    ))
}

/// A command of a case, against a server, with its states in a folder.
pub(super) fn runner(case: &Case, command: &str, base_url: &str, data: &Path) -> Runner {
    let mut configuration = case.asked.config.clone();
    configuration["baseUrl"] = json!(base_url);
    let runner = Runner::verb(command, &case.asked.connector, &configuration);
    if command != "sync-stream" {
        return runner;
    }
    let stream = case.asked.stream.as_ref().unwrap().to_string();
    let cutoff = case.asked.cutoff.clone().unwrap();
    runner.with([stream, cutoff]).with(["--state".into(), "--data-folder".into(), OsString::from(data)])
}
