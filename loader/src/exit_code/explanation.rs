//! What each ending means, for a person who is woken by it.

use super::ExitCode;

impl ExitCode {
    /// A few words, fit for a table or the start of a summary line.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            ExitCode::Done => "done",
            ExitCode::Usage => "wrong usage",
            ExitCode::Configuration => "configuration refused",
            ExitCode::ConnectorNotFound => "connector not found",
            ExitCode::ConnectorUnusable => "connector unusable",
            ExitCode::BuildFailed => "connector does not build",
            ExitCode::ConnectorError => "connector error",
            ExitCode::InvalidRecords => "invalid records",
            ExitCode::ConnectorPanicked => "connector panicked",
            ExitCode::ConnectorCrashed => "connector crashed",
            ExitCode::ConnectorExited => "connector exited early",
            ExitCode::Protocol => "protocol error",
            ExitCode::Paused => "paused, resumable",
            ExitCode::SourceUnavailable => "source unavailable",
            ExitCode::Nonconforming => "connector does not conform",
            ExitCode::MemoryLimit => "memory limit reached",
            ExitCode::Deadline => "out of time",
            ExitCode::OtherLimit => "limit reached",
            ExitCode::Denied => "denied by the sandbox",
            ExitCode::OutputFailed => "output failed",
            ExitCode::StreamHeld => "stream held by another run",
            ExitCode::Unenforceable => "cannot be enforced here",
            ExitCode::Bug => "bug in the runner",
            ExitCode::Interrupted => "interrupted",
            ExitCode::Terminated => "terminated",
        }
    }

    /// One paragraph: what happened, what is kept, what to do next.
    #[must_use]
    pub const fn explain(self) -> &'static str {
        match self {
            ExitCode::Done => {
                "Everything that was asked for has been done and delivered. Records that broke their schema \
                 were returned to the connector and are counted in the summary; `--fail-on-rejected` turns such \
                 a run into exit code 21. A discovery that found no stream also ends here, with a warning. \
                 There is nothing to do."
            }
            ExitCode::Usage => {
                "The command line could not be carried out: an argument is wrong, a stream, entity or cutoff \
                 cannot be read, or the connector does not offer this verb. Nothing was written and no state \
                 has changed. The message names the argument and what was expected; `codeclimate-connector \
                 help` lists the verbs."
            }
            ExitCode::Configuration => {
                "The configuration was not accepted: the file cannot be read, is not a JSON object, breaks the \
                 connector's schema, or the connector itself refused it. No record was produced and no state \
                 has changed. Mend the places that the message lists, try `verify-configuration`, then run \
                 again."
            }
            ExitCode::ConnectorNotFound => {
                "No file was found for the connector that was named. Nothing has run and no state has changed. \
                 The message lists every folder searched and what came close; install the connector into one of \
                 them, add its folder with `--connector-path`, or give the path of the file. `list` shows what \
                 can be found."
            }
            ExitCode::ConnectorUnusable => {
                "The connector's file was found but cannot be used: it is not a connector, is damaged, was \
                 built for another architecture, C library or interface version, carries another name than its \
                 file, or is not what the lock file pins. It was not run and no state has changed. The message says what it needs; `inspect \
                 <file>` shows all that the file says about itself. Ask its author for a fitting build."
            }
            ExitCode::BuildFailed => {
                "The connector's crate does not build: cargo or the compiler refused it, or what was built has no \
                 library to load. Nothing of it was run, and what an earlier build or package has left is kept. What \
                 cargo said stands above the message; mend the first error, and run `dev` or `package` again. \
                 `cargo build` in the folder of the crate says the same."
            }
            ExitCode::ConnectorError => {
                "The connector reported an error and stopped. Its message is the one shown. Records before the \
                 last checkpoint are delivered and stay. Mend what the message names, often a permission or a \
                 token, and run again; if it makes no sense, send it to the connector's author."
            }
            ExitCode::InvalidRecords => {
                "Records broke their schema: the connector gave up on one of its own, `--fail-on-rejected` was \
                 set, or `validate` found some. Every invalid record is named with its place, what was expected \
                 and what was found. Invalid records are never delivered; valid ones before the last checkpoint \
                 are, and stay. The mending is up to the connector's author: send the listed errors."
            }
            ExitCode::ConnectorPanicked => {
                "The connector panicked, which is a bug in it; the message has the file and line. It was \
                 contained, and nothing else was touched. Records before the last checkpoint are delivered and \
                 stay. Run again; if the same record trips it, send the message to its author."
            }
            ExitCode::ConnectorCrashed => {
                "The connector's process was killed by a signal, named in the message: a bad memory access, an \
                 abort or a stack overflow, say. It was contained. Records before the last checkpoint are \
                 delivered and stay. The lines before the summary are the last that it wrote; send them to its \
                 author, and run again."
            }
            ExitCode::ConnectorExited => {
                "The connector ended its own process, perhaps with status 0, before it said that it was done, \
                 so the run does not count as complete. Records before the last checkpoint are delivered and \
                 stay. A connector must return, never exit: tell its author."
            }
            ExitCode::Protocol => {
                "The connector's process sent something that the runner does not accept, for instance because \
                 it wrote into a channel that is not its own. The run was stopped at that point. What came \
                 before the last checkpoint was checked, is delivered, and stays. Tell the connector's author; \
                 if the connector is a well-tried one, check that runner and connector come from trusted \
                 builds."
            }
            ExitCode::Paused => {
                "The run stopped in good order before the end, because it came near a limit or the source asked \
                 to wait. This is no failure: everything up to the last checkpoint is delivered and stays. Run \
                 the same command again, not before the time that the message may name: where a state is kept \
                 (`--state`), it goes on from there. `--until-done` does that by itself."
            }
            ExitCode::SourceUnavailable => {
                "The service that the connector reads from could not be reached or kept failing, after retries. \
                 Records before the last checkpoint are delivered and stay. Look at the service's status page \
                 and at the network of this machine, then run again."
            }
            ExitCode::Nonconforming => {
                "The connector failed a test of `check`. Its runs were trials: nothing they produced is kept, and \
                 no state has changed. Each failed test is listed with its place, what was expected and what was \
                 found; `explain C16`, say, tells why a test matters and how its author mends it. `--only C16` \
                 runs one test again, and `--seed` makes the same choices as before."
            }
            ExitCode::MemoryLimit => {
                "The connector and its child processes reached the memory limit and were killed. Records before \
                 the last checkpoint are delivered and stay. The summary shows the peak. Raise the limit with \
                 care (`--memory-limit`), or tell the author, who can keep less in memory: produce page by \
                 page, and set checkpoints more often."
            }
            ExitCode::Deadline => {
                "The connector was not done at its deadline, or showed no sign of life (no record, no line, no \
                 work of a processor) for the idle time-out, and was killed. Records before the last checkpoint \
                 are delivered and stay. Give it more time (`--deadline`) or ask for less with a later cutoff. \
                 If it makes no progress at all, it hangs: tell its author, with the output of a run with -v."
            }
            ExitCode::OtherLimit => {
                "The connector reached its limit of processes, files or output, named in the message, and was \
                 stopped. Records before the last checkpoint are delivered and stay. A connector that forks or \
                 writes without end is broken; if this one honestly needs more, raise that one limit \
                 (`--process-limit`, `--open-file-limit`, `--temporary-limit`) and run again."
            }
            ExitCode::Denied => {
                "The connector tried what the sandbox does not allow it, named in the message, and could not go \
                 on. Nothing outside was touched. Records before the last checkpoint are delivered and stay. \
                 The kernel names system calls; for files and ports the message says 'probably', and \
                 `--sandbox trace` names them. Grant with `--allow` what this connector ought to have; if it \
                 surprises you, do not, and ask its author."
            }
            ExitCode::OutputFailed => {
                "Records or state could not be written: the disk is full, a file system failed, or whoever read \
                 the records closed the pipe. The run was ended at once and the write not retried, because after \
                 a failed write only what came before it can be trusted: that stays, and no checkpoint was called \
                 durable that is not. Mend the disk or the path that the message names, then run again: where a \
                 state is kept, nothing is missing or there twice then."
            }
            ExitCode::StreamHeld => {
                "Another run works on the same stream and holds it, so this one has not started; nothing was \
                 written. Wait for the other one to end. If it seems stuck, end that process, which the message \
                 names with its age: the stream is free as soon as it is gone. `state list` shows who holds what."
            }
            ExitCode::Unenforceable => {
                "This system cannot enforce what was asked for, such as a memory limit without cgroups or a \
                 sandbox that the kernel lacks, and the runner does not pretend. Nothing has run. The message \
                 names the missing piece and how to provide it; `codeclimate-connector doctor` proves what \
                 works here. In a container with a memory limit, `--limits inherited` uses that one; `--limits \
                 best-effort` watches, at your own risk."
            }
            ExitCode::Bug => {
                "The runner itself met a situation that its authors thought impossible. It stopped rather than \
                 guess. Records before the last checkpoint are delivered and stay. Run again, and report the \
                 message together with the output of `codeclimate-connector -V`."
            }
            ExitCode::Interrupted => {
                "The run was cancelled from the keyboard (SIGINT). The connector was told to stop and then \
                 ended; one that does not listen is killed after the grace period, or at a second signal. \
                 Everything up to the last checkpoint is delivered and stays."
            }
            ExitCode::Terminated => {
                "The run was cancelled from outside (SIGTERM), as a scheduler or a shutdown does. The connector \
                 was told to stop and then ended; one that does not listen is killed after the grace period. \
                 Everything up to the last checkpoint is delivered and stays."
            }
        }
    }
}
