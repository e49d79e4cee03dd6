//! Which call is the first that does not pass, and what becomes of it.

use std::{
    env,
    ffi::{CStr, OsStr, c_int},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// What the environment says.
struct Plan {
    folder: PathBuf,
    /// Names with commas between; none for all calls.
    calls: Option<String>,
    after: u64,
    /// None where the call is to be the last of the process.
    errno: Option<c_int>,
    tears: bool,
}

/// What becomes of a call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Pass,
    /// Half of it happens, then it fails.
    Tear,
    Fail,
}

impl Plan {
    fn read() -> Option<Self> {
        let number = |name| env::var(name).ok()?.parse().ok();
        Some(Self {
            folder: env::var_os("SHIM_FOLDER")?.into(),
            calls: env::var("SHIM_CALL").ok(),
            after: number("SHIM_AFTER").unwrap_or(0),
            errno: number("SHIM_ERRNO").and_then(|errno| errno.try_into().ok()),
            tears: env::var_os("SHIM_TORN").is_some(),
        })
    }

    fn names(&self, call: &str) -> bool {
        self.calls.as_ref().is_none_or(|calls| calls.split(',').any(|name| name == call))
    }

    fn is_meant(&self, call: &str, path: &Path) -> bool {
        self.names(call) && path.starts_with(&self.folder)
    }

    fn judge(&self) -> Verdict {
        static CALLS: AtomicU64 = AtomicU64::new(0);
        let before = CALLS.fetch_add(1, Ordering::Relaxed);
        match before.checked_sub(self.after) {
            None => Verdict::Pass,
            Some(0) if self.tears => Verdict::Tear,
            Some(_) => Verdict::Fail,
        }
    }
}

fn plan() -> Option<&'static Plan> {
    static PLAN: OnceLock<Option<Plan>> = OnceLock::new();
    PLAN.get_or_init(Plan::read).as_ref()
}

/// Whether some calls of this name might not pass.
pub(crate) fn concerns(call: &str) -> bool {
    plan().is_some_and(|plan| plan.names(call))
}

/// What becomes of a call on a descriptor.
pub(crate) fn on_descriptor(call: &str, descriptor: c_int) -> Verdict {
    let Some(plan) = plan() else { return Verdict::Pass };
    let path = std::fs::read_link(format!("/proc/self/fd/{descriptor}")).unwrap_or_default();
    if plan.is_meant(call, &path) { plan.judge() } else { Verdict::Pass }
}

/// What becomes of a call on a path, which counts where it is absolute.
pub(crate) fn on_path(call: &str, path: &CStr) -> Verdict {
    let Some(plan) = plan() else { return Verdict::Pass };
    let path = Path::new(OsStr::from_bytes(path.to_bytes()));
    if plan.is_meant(call, path) { plan.judge() } else { Verdict::Pass }
}

/// Fails as planned: sets the error number, claims success, or ends the process.
pub(crate) fn fail() -> c_int {
    let Some(errno) = plan().and_then(|plan| plan.errno) else {
        // SAFETY: no memory is involved; SIGKILL cannot be handled, so nothing of this process runs behind it.
        unsafe { libc::raise(libc::SIGKILL) };
        return -1;
    };
    if errno == 0 {
        return 0;
    }
    // SAFETY: takes nothing; on Linux its answer is never null.
    let place = unsafe { libc::__errno_location() };
    // SAFETY: the place is this thread's own, and lasts as long as the thread.
    unsafe { *place = errno };
    -1
}
