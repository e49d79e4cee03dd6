//! Producing a typed record asks for no memory: it is written into a buffer that is kept.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use connector_interface::__testing::{Failure, Host, context};
use connector_interface::records::{Incident, IncidentStatus, NewIncident};

/// The system's allocator, which counts what each thread asks for.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call goes on to the system's allocator as it came; counting asks for no memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the rules of this very function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `System`, by `alloc` or `realloc`, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the pointer came from `System`, by `alloc` or `realloc`, with this layout.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

/// A runner that takes every record.
struct Taker;

impl Host for Taker {
    fn produce(&self, record: &[u8], _: &str) -> Result<(), Failure> {
        assert!(record.starts_with(b"{\"_type\":\"Incident\","));
        Ok(())
    }

    fn call(&self, _: u32, _: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok(Vec::new())
    }
}

#[test]
fn producing_a_typed_record_asks_for_no_memory() {
    let host: Arc<dyn Host> = Arc::new(Taker);
    let producer = context(&host, Default::default()).records;
    let required = NewIncident {
        id: "INC7".to_owned(),
        uri: "https://incidents.example.com/7".parse().unwrap(),
        title: "Disk \"full\"\n".to_owned(),
        status: IncidentStatus::Resolved,
        created_at: "2020-02-21T12:00:00Z".parse().unwrap(),
    };
    let incident = Incident::new(required).number(7);
    let produce = || producer.produce(&incident).unwrap();
    assert!(allocations(produce) > 0, "the buffer of the first record is counted");
    assert_eq!(allocations(|| (0..100).for_each(|_| produce())), 0);
}
