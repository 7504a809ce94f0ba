//! The NixOS module without a machine to build it on, in layers. What a layer needs and does not
//! find makes it ignored, with the reason.

mod alertmanager;
mod argv;
mod bench;
mod chain;
mod eval;
mod forge;
mod host;
mod incidents;
mod l1;
mod operator;
mod sandbox;
mod scripts;
mod sops;
mod support;
mod tools;
mod witness;

use std::process::ExitCode;

use libtest_mimic::Arguments;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // An evaluation of NixOS takes up to a gigabyte.
    arguments.test_threads.get_or_insert(2);
    let trials = [
        eval::trials(),
        argv::trials(),
        sandbox::trials(),
        scripts::trials(),
        chain::trials(),
        witness::trials(),
        forge::trials(),
        sops::trials(),
    ];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_code()
}
