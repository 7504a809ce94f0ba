//! The service definitions of `nix/stack`, evaluated by Nix where there is one.

use std::{collections::BTreeSet, fs, process::Command};

use libtest_mimic::Completion;
use op_chain::published::MNEMONICS;
use serde_json::Value;
use test_kit::{Run, components, nix, workspace};

use e2e::devnet::{Result, ensure};

use crate::Outcome;

/// A host with two followers.
const HOST: &str = r#"{
  l1 = { rpc = "https://l1.example"; beacon = "https://beacon.example"; beaconFallbacks = [ ]; rateLimit = null; maxBatchSize = null; chainId = 11155111; chainConfig = null; };
  chain = { genesis = "/chain/genesis.json"; rollup = "/chain/rollup.json"; l2ChainId = 20260619; };
  disputeGameFactory = "0x0000000000000000000000000000000000000001";
  honestActors = [ "0x0000000000000000000000000000000000000002" ];
  prestate = "/chain/prestate.bin.gz";
  p2p = { listenIp = _: "0.0.0.0"; advertiseIp = null; staticPeers = [ ]; bootnodes = "enode://…"; sequencer = "/ip4/…"; sequencerEngine = "enode://…"; engineIdentity = "/keys/p2p"; };
  followers = [ "one" "two" ];
}"#;

/// The published accounts are those that Foundry's own program derives from the mnemonics.
pub(crate) fn published() -> Outcome {
    let cast = components().join("node_modules/@foundry-rs/cast-linux-amd64/bin/cast");
    if !cast.is_file() {
        return Ok(Completion::ignored_with("no cast: run `cargo devnet build`"));
    }
    for published in MNEMONICS {
        for (index, account) in published.accounts.iter().enumerate() {
            let mut command = Command::new(&cast);
            command.args([
                "wallet",
                "address",
                "--mnemonic",
                published.mnemonic,
                "--mnemonic-index",
            ]);
            let run = Run::of(command.arg(index.to_string()));
            ensure(run.stdout.trim() == account.to_string(), || format!("{index}: {run}"))?;
        }
    }
    Ok(Completion::Completed)
}

/// What op-devnet runs is what nix/stack/devnet.nix evaluates to.
pub(crate) fn fresh() -> Outcome {
    if let Err(missing) = nix::is_there() {
        return Ok(Completion::ignored_with(missing));
    }
    for (engine, name) in [("geth", "stack.json"), ("reth", "stack-reth.json")] {
        let file = workspace().join("nix/stack/devnet.nix");
        let expression = format!("import {} {{ engine = \"{engine}\"; }}", file.display());
        let evaluated = nix::expression(&expression, &[])?;
        let kept = fs::read(workspace().join("crates/op-devnet").join(name))?;
        let kept: Value = serde_json::from_slice(&kept)?;
        ensure(evaluated == kept, || {
            format!("{name} is stale; nix/stack/devnet.nix says how to evaluate it again")
        })?;
    }
    Ok(Completion::Completed)
}

/// On one host no two services share a port, and nothing but P2P listens beyond loopback.
pub(crate) fn production() -> Outcome {
    if let Err(missing) = nix::is_there() {
        return Ok(Completion::ignored_with(missing));
    }
    for engine in ["reth", "geth"] {
        let file = workspace().join("nix/stack/production.nix");
        let expression =
            format!("import {} ({HOST} // {{ engine = \"{engine}\"; }})", file.display());
        let stack = nix::expression(&expression, &[])?;
        let services = stack["services"].as_object().ok_or("no services")?;
        ensure(services.len() == 10, || format!("{} services", services.len()))?;
        let mut ports = BTreeSet::new();
        for (name, service) in services {
            for port in service["ports"].as_object().into_iter().flat_map(|ports| ports.values()) {
                ensure(port.is_u64() && ports.insert(port.to_string()), || {
                    format!("{name} shares port {port} with another service")
                })?;
            }
            check_service(name, service)?;
        }
    }
    Ok(Completion::Completed)
}

fn check_service(name: &str, service: &Value) -> Result<()> {
    let args = service["args"].as_array().ok_or("no args")?;
    for arg in args.iter().filter_map(Value::as_str) {
        let (flag, value) = arg.split_once('=').unwrap_or((arg, ""));
        ensure(!flag.ends_with("addr") || value == "127.0.0.1", || {
            format!("{name} listens beyond loopback: {arg}")
        })?;
        ensure(!arg.contains("key=") || value.starts_with('/'), || {
            format!("{name} has a key in its arguments: {arg}")
        })?;
    }
    ensure(service["gate"]["gates"].as_array().is_some_and(|gates| gates.len() >= 5), || {
        format!("{name} has no gates")
    })?;
    ensure(service["image"]["repository"].is_string(), || format!("{name} has no image"))
}
