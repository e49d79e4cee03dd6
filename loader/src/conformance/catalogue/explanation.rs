//! Why each test matters, and how an author mends what fails it.

use super::Test;

impl Test {
    /// What goes wrong for operators where a connector fails it.
    pub(crate) const fn why(self) -> &'static str {
        match self {
            Test::Loads => {
                "A library that cannot be opened, or whose client panics while it is made, fails every run before \
                 the first record. Operators see it first on their own machine."
            }
            Test::Metadata => {
                "Operators never build a connector: what the file says about itself is all they have to choose, \
                 pin and grant by. It is read from the file without running it."
            }
            Test::ConfigurationSchema => {
                "The runner checks a configuration against the schema before anything runs, hides the values of \
                 keys marked secret in every line, and prints the manual of the configuration from it. A key that \
                 is not marked is shown; a misspelt one that is not refused is silently without effect."
            }
            Test::Glibc => {
                "A library that was linked on a new system asks for symbols that an older one lacks, and is then \
                 refused there as a whole. The floor is what the oldest systems have that it is meant for."
            }
            Test::MissingConfiguration => {
                "A missing key must end before the first request, with its name, or the operator looks for the \
                 mistake in the service instead. The connector must refuse it too: a runner that knows no schema \
                 hands everything over."
            }
            Test::WrongType => {
                "A number in quotes is the commonest slip in a configuration. It has to be told with the name of \
                 the key, by the schema and by the connector, and never by a panic."
            }
            Test::EmptyConfiguration => {
                "Generated configurations often hold empty texts where a variable was not set. An empty token \
                 leads to a confusing answer of the service, much later."
            }
            Test::UnknownKey => {
                "A misspelt key that is ignored looks as if it had been followed. It must be refused by name, so \
                 that the runner can say what was perhaps meant."
            }
            Test::Verify => {
                "`verify-configuration` is what operators run first, and what schedules trust. It has to accept \
                 a configuration that works, and must not produce records."
            }
            Test::Streams => {
                "A connector without streams has nothing to sync. Streams are told apart by their id: state and \
                 output of two with the same id would overwrite each other."
            }
            Test::StreamsStable => {
                "State is kept by the id of a stream. Ids that change from one discovery to the next lose it: \
                 every sync begins anew, and the old streams are reported as gone."
            }
            Test::RecordsValid => {
                "A refused record is lost to whoever reads the output. A sync that ends with an error does not \
                 move on, and stops at the same place every night."
            }
            Test::TypesDeclared => {
                "Operators choose a connector, and set up what reads its output, by the record types that the \
                 file declares. One that is not declared arrives where nobody expects it."
            }
            Test::UniqueSelf => {
                "`self` is what a record is known by: readers replace the older of two. Two different things with \
                 the same `self` overwrite each other, also where they come from two streams."
            }
            Test::Cutoff => {
                "Every sync but the first has a cutoff. What is older comes again and again; what is newer and \
                 does not come is lost for good, as the next cutoff is later still. Two are tried: one in a pause, and \
                 one that is the very time of a record, which then has to come. Parts of a record that was changed \
                 since may be older, and may be left out with it."
            }
            Test::Resume => {
                "Runs are stopped: by deadlines, limits, restarts and rate limits. What comes before the last \
                 checkpoint is kept and never asked for again, so a checkpoint that was set too early loses \
                 records, and one that is not read makes every run begin anew. A run that went on is gone on with once \
                 more: states that count from its own beginning lose records only then."
            }
            Test::Cancel => {
                "A connector that does not listen is killed after the grace period, and loses what it did since \
                 its last checkpoint. Deadlines and shutdowns rely on it. One that returns `Ok` is believed: its next run \
                 begins where it says that it ended, and what it left out is lost. Where all records came, it is known \
                 not to have looked only by two checkpoints after it was asked before it began, or by a thousand \
                 records; a source of one page proves nothing."
            }
            Test::MemoryFlat => {
                "Connectors run in a memory limit. One that gathers a whole source before it produces works in \
                 its tests and is killed at the first large customer. Memory may grow by a half and 16 MiB: with little \
                 data what is kept hides in that, and then the line of the test says so."
            }
            Test::Secrets => {
                "Lines, errors, records and states are stored and forwarded. The runner masks the values that it \
                 knows to be secret, in the forms that it knows; a connector must not rely on that."
            }
            Test::Stdout => {
                "Standard output is for records. What a connector prints there becomes a line of the log, so \
                 that nothing breaks, but it is never what was meant: a forgotten `println!` or `dbg!`."
            }
            Test::AfterReturn => {
                "When a verb returns, all its work must be done: the runner then closes the run. Whatever a \
                 thread still produces is refused, and so is lost. `check` waits for 0.3 seconds after each run \
                 that is not killed: what comes later than that is not seen."
            }
        }
    }

    /// What an author does about it.
    pub(crate) const fn mend(self) -> &'static str {
        match self {
            Test::Loads => {
                "Let `Client::new` only keep its configuration and context, and return an error where it cannot: \
                 `Error::configuration(..)` for what the operator has to mend. `inspect FILE` tells why a library \
                 cannot be opened. Keep `panic = \"unwind\"` in the profile."
            }
            Test::Metadata => {
                "Fill in `description`, `license` and `version` in Cargo.toml. Name the record types in \
                 `export_connector!(Client, record_types: [..])`; `schema` lists those that there are. The crate is \
                 named `codeclimate-connector-<slug>`, and the file keeps the name that cargo gave it."
            }
            Test::ConfigurationSchema => {
                "Derive `JsonSchema` for the configuration's struct, with `#[serde(deny_unknown_fields)]`, a doc \
                 comment on each field, `#[schemars(extend(\"secret\" = true))]` on tokens, passwords and keys (or \
                 `\"secret\" = false` on what only sounds like one), and `#[schemars(example = ..)]` on the struct. \
                 Then write the file anew with `connector_testing::assert_configuration_schema`."
            }
            Test::Glibc => {
                "Build on the oldest system that it is meant for, for instance in its container, or with `cargo \
                 zigbuild --target x86_64-unknown-linux-gnu.2.34`. `inspect FILE` lists the versions that are \
                 needed. Where newer systems only are meant, say so with `--glibc VERSION`."
            }
            Test::MissingConfiguration => {
                "Make the field of the configuration's struct a plain type (`String`), not an `Option` and without \
                 `#[serde(default)]`, so that it is `required` in the schema and reading it fails by its name. \
                 Where you read keys by hand, return `Error::configuration(\"<key>: ...\")`."
            }
            Test::WrongType => {
                "Read the configuration into a struct of plain types: the kit then tells the key and the type that \
                 was expected. Where you read keys by hand, match on the value, never `unwrap` it, and return \
                 `Error::configuration(\"<key>: expected a string, ...\")`."
            }
            Test::EmptyConfiguration => {
                "Say `#[schemars(length(min = 1))]` on each required text, so that the schema refuses it, or refuse \
                 it in `verify_configuration` with `VerifyConfigurationResult::invalid([..])`. Where an empty text \
                 is meant to be allowed, say `length(min = 0)`."
            }
            Test::UnknownKey => {
                "Put `#[serde(deny_unknown_fields)]` on the configuration's struct and write its schema anew: it \
                 then has `\"additionalProperties\": false`."
            }
            Test::Verify => {
                "Return `VerifyConfigurationResult::valid()` where the service accepts the configuration; with the \
                 HTTP kit, `self.api.get(\"/me\").verify()`. Produce records in `discover_streams` and \
                 `sync_stream` only. Try it with `verify-configuration CONNECTOR CONFIGURATION -v`."
            }
            Test::Streams => {
                "Produce one `Stream::new(id, self, name)` for each in `discover_streams`. Take for the id what the \
                 source itself tells them apart by."
            }
            Test::StreamsStable => {
                "Take the id of a stream from the source: a number or a path that stays. Not from the order of a \
                 list, a time or a random number."
            }
            Test::RecordsValid => {
                "Each refusal tells the pointer, what was expected and what was found; `validate FILE` checks \
                 records without a run, and `schema TYPE` shows a type. Records built with \
                 `connector_interface::records` cannot lack what is required. What the source itself has wrong is \
                 left out with `context.lenient_producer()` and its `leave_out`, which counts and tells."
            }
            Test::TypesDeclared => "Add the type to `export_connector!(Client, record_types: [..])`.",
            Test::UniqueSelf => {
                "Build `self` from all that tells two things apart in the source: a comment's address needs the \
                 issue's number too. Where pages of a source shift while they are read, keep the ids of the last \
                 page and leave out what came already."
            }
            Test::Cutoff => {
                "Compare the time of each record with the cutoff that `sync_stream` is given, `>=`, even where the \
                 source filters by itself, as many do so by whole days. Do not stop at the first older record \
                 unless the source sorts by that very time. `schema TYPE` tells the times by which a type is \
                 measured (`x-cutoff`)."
            }
            Test::Resume => {
                "Call `context.state.set(..)` only after every record before it has been produced, with all that \
                 is needed to go on, counted from where the source begins and not from where this run did; read it first thing in `sync_stream` with `context.state.get()`. What threads \
                 fetch is put in order before it is produced (`in_order`). Where a cursor is no longer known, begin \
                 anew and say so. `connector_testing::assert_resumes` proves it in your tests."
            }
            Test::Cancel => {
                "Call `context.cancellation.check()?` in each loop, between pages and between records, and pass \
                 its error on: `Ok` means that all was read. Wait with `context.cancellation.sleep(..)` rather than `thread::sleep`; the HTTP kit \
                 asks by itself."
            }
            Test::MemoryFlat => {
                "Produce page by page rather than from one list of everything, let each page go before the next, \
                 and keep ids only where you must tell things apart. `in_order` keeps a bounded number of answers."
            }
            Test::Secrets => {
                "Mark the key with `#[schemars(extend(\"secret\" = true))]`, do not derive `Debug` for a struct \
                 that holds it, and send it in a header (`Auth` in the HTTP kit), never in a URL. Do not put the \
                 configuration into a state."
            }
            Test::Stdout => {
                "Use `context.logger`, or the macros of `log` or `tracing`, in place of `println!` and `dbg!`. A \
                 child process gets its output from `Command::output()` or `Stdio::piped()`."
            }
            Test::AfterReturn => {
                "Join every thread and await every task before the verb returns: `std::thread::scope`, `in_order`, \
                 `JoinSet::join_all`. `block_on` waits for its own future only."
            }
        }
    }

    /// All that `explain` says of it.
    pub(crate) fn explain(self) -> String {
        format!(
            "{} {}: {}\n\nWhy: {}\n\nHow to mend it: {}\n\nNeeds: {}.\n",
            self.number(),
            self.name(),
            self.title(),
            self.why(),
            self.mend(),
            self.need().in_words()
        )
    }
}
