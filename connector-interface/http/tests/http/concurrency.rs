//! How many requests are under way at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use connector_testing::{Answer, FakeRunner, MockServer, Received};

use crate::builder;

/// A server that counts how many requests it works on at once.
fn counting() -> (MockServer, Arc<AtomicUsize>) {
    let (now, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let server = MockServer::start(move |_| {
        seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(20));
        now.fetch_sub(1, Ordering::SeqCst);
        Answer::bytes(200, "")
    });
    (server, most)
}

#[test]
fn clones_share_one_limit() {
    let (server, most) = counting();
    let api = builder(&server, &FakeRunner::new()).concurrency(3).build().unwrap();
    thread::scope(|scope| {
        for _ in 0..10 {
            let api = api.clone();
            scope.spawn(move || (0..3).for_each(|_| drop(api.get("/x").send().unwrap())));
        }
    });
    assert_eq!(server.requests().len(), 30);
    assert!(most.load(Ordering::SeqCst) <= 3, "{most:?}");
}

#[test]
fn a_refusal_that_asks_to_wait_halves_the_limit_whatever_its_status() {
    for (status, header, wanted) in [(403, "Retry-After", 1), (403, "X-Other", 2), (429, "X-Other", 1)] {
        let (now, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
        let seen = Arc::clone(&most);
        let server = MockServer::start(move |request: &Received| {
            if request.path() == "/refused" {
                return Answer::bytes(status, "").header(header, "0");
            }
            seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(500));
            now.fetch_sub(1, Ordering::SeqCst);
            Answer::bytes(200, "")
        });
        let api = builder(&server, &FakeRunner::new()).concurrency(2).attempts(1).build().unwrap();
        assert!(api.post("/refused").send().is_err());
        thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(|| api.get("/x").send().unwrap()))));
        assert_eq!(most.load(Ordering::SeqCst), wanted, "{status} {header}");
    }
}
