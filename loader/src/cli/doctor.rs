//! What this system can enforce, proved by doing it wherever that can be done without consequences.

use std::{fmt::Write as _, path::PathBuf};

use serde::Serialize;

use crate::{
    cgroup::{CgroupLimits, OwnLimit, RunCgroup, leave_leaf},
    confinement::{self, Kernel},
    exit_code::ExitCode,
    guardian::run_inside,
    supervisor::bytes,
    temporary::TemporaryFolder,
};

use super::{CliError, args::Format, print};

/// One thing that a run needs or can use.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    name: &'static str,
    works: bool,
    /// Whether `--limits enforced` needs it.
    needed: bool,
    /// What was done and seen, or what is missing and how to get it.
    detail: String,
}

/// Limits for the proof: the processes in it are this program, printing its version.
const PROOF: CgroupLimits = CgroupLimits { memory_bytes: 64 << 20, processes: 16, processor_percent: None };

/// Proves what this system can enforce; exits with 50 where the usual limits are not among it.
pub(crate) fn doctor(format: Format) -> Result<ExitCode, CliError> {
    let mut rows = vec![cgroup(), temporary_folder()];
    rows.extend(sandbox());
    rows.extend([system_call_filter(), inherited_limit()]);
    let text = match format {
        Format::Text => rows.iter().map(line).collect(),
        Format::Json => {
            rows.iter().map(|row| serde_json::to_string(row).unwrap_or_default() + "\n").collect::<String>()
        }
    };
    print(text.as_bytes())?;
    let is_well = rows.iter().all(|row| row.works || !row.needed);
    Ok(if is_well { ExitCode::Done } else { ExitCode::Unenforceable })
}

fn line(row: &Row) -> String {
    let mark = match (row.works, row.needed) {
        (true, _) => "ok",
        (false, true) => "NO",
        (false, false) => "no",
    };
    format!("{mark}  {:<22} {}\n", row.name, row.detail)
}

/// Makes the cgroup of a run, runs this program inside, reads what it used, and removes it.
fn cgroup() -> Row {
    let proved = prove_cgroup();
    leave_leaf();
    let works = proved.is_ok();
    let detail = proved.unwrap_or_else(|error| crate::chain(&*error));
    Row { name: "memory and processes", works, needed: true, detail }
}

fn prove_cgroup() -> Result<String, Box<dyn std::error::Error>> {
    let cgroup = RunCgroup::create(&format!("{}-doctor", std::process::id()), &PROOF)?;
    let place = cgroup.directories().iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>();
    let status = run_inside(cgroup.open_procs()?)?;
    if !status.success() {
        return Err(format!("a process that entered the cgroup ended with {status}").into());
    }
    let (memory, events) = (cgroup.memory()?, cgroup.events()?);
    cgroup.remove(std::time::Duration::from_secs(10))?;
    let mut text = format!("made, entered, read and removed {}", place.join(" and "));
    if let Some(peak) = memory.peak_bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "; peak {} of {}", bytes(peak), bytes(memory.limit_bytes));
    }
    let _ = write!(text, ", {} kills", events.oom_kills);
    Ok(text)
}

fn temporary_folder() -> Row {
    let made = TemporaryFolder::create(&format!("{}-doctor", std::process::id()));
    let works = made.is_ok();
    let detail = match made {
        Ok(folder) => format!("made and removed {}", folder.path().display()),
        Err(error) => crate::chain(&error),
    };
    Row { name: "temporary files", works, needed: true, detail }
}

/// The fences of Landlock, of which only files are needed.
fn sandbox() -> [Row; 3] {
    let folder = TemporaryFolder::create(&format!("{}-proof", std::process::id()));
    // Without one, the proof goes without too.
    let folder = folder.as_ref().map_or(PathBuf::new(), |folder| folder.path().to_owned());
    let (kernel, reason) = match confinement::prove(folder) {
        Ok(kernel) => (kernel, None),
        Err(error) => (Kernel::default(), Some(crate::chain(&error))),
    };
    let row = |name, works, needed, well: &str, missing: &str| {
        let detail =
            if works { well.to_owned() } else { reason.clone().unwrap_or_else(|| missing.to_owned()) };
        Row { name, works, needed, detail }
    };
    [
        row("files", kernel.files, true, "a file that was not granted could not be opened", ""),
        row(
            "ports",
            kernel.ports,
            false,
            "Landlock keeps a connector to the TCP ports that it was granted",
            "needs Linux 6.7 with Landlock; without, a connector that was granted any port may use all",
        ),
        row(
            "signals",
            kernel.signals,
            false,
            "Landlock keeps a connector's signals to its own processes",
            "needs Linux 6.12 with Landlock; without, a filter of system calls stops the known ways to the runner",
        ),
    ]
}

fn system_call_filter() -> Row {
    let actions = std::fs::read_to_string("/proc/sys/kernel/seccomp/actions_avail").unwrap_or_default();
    let works = actions.split_ascii_whitespace().any(|action| action == "user_notif");
    let detail = if works {
        "seccomp can refuse system calls, and tell of it"
    } else {
        "needs Linux 5.0 with CONFIG_SECCOMP_FILTER; connectors cannot be started without"
    };
    Row { name: "system call filter", works, needed: true, detail: detail.to_owned() }
}

fn inherited_limit() -> Row {
    let found = OwnLimit::read();
    let works = matches!(found, Ok(Some(_)));
    let detail = match found {
        Ok(Some(limit)) => {
            format!("the runner itself is held to {} by {}", bytes(limit.bytes), limit.file.display())
        }
        Ok(None) => {
            "nothing limits the runner itself, so `--limits inherited` is not possible here".to_owned()
        }
        Err(error) => crate::chain(&error),
    };
    Row { name: "inherited limit", works, needed: false, detail }
}
