//! The NixOS module's own units on a real systemd with a real podman: gated off while keys are
//! missing, refused with a wrong one, up once they are right, gone after the switch to disabled.
//!
//! `OP_STACK_TEST_TOOLS` names the folder of the tools that evaluate a NixOS host and boot it without
//! a build, `NIXOS_TREE` and `HOST_ROOT` their inputs. Where one is missing, the test says so.

mod argv;
mod chain;
mod host;
mod l1;
mod tools;

use std::{env, process::ExitCode};

use libtest_mimic::{Arguments, Completion, Trial};
use tools::Tools;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::ignorable_test("the_official_programs_accept_their_arguments", || {
            Ok(argv::accepted()?)
        }),
        Trial::ignorable_test("the_modules_units_run_the_chain", || match Tools::find() {
            Ok(tools) => Ok(chain::whole_life(&tools).map(|()| Completion::Completed)?),
            Err(missing) => Ok(Completion::ignored_with(missing)),
        }),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn ensure(holds: bool, message: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(message().into()) }
}

/// The folder with the official programs that op-devnet builds.
fn cache() -> std::path::PathBuf {
    env::var_os("OP_DEVNET_CACHE")
        .map_or_else(|| tools::workspace().join("target/op-devnet"), Into::into)
}
