//! How many requests are under way at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use connector_testing::{Answer, FakeRunner, MockServer};

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
