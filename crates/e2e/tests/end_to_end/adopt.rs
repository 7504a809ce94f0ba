//! A deployment of the official op-deployer, taken over: inspected by the program, verified on its L1, locked.

use std::{fs, path::Path, process::Command};

use e2e::devnet::{Devnet, ensure};
use libtest_mimic::Completion;
use serde_json::{Value, json};
use test_kit::{Run, components, program::op_warden};

use crate::Outcome;

pub(crate) fn a_deployment(deployment: &Path) -> Outcome {
    let path: &'static str = Box::leak(deployment.display().to_string().into_boxed_str());
    let args: &'static [&'static str] = Box::leak(Box::new(["--l1-only", "--deployment", path]));
    let devnet = Devnet::up_with(args)?;
    let l1 = devnet.status()?["board"]["endpoints"]["l1"].as_str().ok_or("no L1")?.to_owned();
    // What op-devnet gave op-deployer: the state, begun at this L1's first block.
    let work = devnet.dir().join("chain/op-deployer");
    let folder = tempfile::tempdir()?;
    let dir = folder.path().join("chain");
    let adopt = |dir: &Path, work: &Path| {
        let mut command = Command::new(op_warden());
        command.args(["bootstrap", "adopt", "--json", "--l1", &l1, "--dir"]).arg(dir).arg(work);
        Run::of(command.arg("--op-deployer").arg(components().join("bin/op-deployer")))
    };
    let run = adopt(&dir, &work);
    run.exits(0)?;
    let told = run.json();
    println!("{told}");
    ensure(told["locked"] == true, || run.to_string())?;
    for name in ["genesis.json", "rollup.json"] {
        let [ours, theirs] = [&dir, devnet.dir()].map(|dir| fs::read(dir.join("chain").join(name)));
        ensure(ours? == theirs?, || format!("another {name} than op-devnet's"))?;
    }
    let skipped = |run: &Run| -> Vec<bool> {
        let steps = run.json()["steps"].as_array().cloned().unwrap_or_default();
        steps.iter().map(|step| step["skipped"] == true).collect()
    };
    // Again: what is there is not made again, and L1 is looked at.
    let run = adopt(&dir, &work);
    run.exits(0)?;
    ensure(skipped(&run) == [true, true, false, true], || run.to_string())?;
    // A file that was edited is.
    fs::write(dir.join("chain/rollup.json"), "{}")?;
    let run = adopt(&dir, &work);
    run.exits(0)?;
    ensure(skipped(&run) == [true, false, false, true], || run.to_string())?;

    // The same id from another block on: another genesis.
    let again = folder.path().join("again");
    fs::create_dir(&again)?;
    let mut state: Value = serde_json::from_slice(&fs::read(work.join("state.json"))?)?;
    let start = &mut state["opChainDeployments"][0]["startBlock"];
    let time = start["timestamp"].clone();
    start["timestamp"] = match time.as_u64() {
        Some(time) => json!(time + 2),
        None => json!("0x1"),
    };
    fs::write(again.join("state.json"), state.to_string())?;
    let before = fs::read(dir.join("chain/genesis.json"))?;
    let run = adopt(&dir, &again);
    ensure(run.code == Some(255) && run.stderr.contains("is locked"), || run.to_string())?;
    ensure(fs::read(dir.join("chain/genesis.json"))? == before, || "it was replaced".into())?;
    // An L1 that is gone locks nothing.
    devnet.down()?;
    let run = adopt(&folder.path().join("other"), &work);
    run.exits(75)?;
    ensure(run.json()["locked"] == false, || run.to_string())?;
    Ok(Completion::Completed)
}
