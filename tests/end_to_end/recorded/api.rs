//! The API of a recorded case, served on loopback.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

use connector_testing::{Answer, Received};
use serde::Deserialize;
use serde_json::{Value, json};

use super::case::json as read;

/// `api/routes.json`
#[derive(Deserialize)]
struct Routes {
    auth: Auth,
    routes: Vec<Route>,
}

/// `ours.json`: answers to what only ours asks.
#[derive(Default, Deserialize)]
struct Added {
    #[serde(default)]
    routes: Vec<Route>,
}

/// The header that must be there.
#[derive(Deserialize)]
struct Auth {
    header: String,
    value: String,
    unauthorized: Unauthorized,
}

#[derive(Deserialize)]
struct Unauthorized {
    status: u16,
    body: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Route {
    method: String,
    path: String,
    query: BTreeMap<String, String>,
    #[serde(default)]
    status: u16,
    body_file: Option<String>,
    raw_body: Option<String>,
    #[serde(default)]
    reset: bool,
}

/// What is answered to which request.
pub(crate) struct Api {
    auth: Auth,
    recorded: Vec<(Route, Vec<u8>)>,
    added: Vec<(Route, Vec<u8>)>,
    is_interrupted: AtomicBool,
}

impl Api {
    /// That of the case in this folder.
    pub(crate) fn read(folder: &Path) -> Self {
        let Routes { auth, routes } = read(&folder.join("api/routes.json"));
        let ours = folder.join("ours.json");
        let added: Added = if ours.exists() { read(&ours) } else { Added::default() };
        let body = |route: &Route| match (&route.body_file, &route.raw_body) {
            (Some(file), _) => fs::read(folder.join("api").join(file)).unwrap(),
            (None, text) => text.clone().unwrap_or_default().into_bytes(),
        };
        let with_body = |route: Route| {
            let body = body(&route);
            (route, body)
        };
        Self {
            auth,
            recorded: routes.into_iter().map(with_body).collect(),
            added: added.routes.into_iter().map(with_body).collect(),
            is_interrupted: AtomicBool::new(false),
        }
    }

    /// All of it as the exchanges of a cassette.
    pub(crate) fn exchanges(&self) -> Vec<Value> {
        let exchange = |(route, body): &(Route, Vec<u8>)| {
            json!({
                "request": { "method": route.method, "path": route.path, "query": route.query.iter().collect::<Vec<_>>() },
                "response": {
                    "status": route.status,
                    "headers": { "content-type": "application/json" },
                    "body": String::from_utf8_lossy(body),
                },
            })
        };
        self.recorded.iter().chain(&self.added).map(exchange).collect()
    }

    /// From now on nothing of what was recorded is answered.
    pub(super) fn interrupt(&self) {
        self.is_interrupted.store(true, Ordering::SeqCst);
    }

    /// It is answered again.
    pub(super) fn restore(&self) {
        self.is_interrupted.store(false, Ordering::SeqCst);
    }

    /// The answer to a request.
    pub(super) fn answer(&self, request: &Received) -> Answer {
        if request.header(&self.auth.header) != Some(self.auth.value.as_str()) {
            return Answer::json(self.auth.unauthorized.status, &self.auth.unauthorized.body);
        }
        match self.find(request) {
            Some((route, _)) if route.reset => Answer::reset(),
            Some((route, body)) => {
                Answer::bytes(route.status, body.clone()).header("Content-Type", "application/json")
            }
            // Nobody asks again after this one, nor takes it for the end of the pages.
            None if self.is_interrupted.load(Ordering::SeqCst) => Answer::json(400, &json!({})),
            None => Answer::json(404, &json!({ "message": "Not found" })),
        }
    }

    /// Whether a client may well ask the same once more.
    pub(super) fn fails_for_now(&self, request: &Received) -> bool {
        self.find(request).is_some_and(|(route, _)| route.reset || route.status == 429 || route.status >= 500)
    }

    fn find(&self, request: &Received) -> Option<&(Route, Vec<u8>)> {
        let query: BTreeSet<(String, String)> = request.query().into_iter().collect();
        let is_interrupted = self.is_interrupted.load(Ordering::SeqCst);
        let recorded = self.recorded.iter().filter(|_| !is_interrupted);
        recorded.chain(&self.added).find(|(route, _)| {
            let pairs: BTreeSet<(String, String)> = route.query.clone().into_iter().collect();
            route.method == request.method() && route.path == request.path() && pairs == query
        })
    }
}
