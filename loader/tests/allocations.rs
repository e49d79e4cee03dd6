//! No record costs an allocation on its way: neither in the worker, behind the connector's call, nor in the supervisor.

#![expect(clippy::unwrap_used, reason = "in a test, a panic with the reason is the report")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    fs,
    io::{self, Write as _},
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use connector_loader::internals::{WorkerSide, frames, take_frames};

/// The system's allocator, which counts on all threads.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps to what `alloc` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer is from `System`, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the pointer is from `System`, with this layout.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Only one test counts at a time.
static COUNTING: Mutex<()> = Mutex::new(());

/// What the work allocates.
fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    work();
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

/// Buffers grow as far as they have to, which depends on who comes to its turn when; records are many more.
const GROWTH: usize = 100;

/// Strings without escapes: for others serde_json makes a buffer in each document.
const INCIDENT: &str = r#"{"_type":"Incident","id":"INC1","self":"https://incidents.example.com/api/1","title":"Disk is full, größer","status":"resolved","number":17,"createdAt":"2020-02-21T12:00:00Z","updatedAt":"2020-02-21T13:37:42Z"}"#;
const BRANCH: &str = r#"{"_type":"Branch","name":"main"}"#;

/// Produces so many records of two types, of which every other one has a time of its own.
fn produce(records: usize) {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let reader = thread::spawn(move || io::copy(&mut theirs, &mut io::sink()).unwrap());
    let worker = WorkerSide::start(ours).unwrap();
    for _ in 0..records / 2 {
        worker.produce(INCIDENT.as_bytes(), "").unwrap();
        worker.produce(BRANCH.as_bytes(), "2020-02-21T12:00:00Z").unwrap();
    }
    worker.finish();
    reader.join().unwrap();
}

#[test]
fn a_record_allocates_nothing_in_the_worker() {
    let _alone = COUNTING.lock().unwrap_or_else(PoisonError::into_inner);
    let few = allocations(|| produce(10_000));
    let many = allocations(|| produce(30_000));
    assert!(many < few + GROWTH, "10,000 records allocate {few} times, 30,000 {many} times");
}

/// Brings frames into a folder, which goes.
fn take(frames: Vec<u8>, records: u64) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("allocations-{records}"));
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    let writer = thread::spawn(move || theirs.write_all(&frames).unwrap());
    assert_eq!(take_frames(ours, &folder).unwrap(), records);
    writer.join().unwrap();
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_record_allocates_nothing_in_the_supervisor() {
    let _alone = COUNTING.lock().unwrap_or_else(PoisonError::into_inner);
    let sent = |records: usize| frames([INCIDENT, BRANCH].into_iter().cycle().take(records)).unwrap();
    let (some, more) = (sent(10_000), sent(30_000));
    let few = allocations(|| take(some, 10_000));
    let many = allocations(|| take(more, 30_000));
    assert!(many < few + GROWTH, "10,000 records allocate {few} times, 30,000 {many} times");
}
