//! `op-warden bonds`: a bond on its whole way, on an L1 with the contracts and nothing else.

use std::{fs, path::Path, process::Command};

use e2e::devnet::{self, Devnet, Result, ensure};
use libtest_mimic::Completion;
use serde_json::{Value, json};
use test_kit::{Run, components, http, program::op_warden};

use crate::Outcome;

/// Account 9 of Foundry's published test mnemonic, which has no role.
const ANYBODY: &str = "2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6";
/// 0.08 ETH.
const BOND: u128 = 80_000_000_000_000_000;
/// Seconds: more than a game's clock, and more than `DelayedWETH` holds a bond back.
const CLOCK: u64 = 50;
const DELAY: u64 = 15;

pub(crate) fn come_back() -> Outcome {
    let run = Run::of(Command::new(test_kit::program::op_devnet()).arg("build"));
    ensure(run.code == Some(0), || run.to_string())?;
    let devnet = Devnet::up_with(&["--l1-only"])?;
    let chain = Chain::of(devnet.dir())?;
    ensure(chain.bonds(&[])?["bonds"] == json!([]), || "there is no game yet".to_owned())?;

    let key = fs::read_to_string(devnet.dir().join("keys/proposer.key"))?;
    let value = BOND.to_string();
    let l2_block = format!("0x{:064x}", 1);
    let root = format!("0x{}", "11".repeat(32));
    let create = ["create(uint32,bytes32,bytes)", "1", &root, &l2_block];
    chain.send(key.trim(), &["--value", &value, &chain.factory], &create)?;
    let in_play = chain.only("in-play")?;
    let game = in_play["game"].as_str().ok_or("no game")?;

    chain.pass(CLOCK)?;
    chain.send(ANYBODY, &[game], &["resolveClaim(uint256,uint256)", "0", "512"])?;
    chain.send(ANYBODY, &[game], &["resolve()"])?;
    let held = chain.only("held")?;
    ensure(held["until"].as_u64() > Some(0), || held.to_string())?;
    // Nothing is sent for what does not move.
    let anybody = devnet.dir().join("anybody.key");
    fs::write(&anybody, ANYBODY)?;
    let claim = ["--claim", "--key", anybody.to_str().ok_or("a path")?];
    ensure(chain.bonds(&claim)?["claimed"] == json!([]), || "it was claimed too early".to_owned())?;

    chain.pass(DELAY)?;
    chain.only("claimable")?;
    let before = chain.balance()?;
    let claimed = chain.bonds(&claim)?["claimed"].clone();
    ensure(claimed[0]["succeeded"] == true && claimed[0]["paid"] == true, || claimed.to_string())?;
    let after = chain.balance()?;
    ensure(after == before + BOND, || format!("{before} wei became {after}"))?;
    ensure(chain.bonds(&[])?["bonds"] == json!([]), || "it is still there".to_owned())?;
    devnet.down()?;
    devnet::no_process_left(devnet.dir())?;
    Ok(Completion::Completed)
}

struct Chain {
    config: std::path::PathBuf,
    l1: String,
    factory: String,
    proposer: String,
}

impl Chain {
    fn of(dir: &Path) -> Result<Self> {
        let read = |file: &str| -> Result<Value> {
            Ok(serde_json::from_slice(&fs::read(dir.join(file))?)?)
        };
        let (config, chain) = (read("op-warden.json")?, read("chain/chain.json")?);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(Self {
            config: dir.join("op-warden.json"),
            l1: text(&config["l1"]["rpc"]),
            factory: text(&chain["disputeGameFactory"]),
            proposer: text(&chain["proposer"]),
        })
    }

    fn bonds(&self, args: &[&str]) -> Result<Value> {
        let mut command = Command::new(op_warden());
        command.args(["bonds", "--json", "--config"]).arg(&self.config).args(args);
        let run = Run::of(&mut command);
        ensure(run.code == Some(0), || run.to_string())?;
        Ok(serde_json::from_str(&run.stdout)?)
    }

    /// The one bond, which is the proposer's and lies there.
    fn only(&self, place: &str) -> Result<Value> {
        let found = self.bonds(&[])?;
        let [bond] = found["bonds"].as_array().map_or(&[][..], Vec::as_slice) else {
            return Err(found.to_string().into());
        };
        let recipient = bond["recipient"].as_str().unwrap_or_default();
        let right = bond["place"] == place
            && recipient.eq_ignore_ascii_case(&self.proposer)
            && bond["amount"] == format!("{BOND:#x}");
        ensure(right, || format!("{place} was expected: {bond}"))?;
        Ok(bond.clone())
    }

    fn send(&self, key: &str, to: &[&str], call: &[&str]) -> Result<()> {
        let cast = components().join("node_modules/@foundry-rs/cast-linux-amd64/bin/cast");
        let mut command = Command::new(cast);
        command.args(["send", "--rpc-url", &self.l1, "--private-key", key]).args(to).args(call);
        let run = Run::of(&mut command);
        ensure(run.code == Some(0), || run.to_string())
    }

    fn pass(&self, seconds: u64) -> Result<()> {
        http::call(&self.l1, "evm_increaseTime", &json!([seconds]))?;
        http::call(&self.l1, "evm_mine", &json!([]))?;
        Ok(())
    }

    fn balance(&self) -> Result<u128> {
        let balance = http::call(&self.l1, "eth_getBalance", &json!([self.proposer, "latest"]))?;
        let digits = balance.as_str().unwrap_or_default().trim_start_matches("0x");
        Ok(u128::from_str_radix(digits, 16)?)
    }
}
