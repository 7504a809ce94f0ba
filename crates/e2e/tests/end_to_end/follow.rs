//! Somebody else's chain, followed from its bundle alone: a devnet is the somebody else.

use std::{fs, path::Path, process::Command};

use e2e::devnet::{Devnet, Result, ensure, no_process_left};
use libtest_mimic::Completion;
use serde_json::{Value, json};
use test_kit::{Run, http, program::op_devnet, program::op_warden};

use crate::Outcome;

/// From the operator's announcement to a follower that has all blocks, and what is refused on the way.
pub(crate) fn by_the_bundle() -> Outcome {
    let devnet = Devnet::up()?;
    faucet(&devnet)?;
    let folder = tempfile::tempdir()?;
    let [key, bundle, follower] =
        ["key", "bundle", "follower"].map(|name| folder.path().join(name));
    let public = warden(&["bundle", "key", "--json", "--out", text(&key)?])?.json()["publicKey"]
        .as_str()
        .ok_or("no key")?
        .to_owned();
    let publish = publish(&devnet, &key, &bundle)?;
    let publish = publish.iter().map(String::as_str).collect::<Vec<_>>();
    published(&publish)?;

    let follow = |dir: &Path, place: &Path, more: &[&str]| -> Result<Run> {
        let mut command = Command::new(op_devnet());
        command.arg("follow").arg(place).args(["--key", &public, "--dir"]).arg(dir);
        Ok(Run::of(command.args(["--prove=240", "--json"]).args(more)))
    };
    let run = follow(&follower, &bundle, &[])?;
    run.exits(0)?;
    let told = run.json();
    println!("{told}");
    let safe = told["safe"]["to"].as_u64().or(told["safe"]["head"].as_u64());
    ensure(told["equal"] == true && safe > Some(0), || run.to_string())?;
    ensure(run.stderr.contains("equal up to block"), || run.to_string())?;
    no_process_left(&follower)?;

    // The folder is the follower's, and holds the published files.
    let kept = fs::read(follower.join("bundle/genesis.json"))?;
    ensure(kept == fs::read(devnet.dir().join("chain/genesis.json"))?, || {
        "another genesis".into()
    })?;
    let up = Run::of(Command::new(op_devnet()).args(["up", "--l1-only", "--dir"]).arg(&follower));
    ensure(up.code == Some(1) && up.stderr.contains("somebody else"), || up.to_string())?;
    ensure(follower.join("bundle/manifest.json").exists(), || "the bundle is gone".into())?;

    // A bundle with another byte starts nothing.
    let path = bundle.join("rollup.json");
    let right = fs::read(&path)?;
    let mut wrong: Value = serde_json::from_slice(&right)?;
    wrong["block_time"] = json!(3);
    fs::write(&path, wrong.to_string())?;
    let other = folder.path().join("other");
    let run = follow(&other, &bundle, &[])?;
    ensure(
        run.code == Some(1) && run.stderr.contains("rollup.json is not the one that is signed"),
        || run.to_string(),
    )?;
    ensure(!other.join("data").exists(), || "something was started".into())?;
    fs::write(&path, right)?;

    redeployed(devnet.dir(), &publish)?;
    devnet.down()?;
    Ok(Completion::Completed)
}

/// ETH for somebody who has none.
fn faucet(devnet: &Devnet) -> Result<()> {
    let to = "0x1a00000000000000000000000000000000000001";
    let mut command = Command::new(op_devnet());
    command.args(["faucet", to, "--eth", "0.5", "--json", "--dir"]).arg(devnet.dir());
    let run = Run::of(&mut command);
    run.exits(0)?;
    let status = devnet.status()?;
    let url = status["board"]["endpoints"]["sequencer-engine"].as_str().ok_or("no endpoint")?;
    let balance = http::call(url, "eth_getBalance", &json!([to, "latest"]))?;
    ensure(balance == "0x6f05b59d3b20000", || format!("{balance} after {run}"))
}

/// A chain that was made anew is not published under the id of the one that is.
fn redeployed(chain: &Path, publish: &[&str]) -> Result<()> {
    let path = chain.join("chain/genesis.json");
    let mut genesis: Value = serde_json::from_slice(&fs::read(&path)?)?;
    genesis["extraData"] = json!("0x0badc0de");
    let config = chain.join("again.json");
    let mut edited: Value = serde_json::from_slice(&fs::read(chain.join("op-warden.json"))?)?;
    for (field, name) in [("genesis", "again-genesis.json"), ("rollup", "again-rollup.json")] {
        edited["chain"][field] = json!(chain.join(name));
    }
    fs::write(chain.join("again-genesis.json"), genesis.to_string())?;
    let hash = warden(&["genesis", "hash", text(&chain.join("again-genesis.json"))?, "--json"])?;
    let mut rollup: Value = serde_json::from_slice(&fs::read(chain.join("chain/rollup.json"))?)?;
    rollup["genesis"]["l2"]["hash"] = hash.json()["hash"].clone();
    fs::write(chain.join("again-rollup.json"), rollup.to_string())?;
    fs::write(&config, edited.to_string())?;
    let mut args = publish.to_vec();
    args[1] = "create";
    let place = args.iter().position(|arg| *arg == "--config").ok_or("no --config")?;
    args[place + 1] = text(&config)?;
    let run = Run::of(Command::new(op_warden()).args(&args));
    ensure(run.code == Some(255) && run.stderr.contains("is locked"), || run.to_string())
}

/// The chain is announced once it stands, and not before.
fn published(publish: &[&str]) -> Result<()> {
    for _ in 0..120 {
        let run = Run::of(Command::new(op_warden()).args(publish));
        match run.code {
            Some(0) => {
                println!("{run}");
                return ensure(run.stdout.contains("✓ one follower"), || run.to_string());
            }
            Some(75) => std::thread::sleep(std::time::Duration::from_secs(1)),
            _ => return Err(run.to_string().into()),
        }
    }
    Err("the chain did not stand within two minutes".into())
}

/// The command that announces the devnet's chain, with the peers that its own follower has.
fn publish(devnet: &Devnet, key: &Path, bundle: &Path) -> Result<Vec<String>> {
    let config = devnet.dir().join("op-warden.json");
    let read: Value = serde_json::from_slice(&fs::read(&config)?)?;
    let flag = |service: &str, flag: &str| -> Result<String> {
        let args = read["services"][service]["command"]["args"].as_array().ok_or("no arguments")?;
        let value = args.iter().find_map(|arg| arg.as_str()?.strip_prefix(&format!("--{flag}=")));
        Ok(value.ok_or_else(|| format!("{service} has no --{flag}"))?.to_owned())
    };
    let url = |name: &str| -> Result<&str> { Ok(read["l1"][name].as_str().ok_or("no URL")?) };
    Ok(vec![
        "bundle".to_owned(),
        "publish".to_owned(),
        text(bundle)?.to_owned(),
        "--config".to_owned(),
        text(&config)?.to_owned(),
        "--key".to_owned(),
        text(key)?.to_owned(),
        "--rpc".to_owned(),
        flag("follower-1-engine", "rollup.sequencerhttp")?,
        "--l1".to_owned(),
        url("rpc")?.to_owned(),
        "--beacon".to_owned(),
        url("beacon")?.to_owned(),
        "--peer".to_owned(),
        flag("follower-1-node", "p2p.static")?,
        "--bootnode".to_owned(),
        flag("follower-1-node", "p2p.bootnodes")?,
    ])
}

fn warden(args: &[&str]) -> Result<Run> {
    let run = Run::of(Command::new(op_warden()).args(args));
    run.exits(0)?;
    Ok(run)
}

fn text(path: &Path) -> Result<&str> {
    Ok(path.to_str().ok_or("a path that is no text")?)
}
