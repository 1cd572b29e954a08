//! The command line of capstruct.

use std::process::ExitCode;

fn main() -> ExitCode {
    capstruct::cli::main()
}
