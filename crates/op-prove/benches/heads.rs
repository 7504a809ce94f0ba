//! A day of blocks on two real nodes compared, beside a loop of `cast block` over a part of them.

#![allow(clippy::unwrap_used, reason = "a benchmark may end at once")]

use std::{
    env,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use alloy_consensus::Header;
use alloy_primitives::hex;
use eth_rpc::Rpc;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use op_prove::{compare::Verdict, heads};
use serde::Deserialize as _;
use serde_json::{Value, json};

/// A day at two seconds.
const BLOCKS: u64 = 43_200;
/// Blocks of the loop: all of them would take a quarter of an hour.
const LOOPED: u64 = 100;
/// The machine has other work: the fastest counts.
const RUNS: u32 = 5;

fn main() {
    let bin = cache().join("node_modules/.bin");
    let (anvil, cast) = (bin.join("anvil"), bin.join("cast"));
    if !anvil.exists() || !cast.exists() {
        println!("NOT TIMED: there is no anvil in {} (cargo devnet build)", bin.display());
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let nodes = [Anvil::start(&anvil), Anvil::start(&anvil)];
    runtime.block_on(nodes[0].call("anvil_mine", &json!([1])));
    let state = a_day(&runtime.block_on(nodes[0].call("anvil_dumpState", &json!([]))));
    for node in &nodes {
        runtime.block_on(node.call("anvil_loadState", &json!([state])));
    }

    let plain = fastest(|| runtime.block_on(compare(&nodes, false)));
    let verified = fastest(|| runtime.block_on(compare(&nodes, true)));
    let each = cast_blocks(&cast, &nodes);
    let looped = each.mul_f64(2.0 * f64::from(u32::try_from(BLOCKS).unwrap()));
    println!("{BLOCKS} blocks of 2 nodes: {plain:.2?}; with every header verified {verified:.2?}");
    println!(
        "cast block: {each:.2?} a block, {looped:.0?} for as many: prove heads is {:.0} times as fast",
        looped.as_secs_f64() / plain.as_secs_f64()
    );
}

/// A state of anvil with a day of empty blocks after those that it has: anvil itself would mine them for
/// most of an hour.
fn a_day(state: &Value) -> String {
    let packed = hex::decode(state.as_str().unwrap()).unwrap();
    let mut state: Value = serde_json::from_reader(GzDecoder::new(&*packed)).unwrap();
    let blocks = state["blocks"].as_array_mut().unwrap();
    let header = |block: &Value| Header::deserialize(&block["header"]).unwrap();
    let mut last = blocks.iter().map(header).max_by_key(|header| header.number).unwrap();
    while last.number < BLOCKS {
        last = Header {
            parent_hash: last.hash_slow(),
            number: last.number + 1,
            timestamp: last.timestamp + 2,
            ..last
        };
        blocks.push(json!({"header": last, "transactions": [], "ommers": []}));
    }
    state["best_block_number"] = json!(BLOCKS);
    state["block"]["number"] = json!(format!("{BLOCKS:#x}"));
    state["block"]["timestamp"] = json!(format!("{:#x}", last.timestamp));
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    serde_json::to_writer(&mut packed, &state).unwrap();
    hex::encode_prefixed(packed.finish().unwrap())
}

async fn compare(nodes: &[Anvil; 2], verify: bool) {
    let options = heads::Options { to: Some(BLOCKS), verify, ..heads::Options::default() };
    let followers = [nodes[1].rpc()];
    let proof = heads::prove(&nodes[0].rpc(), &followers, options, |_, _| {}).await;
    let verdict = &proof.followers[0].result;
    assert!(matches!(verdict, Verdict::Equal { to: BLOCKS, .. }), "{verdict}");
}

fn fastest(run: impl Fn()) -> Duration {
    let timed = |_| {
        let began = Instant::now();
        run();
        began.elapsed()
    };
    (0..RUNS).map(timed).min().unwrap()
}

/// Time for one block of one node.
fn cast_blocks(cast: &PathBuf, nodes: &[Anvil; 2]) -> Duration {
    let began = Instant::now();
    for number in 0..LOOPED {
        for node in nodes {
            let mut command = Command::new(cast);
            command.args(["block", &number.to_string(), "--field", "hash", "--rpc-url", &node.url]);
            assert!(command.stdout(Stdio::null()).status().unwrap().success());
        }
    }
    began.elapsed() / u32::try_from(2 * LOOPED).unwrap()
}

/// A node, ended with the benchmark.
struct Anvil {
    process: Child,
    url: String,
}

impl Anvil {
    fn start(program: &PathBuf) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let process = Command::new(program)
            .args(["--silent", "--no-mining", "--no-request-size-limit", "--timestamp=1700000000"])
            .arg(format!("--port={}", address.port()))
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while std::net::TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "anvil does not answer");
            sleep(Duration::from_millis(20));
        }
        Self { process, url: format!("http://{address}") }
    }

    fn rpc(&self) -> Rpc {
        Rpc::new(&self.url, Duration::from_mins(5)).unwrap()
    }

    async fn call(&self, method: &'static str, params: &Value) -> Value {
        self.rpc().request(method, params).await.unwrap()
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The folder in which op-devnet builds the official programs.
fn cache() -> PathBuf {
    let target = || {
        let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target");
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.into(), PathBuf::from)
    };
    env::var_os("OP_DEVNET_CACHE").map_or_else(|| target().join("op-devnet"), PathBuf::from)
}
