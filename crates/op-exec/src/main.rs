//! `op-exec`: puts files into environment variables and becomes the program.

use std::io::{Write as _, stderr, stdout};
use std::{env::args_os, ffi::OsString, fmt::Display, process::ExitCode};

use op_exec::{Credential, exec};

const HELP: &str = "\
Puts files into environment variables and becomes the program

Usage: op-exec [--credential NAME=FILE]... -- PROGRAM [ARGS]...

Options:
      --credential NAME=FILE  Environment variable and the file that holds its value; may be repeated
  -h, --help                  Print help
  -V, --version               Print version

Exit codes: those of the program, or 255 if it was not started.

Example: op-exec --credential OP_BATCHER_PRIVATE_KEY=/run/keys/batcher -- op-batcher --l1-eth-rpc=http://127.0.0.1:8545
";

/// What the command line asks for.
enum Request {
    Help,
    Version,
    Exec { credentials: Vec<Credential>, program: OsString, args: Vec<OsString> },
}

fn main() -> ExitCode {
    match parse(args_os().skip(1)) {
        Ok(Request::Help) => print(HELP),
        Ok(Request::Version) => print(format_args!("op-exec {}\n", env!("CARGO_PKG_VERSION"))),
        Ok(Request::Exec { credentials, program, args }) => {
            fail(exec(&credentials, &program, &args))
        }
        Err(error) => fail(format_args!("{error}\n\nop-exec --help shows how it is used")),
    }
}

fn print(text: impl Display) -> ExitCode {
    // Nothing is left to do if the terminal is gone.
    let _ = write!(stdout(), "{text}");
    ExitCode::SUCCESS
}

fn fail(error: impl Display) -> ExitCode {
    // Nothing is left to do if the terminal is gone.
    let _ = writeln!(stderr(), "op-exec: {error}");
    ExitCode::from(255)
}

fn parse(mut args: impl Iterator<Item = OsString>) -> Result<Request, String> {
    const FLAG: &str = "--credential";
    let mut credentials = Vec::new();
    while let Some(arg) = args.next() {
        let arg = arg.to_str().ok_or("an argument before -- is not text")?;
        let credential = match arg {
            "-h" | "--help" => return Ok(Request::Help),
            "-V" | "--version" => return Ok(Request::Version),
            "--" => {
                let program = args.next().ok_or("there is no program behind --")?;
                return Ok(Request::Exec { credentials, program, args: args.collect() });
            }
            FLAG => args
                .next()
                .and_then(|value| value.into_string().ok())
                .ok_or("--credential has no NAME=FILE")?,
            // An argument may be a secret in the wrong place: it is not repeated.
            _ => arg
                .strip_prefix(FLAG)
                .and_then(|rest| rest.strip_prefix('='))
                .ok_or("only --credential NAME=FILE may stand before --")?
                .to_owned(),
        };
        credentials.push(credential.parse().map_err(|error| format!("--credential: {error}"))?);
    }
    Err("there is no -- with the program behind it".to_owned())
}
