//! What an author's tests see: a client in memory, and what is said where it is not as it should be.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failing test is to panic")]

mod assertions;
mod fake_runner;
mod numbers;
mod resumption;

/// The message of the panic with which this ends.
fn panic_of(work: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let payload = std::panic::catch_unwind(work).unwrap_err();
    *payload.downcast::<String>().unwrap()
}
