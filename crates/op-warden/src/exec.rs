//! `op-warden exec`.

use std::ffi::OsString;

use clap::Args;

use op_exec::Credential;

#[derive(Args)]
pub(crate) struct ExecArgs {
    /// Environment variable and the file that holds its value; may be repeated
    #[arg(long = "credential", value_name = "NAME=FILE")]
    credentials: Vec<Credential>,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "PROGRAM")]
    command: Vec<OsString>,
}

/// Returns only if the program could not be started.
pub(crate) fn exec(args: &ExecArgs) -> anyhow::Error {
    match args.command.split_first() {
        Some((program, rest)) => op_exec::exec(&args.credentials, program, rest).into(),
        None => anyhow::anyhow!("no program is given"),
    }
}
