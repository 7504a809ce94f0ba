//! Real genesis files of the superchain registry against their published hashes.
//!
//! The files are not part of the project: `OP_STACK_TEST_DATA` names the folder, else
//! `../shared/data` beside the checkout is looked at.

use std::{env, fs, path::PathBuf};

use op_chain::{genesis::GenesisBlock, rollup::RollupConfig};

fn data() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let folder =
        env::var_os("OP_STACK_TEST_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    folder.join("genesis").is_dir().then_some(folder)
}

#[test]
fn published_hashes_are_recomputed() {
    let Some(data) = data() else {
        eprintln!("SKIPPED: no registry files; OP_STACK_TEST_DATA names their folder");
        return;
    };
    let mut seen = 0;
    for chain in fs::read_dir(data.join("genesis")).unwrap() {
        let folder = chain.unwrap().path();
        let json =
            zstd::decode_all(fs::File::open(folder.join("genesis.json.zst")).unwrap()).unwrap();
        let rollup: RollupConfig =
            serde_json::from_slice(&fs::read(folder.join("rollup.json")).unwrap()).unwrap();
        let started = std::time::Instant::now();
        let block = GenesisBlock::from_json(&json, None).unwrap();
        println!("{} {} bytes: {:?}", folder.display(), json.len(), started.elapsed());
        assert_eq!(block.hash, rollup.genesis.l2.hash, "{}", folder.display());
        assert_eq!(block.header.timestamp, rollup.genesis.l2_time, "{}", folder.display());
        assert_eq!(block.chain_id, rollup.l2_chain_id, "{}", folder.display());
        seen += 1;
    }
    assert!(seen > 0, "the folder is empty");
}
