//! The endings of a run, each with its own number for scripts.

mod explanation;
mod worst;

#[cfg(test)]
mod tests;

/// How a run of the binary ended, as its exit status tells it.
///
/// The numbers are a promise to scripts and never change their meaning. 1 is not among them: `abi_stable` and the Rust
/// runtime use it for their own deaths, so that it would say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ExitCode {
    /// Everything asked for was done.
    Done = 0,
    /// The command line cannot be understood, or asks for what the connector lacks.
    Usage = 2,
    /// The configuration cannot be read, or was refused.
    Configuration = 10,
    /// No file for the connector that was named.
    ConnectorNotFound = 11,
    /// The file is not a connector, is damaged, or does not fit this runner.
    ConnectorUnusable = 12,
    /// The connector does not build.
    BuildFailed = 13,
    /// The connector reported an error.
    ConnectorError = 20,
    /// Records that break their schema.
    InvalidRecords = 21,
    /// The connector panicked.
    ConnectorPanicked = 22,
    /// The connector was killed by a signal of its own making.
    ConnectorCrashed = 23,
    /// The connector exited by itself before it was done.
    ConnectorExited = 24,
    /// The worker's frames broke the protocol.
    Protocol = 25,
    /// The run stopped in an orderly way before the end and can be resumed.
    Paused = 26,
    /// The source could not be reached, even after retries.
    SourceUnavailable = 27,
    /// The connector failed a test of `check`.
    Nonconforming = 28,
    /// The memory limit was reached.
    MemoryLimit = 30,
    /// The deadline passed, or nothing happened for too long.
    Deadline = 31,
    /// A limit on processes, files or output was reached.
    OtherLimit = 32,
    /// The sandbox denied something that the connector cannot do without.
    Denied = 33,
    /// Records or state could not be written.
    OutputFailed = 40,
    /// Another run holds the stream.
    StreamHeld = 41,
    /// This system cannot enforce what was asked for.
    Unenforceable = 50,
    /// A bug in the runner.
    Bug = 70,
    /// Cancelled by SIGINT.
    Interrupted = 130,
    /// Cancelled by SIGTERM.
    Terminated = 143,
}

impl ExitCode {
    /// Every ending, in the order of the numbers.
    pub const ALL: [ExitCode; 25] = [
        ExitCode::Done,
        ExitCode::Usage,
        ExitCode::Configuration,
        ExitCode::ConnectorNotFound,
        ExitCode::ConnectorUnusable,
        ExitCode::BuildFailed,
        ExitCode::ConnectorError,
        ExitCode::InvalidRecords,
        ExitCode::ConnectorPanicked,
        ExitCode::ConnectorCrashed,
        ExitCode::ConnectorExited,
        ExitCode::Protocol,
        ExitCode::Paused,
        ExitCode::SourceUnavailable,
        ExitCode::Nonconforming,
        ExitCode::MemoryLimit,
        ExitCode::Deadline,
        ExitCode::OtherLimit,
        ExitCode::Denied,
        ExitCode::OutputFailed,
        ExitCode::StreamHeld,
        ExitCode::Unenforceable,
        ExitCode::Bug,
        ExitCode::Interrupted,
        ExitCode::Terminated,
    ];

    /// The status that the process exits with.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The ending of this number, or `None` for a number that the runner never exits with.
    #[must_use]
    pub fn from_number(number: u8) -> Option<ExitCode> {
        ExitCode::ALL.into_iter().find(|code| code.number() == number)
    }
}

impl From<ExitCode> for u8 {
    fn from(code: ExitCode) -> u8 {
        code.number()
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> std::process::ExitCode {
        std::process::ExitCode::from(code.number())
    }
}
