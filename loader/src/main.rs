//! The runner's binary. All of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    connector_loader::main()
}
