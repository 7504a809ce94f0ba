//! See the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    observation::cli::main()
}
