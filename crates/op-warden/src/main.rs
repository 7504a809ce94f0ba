//! See the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    op_warden::cli::main()
}
