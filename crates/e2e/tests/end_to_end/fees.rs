//! What the batcher pays on L1: the official op-batcher, with the devnet's arguments and production's rule that nothing
//! is sent twice, in the place of the devnet's own.

use std::{
    collections::BTreeMap,
    fs,
    io::{Error, ErrorKind},
    ops::RangeInclusive,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use e2e::devnet::{Devnet, Result, ensure};
use libtest_mimic::Completion;
use serde_json::{Value, json};
use test_kit::{
    http,
    node::{Answer, Node, Say},
};

use crate::{
    Outcome,
    gap::{pid, signal},
};

/// Of an L1 with fewer blocks op-batcher dies of `check-recent-txs-depth`.
const L1_BLOCKS: u64 = 6;
/// As production's.
const NOTHING_TWICE: [&str; 2] = ["--wait-node-sync=true", "--check-recent-txs-depth=4"];
/// For op-batcher to begin.
const BEGINNING: Duration = Duration::from_secs(2);
/// How long an L1 that lies is looked at.
const LOOK: Duration = Duration::from_secs(10);
/// For what must happen.
const PATIENCE: Duration = Duration::from_mins(2);
/// A tip that no chain asks for: 10^6 gwei, in wei.
const MAD_TIP: &str = "0x38d7ea4c68000";
/// Production's and the devnet's `txmgr.max-tip-cap`: 50 gwei, in wei.
const MAX_TIP: u128 = 50_000_000_000;

/// The batcher is killed with a transaction in flight, and no block of L2 is paid for twice.
pub(crate) fn once() -> Outcome {
    let world = World::start()?;
    let batcher = world.batcher(&world.l1)?;
    world.until("a batch of it on L1", || Ok(world.nonce("latest")? > world.begin))?;

    // The supervisor makes the blocks of L1: the transaction waits for one.
    let supervisor = u64::from(world.devnet.pid());
    let in_flight = || -> Result<bool> { Ok(world.nonce("pending")? > world.nonce("latest")?) };
    world.until("a transaction in flight", || {
        if !in_flight()? {
            return Ok(false);
        }
        signal(supervisor, "STOP")?;
        let is_caught = in_flight()?;
        if !is_caught {
            signal(supervisor, "CONT")?;
        }
        Ok(is_caught)
    })?;
    drop(batcher);
    // The transaction comes into a block that op-node has not seen when the second one begins.
    let node = pid(&world.devnet.status()?, "sequencer-node")?;
    signal(node, "STOP")?;
    signal(supervisor, "CONT")?;
    let in_block = || Ok(!in_flight()?);
    world.until("the transaction in a block", in_block)?;
    let more = world.nonce("latest")? + 4;
    let _again = world.batcher(&world.l1)?;
    sleep(BEGINNING);
    signal(node, "CONT")?;
    world.until("batches of the second", || Ok(world.nonce("latest")? >= more))?;

    let paid = world.paid()?;
    let mut seen: Option<u64> = None;
    for (channel, blocks) in &paid {
        ensure(seen.is_none_or(|seen| *blocks.start() > seen), || {
            format!("{channel} pays for {blocks:?} again: {paid:?}")
        })?;
        seen = Some(*blocks.end());
    }
    ensure(paid.len() >= 4, || format!("few channels: {paid:?}"))?;
    println!("    {} channels, up to block {}", paid.len(), seen.unwrap_or_default());
    Ok(Completion::Completed)
}

/// An L1 endpoint names a tip of 10^6 gwei: nothing is sent and nothing is paid, until it names another.
pub(crate) fn tip() -> Outcome {
    let world = World::start()?;
    let lies = Arc::new(AtomicBool::new(true));
    let proxy = Node::start(Lying { url: world.l1.clone(), lies: lies.clone() });
    let balance = world.balance()?;
    let _batcher = world.batcher(&proxy.url())?;
    world.until("a batch that is refused", || Ok(world.log()?.contains("tip cap")))?;
    sleep(LOOK);
    let left = world.balance()?;
    ensure(left == balance, || format!("it had {balance} and has {left}:\n{}", world.tail()))?;

    lies.store(false, Ordering::SeqCst);
    world.until("a batch at an honest tip", || Ok(world.nonce("latest")? > world.begin))?;
    for transaction in world.transactions()? {
        let tip = number(&transaction["maxPriorityFeePerGas"])?;
        ensure(tip <= MAX_TIP, || format!("a tip of {tip} wei: {transaction}"))?;
    }
    println!(
        "    nothing paid in {} s, then {} batches",
        LOOK.as_secs(),
        world.transactions()?.len()
    );
    Ok(Completion::Completed)
}

/// A devnet whose own batcher stands still.
struct World {
    devnet: Devnet,
    l1: String,
    address: String,
    /// The first nonce that is not its own batcher's.
    begin: u64,
    command: Vec<String>,
    environment: Vec<String>,
}

impl World {
    fn start() -> Result<Self> {
        let devnet = Devnet::up()?;
        let status = devnet.wait("blocks of L1", |status| {
            let l1 = status["heads"]["sequencer-node"]["head_l1"]["number"].as_u64();
            l1 >= Some(L1_BLOCKS)
        })?;
        let l1 = status["board"]["endpoints"]["l1"].as_str().ok_or("no L1")?.to_owned();
        let chain = fs::read_to_string(devnet.dir().join("chain/chain.json"))?;
        let chain: Value = serde_json::from_str(&chain)?;
        let address = chain["batcher"].as_str().ok_or("no batcher")?.to_owned();
        let own = pid(&status, "batcher")?;
        let words = |file: &str| -> Result<Vec<String>> {
            let text = String::from_utf8(fs::read(format!("/proc/{own}/{file}"))?)?;
            Ok(text.split('\0').filter(|word| !word.is_empty()).map(str::to_owned).collect())
        };
        let (command, environment) = (words("cmdline")?, words("environ")?);
        signal(own, "STOP")?;
        let world = Self { devnet, l1, address, begin: 0, command, environment };
        let settled = || Ok(world.nonce("pending")? == world.nonce("latest")?);
        world.until("the devnet's own batches on L1", settled)?;
        Ok(Self { begin: world.nonce("latest")?, ..world })
    }

    /// Of several values of a flag the last one counts, and any free port will do.
    fn batcher(&self, l1: &str) -> Result<Ending> {
        let (program, arguments) = self.command.split_first().ok_or("no program")?;
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log_path())?;
        let child = Command::new(program)
            .args(arguments)
            .args(["--rpc.port=0", "--metrics.port=0", &format!("--l1-eth-rpc={l1}")])
            .args(NOTHING_TWICE)
            .env_clear()
            .envs(self.environment.iter().filter_map(|variable| variable.split_once('=')))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        Ok(Ending(child))
    }

    fn until(&self, what: &str, is_there: impl Fn() -> Result<bool>) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !is_there()? {
            ensure(Instant::now() < deadline, || {
                format!("waited in vain for {what}:\n{}", self.tail())
            })?;
            sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    fn call(&self, method: &str, params: &Value) -> Result<Value> {
        Ok(http::call(&self.l1, method, params)?)
    }

    /// Of the batcher.
    fn nonce(&self, block: &str) -> Result<u64> {
        let nonce = self.call("eth_getTransactionCount", &json!([self.address, block]))?;
        Ok(u64::try_from(number(&nonce)?)?)
    }

    /// In wei.
    fn balance(&self) -> Result<u128> {
        number(&self.call("eth_getBalance", &json!([self.address, "latest"]))?)
    }

    /// The batches that are on L1 since the devnet's own batcher stands still, in their order.
    fn transactions(&self) -> Result<Vec<Value>> {
        let head = number(&self.call("eth_blockNumber", &json!([]))?)?;
        let mut ours = Vec::new();
        for block in 0..=head {
            let block = self.call("eth_getBlockByNumber", &json!([format!("{block:#x}"), true]))?;
            let all = block["transactions"].as_array().ok_or("no transactions")?;
            ours.extend(all.iter().filter(|one| one["from"] == self.address.as_str()).cloned());
        }
        ours.retain(|one| number(&one["nonce"]).is_ok_and(|nonce| nonce >= u128::from(self.begin)));
        Ok(ours)
    }

    /// The channels of these, and which blocks of L2 are in each, as op-batcher says.
    fn paid(&self) -> Result<Vec<(String, RangeInclusive<u64>)>> {
        let log = self.log()?;
        let closed: BTreeMap<&str, RangeInclusive<u64>> = log
            .lines()
            .filter(|line| line.contains("msg=\"Channel closed\""))
            .filter_map(|line| {
                Some((field(line, "id=")?, block(line, "oldest_l2=")?..=block(line, "latest_l2=")?))
            })
            .collect();
        let transactions = self.transactions()?;
        let channels = transactions.iter().map(|transaction| {
            // A version byte, then the first frame: its channel's id of 16 bytes.
            let channel = transaction["input"].as_str().and_then(|input| input.get(4..36));
            let channel = channel.ok_or("a batch without a frame")?;
            let blocks = closed.get(channel).ok_or_else(|| format!("{channel} was not closed"))?;
            Ok((channel.to_owned(), blocks.clone()))
        });
        channels.collect()
    }

    fn log_path(&self) -> PathBuf {
        self.devnet.dir().join("logs/another-batcher.log")
    }

    fn log(&self) -> Result<String> {
        Ok(fs::read_to_string(self.log_path())?)
    }

    fn tail(&self) -> String {
        let log = self.log().unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// A process that is killed with this.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The L1, as long as it lies with another tip.
struct Lying {
    url: String,
    lies: Arc<AtomicBool>,
}

impl Answer for Lying {
    fn call(&self, method: &str, params: &Value) -> Say {
        if method == "eth_maxPriorityFeePerGas" && self.lies.load(Ordering::SeqCst) {
            return Say::Result(json!(MAD_TIP));
        }
        match http::call(&self.url, method, params) {
            Ok(result) => Say::Result(result),
            Err(error) if error.kind() == ErrorKind::Other => Say::Error(-32000, said(&error)),
            Err(_) => Say::Nothing,
        }
    }
}

/// An answer of the L1 that is an error; there are few of them.
fn said(error: &Error) -> &'static str {
    error.to_string().leak()
}

fn number(quantity: &Value) -> Result<u128> {
    let digits = quantity.as_str().and_then(|text| text.strip_prefix("0x"));
    Ok(u128::from_str_radix(digits.ok_or_else(|| format!("no number: {quantity}"))?, 16)?)
}

/// What stands after a name in a line of an official program.
fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.split_once(&format!(" {name}"))?.1.split(' ').next()
}

/// The number of `0x…:7`.
fn block(line: &str, name: &str) -> Option<u64> {
    field(line, name)?.split_once(':')?.1.parse().ok()
}
