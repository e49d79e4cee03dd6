//! Runs a future to its end from a blocking method.

/// Runs `future` on this thread until it is done.
///
/// With the feature `tokio` it runs on a current-thread tokio runtime, made for the call, whose network
/// and time drivers are on: what `reqwest` and most asynchronous clients need. Without, it is the bare
/// minimum and polls the future itself only.
///
/// # Panics
/// Inside another tokio runtime, and where the system refuses tokio what it needs.
///
/// ```
/// assert_eq!(connector_interface::block_on(async { 6 * 7 }), 42);
/// ```
pub fn block_on<F: Future>(future: F) -> F::Output {
    run(future)
}

#[cfg(not(feature = "tokio"))]
fn run<F: Future>(future: F) -> F::Output {
    pollster::block_on(future)
}

#[cfg(feature = "tokio")]
#[expect(clippy::expect_used, reason = "documented; the panic ends the verb with this message")]
fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("the system refuses what a tokio runtime needs").block_on(future)
}
