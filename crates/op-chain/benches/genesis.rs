//! genesis.json → block hash, and `op-geth init` on the same file beside it.

#![allow(clippy::unwrap_used, reason = "a benchmark may end at once")]

mod support;

use std::{
    fmt::Write as _,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use criterion::{Criterion, Throughput};
use op_chain::genesis::GenesisBlock;

use crate::support::{compare, official, succeed, time, timed};

const SMALL: &str = include_str!("../tests/data/genesis.json");
/// Chains of the superchain registry: a usual one, and the largest.
const CHAINS: [&str; 2] = ["sepolia-ink", "mainnet-fraxtal"];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let folder = tempfile::tempdir().unwrap();
    let [usual, large] = files(folder.path());
    bench(&mut criterion, &usual, official("op-geth"));
    // op-geth takes seconds for each run on this one.
    bench(&mut criterion, &large, None);
    criterion.final_summary();
}

fn bench(criterion: &mut Criterion, file: &Path, geth: Option<PathBuf>) {
    let mut group = criterion.benchmark_group("genesis");
    group.sample_size(10).warm_up_time(Duration::from_secs(1));
    group.throughput(Throughput::Bytes(fs::metadata(file).unwrap().len()));
    let name = file.file_stem().unwrap().to_string_lossy();
    let ours = time(&mut group, &format!("op-chain/{name}"), || {
        timed(|| GenesisBlock::from_file(file, None).unwrap())
    });
    let theirs = geth.and_then(|geth| {
        time(&mut group, &format!("op-geth init/{name}"), || {
            let data = tempfile::tempdir().unwrap();
            let mut init = Command::new(&geth);
            init.args(["init", "--state.scheme=hash", "--datadir"]).args([data.path(), file]);
            timed(|| succeed(&mut init))
        })
    });
    compare(file, ours, "op-geth init", theirs);
}

/// Uncompressed files of the registry, or one of the same shape.
fn files(folder: &Path) -> [PathBuf; 2] {
    let data = test_kit::data();
    let chains = CHAINS.map(|chain| (chain, data.join("genesis").join(chain)));
    if chains.iter().all(|(_, data)| data.join("genesis.json.zst").exists()) {
        return chains.map(|(chain, data)| {
            let file = folder.join(chain).with_extension("json");
            let packed = File::open(data.join("genesis.json.zst")).unwrap();
            zstd::stream::copy_decode(packed, File::create(&file).unwrap()).unwrap();
            file
        });
    }
    println!("NO REGISTRY FILES (OP_STACK_TEST_DATA names their folder): generated ones are timed");
    [("generated", 2_048), ("generated-large", 20_480)].map(|(name, proxies)| {
        let file = folder.join(name).with_extension("json");
        fs::write(&file, generated(proxies)).unwrap();
        file
    })
}

/// The test's chain with as many proxies, each with the code's length and the slots of real ones.
fn generated(proxies: u32) -> String {
    let code = "60806040".repeat(515);
    let mut accounts = String::new();
    for proxy in 0..proxies {
        write!(
            accounts,
            "\n\"43{proxy:038x}\": {{\"code\": \"0x{code}\", \"balance\": \"0x0\", \"storage\": {{\
             \"0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc\": \"0x{proxy:064x}\", \
             \"0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103\": \"0x{proxy:064x}\"}}}},"
        )
        .unwrap();
    }
    SMALL.replacen("\"alloc\": {", &format!("\"alloc\": {{{accounts}"), 1)
}
