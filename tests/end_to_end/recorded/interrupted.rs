//! A sync that is stopped at any of its requests and goes on gives what one gives that is never stopped.

use std::{
    ffi::OsString,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use connector_testing::{Answer, MockServer, Received};
use connector_tests::{Runner, contents::Contents};
use rustix::process::Signal;
use serde_json::json;

use super::{api::Api, case::Case, in_parallel, observed};

/// How a run comes to its end in the midst of its work.
#[derive(Clone, Copy, Debug)]
enum Stop {
    /// The runner is killed while the connector waits for the answer.
    Kill,
    /// The answer is one that nobody asks again after.
    Failure,
}

/// No request of a test is longer in coming.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn pagerduty_goes_on_where_it_was_stopped() {
    assert_goes_on("pagerduty");
}

#[test]
fn circleci_goes_on_where_it_was_stopped() {
    assert_goes_on("circleci");
}

#[test]
fn codecov_goes_on_where_it_was_stopped() {
    assert_goes_on("codecov");
}

#[track_caller]
fn assert_goes_on(connector: &str) {
    let case = Case::read(connector);
    let requests = case.expected("sync-stream").requests.len();
    let stops = (1..=requests).flat_map(|number| [(Stop::Kill, number), (Stop::Failure, number)]).collect();
    let complaints =
        in_parallel(stops, |(stop, number)| complaint(&case, stop, number).into_iter().collect());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// What is wrong with the records of a sync that was stopped at the request of this number and then went on.
fn complaint(case: &Case, stop: Stop, number: usize) -> Option<String> {
    let place = tempfile::tempdir().unwrap();
    let sink = place.path().join("sink");
    let (server, reached) = serve(case, stop, number);
    let command = || -> Runner {
        let mut option = OsString::from("folder:");
        option.push(&sink);
        let runner = observed::runner(case, "sync-stream", &server.base_url(), &place.path().join("data"));
        runner.with(["--sink".into(), option])
    };
    let running = command().start();
    reached.recv_timeout(PATIENCE).unwrap();
    if let Stop::Kill = stop {
        running.signal(Signal::KILL);
    }
    let first = running.wait();
    let second = command().run();
    let difference = Contents::of_folder(&sink).difference(&case.expected("sync-stream").records);
    let complaint = match (second.code(), difference) {
        (Some(0), None) => return None,
        (code, difference) => format!("exit code {code:?}, {}", difference.unwrap_or_default()),
    };
    Some(format!("{} {stop:?} at request {number}: {complaint}\n{first:?}\n{second:?}", case.name))
}

/// The API of a case, which stops whoever comes with the request of this number, and tells of it.
fn serve(case: &Case, stop: Stop, number: usize) -> (MockServer, mpsc::Receiver<()>) {
    let api = Arc::new(Api::read(&case.folder));
    let count = AtomicUsize::new(0);
    let (sender, reached) = mpsc::channel();
    let sender = Mutex::new(sender);
    let server = MockServer::start(move |request: &Received| {
        if count.fetch_add(1, Ordering::SeqCst) + 1 != number {
            return api.answer(request);
        }
        // Whoever waits for it is there until then.
        let _ = sender.lock().unwrap().send(());
        match stop {
            Stop::Kill => Answer::hang(),
            Stop::Failure => Answer::json(400, &json!({ "message": "Bad request" })),
        }
    });
    (server, reached)
}
