//! Every misbehaviour by its name.

use schemars::JsonSchema;
use serde::Deserialize;

/// What to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Behaviour {
    /// Nothing wrong: `count` records, with a checkpoint after each hundred and at the end.
    #[default]
    Well,
    /// One record whose name has `count` MiB.
    LargeRecord,
    /// A record with three errors, whose refusal ends the verb.
    InvalidRecord,
    /// The same record, whose refusal is only logged, before a good one.
    TolerateInvalidRecord,
    /// A record that is not a Stream.
    OtherRecord,
    /// A record whose name is not UTF-8.
    InvalidText,
    /// A record of arrays that are nested `count` deep.
    DeepRecord,
    /// A record with a byte of value 0 in its name.
    NulInRecord,
    /// `count` records from each of 16 threads.
    ProduceFromThreads,
    /// Goes on producing from a thread after the verb has returned.
    ProduceAfterReturn,
    /// Produces a record, waits until it should stop, then produces `count` more.
    ProduceAfterCancel,
    /// `count` records from one thread while four others print.
    PrintStorm,
    /// `count` records, each with a line for the log.
    LogStorm,
    /// `count` records, each with a MiB of lines on stderr.
    Flood,
    /// A line of `count` MiB without its end on stderr, then `count` records.
    GiantLine,
    /// Says its secret in every way it can, then ends well.
    Leak,
    /// Says its secret, then returns it as an error.
    LeakAndFail,
    /// Says its secret, then panics with it.
    LeakAndPanic,
    /// Streams named after its secret.
    LeakInStreams,
    /// Writes a file whose name holds the secret, outside of its folder.
    LeakInPath,
    /// Gives up on a record that holds its secret where it must not.
    LeakInRecords,
    /// Panics with `count` bytes.
    PanicAtLength,
    /// Returns an error.
    Fail,
    /// Says that the source is down.
    Unavailable,
    /// Stops after a checkpoint.
    Pause,
    /// Panics.
    Panic,
    /// A thread panics; the verb goes on.
    PanicInThread,
    /// A destructor panics while a thread ends.
    PanicInThreadLocal,
    /// Panics with a number instead of a text.
    PanicWithNumber,
    /// Panics again while it unwinds.
    PanicTwice,
    /// Aborts its process.
    Abort,
    /// Ends its process with the exit code `count`.
    Exit,
    /// Writes to address 0.
    Segfault,
    /// Sends itself the signal `count`.
    Raise,
    /// Calls itself without end.
    OverflowStack,
    /// The same on a thread of its own.
    OverflowStackOfThread,
    /// Takes `count` MiB and keeps them.
    Allocate,
    /// The same, one MiB every few milliseconds.
    AllocateSlowly,
    /// Takes a MiB at a time, `count` at most, and stops when it is asked to.
    AllocatePolitely,
    /// Asks for more than an address space holds.
    AllocateAbsurdly,
    /// Has a child take `count` MiB, and ignores how that ends.
    AllocateInChild,
    /// Has `count` children keep 4 MiB each.
    AllocateInChildren,
    /// Takes `count` MiB as a file in memory.
    AllocateAsFile,
    /// Writes a file of `count` MiB and removes it.
    FillFileCache,
    /// Writes a file of `count` MiB into the folder for temporary files, and leaves it there.
    LeaveFile,
    /// Leaves `count` files of a MiB each and does not end.
    LeaveFiles,
    /// Opens `count` files at once.
    OpenFiles,
    /// Produces a record, sets a checkpoint, then sleeps without asking whether it should stop.
    Hang,
    /// Sleeps for `count` milliseconds without asking whether it should stop, then discovers its streams.
    Doze,
    /// The same, but it asks.
    Wait,
    /// Computes without end.
    Spin,
    /// Two threads wait for each other.
    Deadlock,
    /// Blocks every signal, then hangs.
    BlockSignals,
    /// Handles the signals that ask it to end by doing nothing, then hangs.
    IgnoreSignals,
    /// Every process that it forks forks on without end.
    ForkBomb,
    /// The same with programs.
    ShellBomb,
    /// Starts a daemon in a session of its own, then ends well.
    Daemon,
    /// Leaves a child behind that goes on writing to stdout, then ends well.
    LeaveChild,
    /// The same with a child that ignores every signal that can be ignored.
    StubbornChild,
    /// Kills its parent.
    KillParent,
    /// Stops its parent, then ends well.
    StopParent,
    /// Sends SIGKILL to every process that it can reach.
    KillEverybody,
    /// Lets its parent have no more than one open file.
    StarveParent,
    /// Closes the channel to the runner, then produces.
    CloseChannel,
    /// Closes every descriptor but the standard ones, then produces.
    CloseDescriptors,
    /// Closes the standard descriptors, then ends well.
    CloseStandardDescriptors,
    /// Writes what makes no sense to every descriptor but the standard ones.
    WriteGarbage,
    /// Writes a record to the runner's channel by itself, then ends well.
    ForgeRecord,
    /// The same with a record that does not match its schema.
    ForgeInvalidRecord,
    /// The same with a record that would go on after its own end.
    ForgeEscapingRecord,
    /// The same with a time that would go on after its own end.
    ForgeEscapingTime,
    /// Writes the last frame by itself, then produces.
    ForgeEnd,
    /// Announces a frame of 4 GiB.
    ForgeLength,
    /// Changes its folder and its environment, then ends well.
    ChangeSurroundings,
}
