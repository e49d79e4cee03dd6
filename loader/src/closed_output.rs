//! Remembers whether standard output was closed when the process began.
//!
//! Before `main`, Rust opens `/dev/null` in place of a standard stream that is closed, and from then on nobody can tell
//! it from one that somebody has sent there on purpose. So this looks even earlier, when the program is loaded.

use std::sync::atomic::{AtomicBool, Ordering};

static WAS_CLOSED: AtomicBool = AtomicBool::new(false);

/// The loader calls what stands in this section before it starts the program; see the System V ABI, "Initialization and
/// Termination Functions".
#[used]
#[unsafe(link_section = ".init_array")]
static LOOK: extern "C" fn() = look;

extern "C" fn look() {
    // SAFETY: it asks the kernel about a number and touches no memory; Rust's runtime is not needed for it.
    let flags = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) };
    WAS_CLOSED.store(flags == -1, Ordering::Relaxed);
}

/// Whether what is written to standard output would be lost.
pub(crate) fn was_closed() -> bool {
    WAS_CLOSED.load(Ordering::Relaxed)
}
