//! A gate that refuses ends a proof at once: nothing that it waits for can hold any more.

use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

use e2e::devnet::{self, ensure};
use libtest_mimic::Completion;
use serde_json::Value;
use test_kit::{Run, program::op_devnet};

use crate::Outcome;

/// Account 7 of Foundry's published test mnemonic, which is not the chain's batcher.
const STRANGER: &str = "4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356";
/// The steps that can no longer hold would wait three minutes; a chain comes up in seconds.
const AT_ONCE: Duration = Duration::from_mins(2);

pub(crate) fn ends_the_proof() -> Outcome {
    // The official programs may have to be built first.
    let build = Run::of(Command::new(op_devnet()).arg("build"));
    ensure(build.code == Some(0), || build.to_string())?;
    for json in [true, false] {
        let dir = tempfile::tempdir()?;
        let keys = dir.path().join("keys");
        fs::create_dir(&keys)?;
        // A key that is there is left alone: an operator may bring it.
        fs::write(keys.join("batcher.key"), STRANGER)?;
        let start = Instant::now();
        let args: &[&str] = if json { &["--prove", "--json"] } else { &["--prove"] };
        let run =
            Run::of(Command::new(op_devnet()).args(["up", "--dir"]).arg(dir.path()).args(args));
        ensure(run.code == Some(1) && start.elapsed() < AT_ONCE, || run.to_string())?;
        if json {
            let proof: Value = serde_json::from_str(&run.stdout)?;
            shows_the_refusal(&proof)?;
        } else {
            // Others may read the key, too.
            let begins = "batcher: refuse (key-file, batcher-key)\n";
            ensure(run.stdout.starts_with(begins), || run.to_string())?;
            ensure(run.stdout.contains("refuse  batcher-key\n"), || run.to_string())?;
            ensure(run.stdout.ends_with("NOT PROVEN\n"), || run.to_string())?;
        }
        devnet::no_process_left(dir.path())?;
        ensure(!dir.path().join("logs/batcher.log").exists(), || "it was started".to_owned())?;
    }
    Ok(Completion::Completed)
}

fn shows_the_refusal(proof: &Value) -> devnet::Result<()> {
    let refused = &proof["refused"];
    ensure(proof["passed"] == false && refused["service"] == "batcher", || proof.to_string())?;
    let findings = refused["findings"].as_array().ok_or("no findings")?;
    let of_the_key = findings
        .iter()
        .any(|finding| finding["gate"] == "batcher-key" && finding["answer"] == "refuse");
    ensure(of_the_key, || proof.to_string())
}
