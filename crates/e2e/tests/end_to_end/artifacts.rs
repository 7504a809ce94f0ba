//! The chain of op-contracts artifacts, which are the caller's: op-deployer makes it once.

use std::{env, path::Path, process::Command};

use e2e::devnet::{self, ensure};
use libtest_mimic::Completion;
use test_kit::{Run, program::op_devnet};

use crate::{Outcome, proof};

const VARIABLE: &str = "OP_CONTRACTS_ARTIFACTS";

/// Everything of a proof, on the clocks of the intent that op-devnet writes; and a second chain of the same
/// artifacts, which op-deployer does not make again.
pub(crate) fn proven_and_cached() -> Outcome {
    let artifacts = match (devnet::missing_tools(), env::var(VARIABLE)) {
        (Some(missing), _) => return Ok(Completion::ignored_with(missing)),
        (None, Err(_)) => {
            return Ok(Completion::ignored_with(format!(
                "no artifacts of op-contracts: {VARIABLE} names a forge-artifacts folder, or the archive of a \
                 release, that op-deployer takes"
            )));
        }
        (None, Ok(artifacts)) => artifacts,
    };
    proof(&["--prove=full", "--artifacts", &artifacts])?;
    second(Path::new(&artifacts))
}

fn second(artifacts: &Path) -> Outcome {
    let dir = tempfile::tempdir()?;
    let mut up = Command::new(op_devnet());
    let run = Run::of(
        up.args(["up", "--prove", "--dir"]).arg(dir.path()).arg("--artifacts").arg(artifacts),
    );
    ensure(run.code == Some(0) && run.stdout.contains("\nPROVEN\n"), || format!("{run}"))?;
    ensure(run.stdout.contains("contracts: op-contracts artifacts "), || format!("{run}"))?;
    ensure(!run.stderr.contains("op-deployer makes the chain"), || format!("{run}"))?;
    println!("{}", run.stdout);
    devnet::no_process_left(dir.path())?;
    Ok(Completion::Completed)
}
