//! Checking a valid record asks for no memory, and so builds no word of an error.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use connector_schemas::{Checker, record_types};
use serde_json::Value;

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

#[test]
fn checking_a_valid_record_of_any_type_and_spelling_asks_for_no_memory() {
    let checker = Checker::new();
    for known in record_types() {
        for example in known.schema()["examples"].as_array().unwrap() {
            for text in [example.to_string(), format!("{example:#}"), escaped(example)] {
                let check = || assert!(checker.check(text.as_bytes()).is_ok(), "{text}");
                // The first one compiles the type's schema, and the tape grows with the longest record so far.
                check();
                check();
                let counted = allocations(|| (0..100).for_each(|_| check()));
                assert_eq!(counted, 0, "of 100 checks of {text}");
            }
        }
    }
}

#[test]
fn an_invalid_record_shows_that_the_count_counts() {
    let checker = Checker::new();
    let check = || assert!(checker.check(br#"{"_type":"Incident"}"#).is_err());
    check();
    assert!(allocations(check) > 0);
}

/// The record with its first letters as escapes, which cannot stay where they are.
fn escaped(record: &Value) -> String {
    record.to_string().replace(":\"https:", ":\"\\u0068ttps:")
}
