//! The parsers of op-chain, and what has to hold of whatever they take.

use alloy_primitives::{Address, U64};
use eth_rpc::{Answers, Batch, key::SecretKey};
use flate2::bufread::MultiGzDecoder;
use op_chain::{
    contracts::SystemConfig::batcherHashCall,
    forks::ForkTimes,
    genesis::{Fallback, GenesisBlock},
    prestate::Prestate,
    rollup::RollupConfig,
};

/// A parser by the name of its corpus.
type Target = (&'static str, fn(&[u8]));

/// Every one.
pub(crate) const TARGETS: [Target; 6] = [
    ("genesis", genesis),
    ("rollup", rollup),
    ("prestate", prestate),
    ("prestate_gzip", prestate_gzip),
    ("key", key),
    ("answers", answers),
];

/// genesis.json: what has a hash has it however it is read.
fn genesis(bytes: &[u8]) {
    let fallback = Fallback { chain_id: 1, forks: ForkTimes::default() };
    let with_fallback = GenesisBlock::from_json(bytes, Some(&fallback));
    if let Ok(block) = GenesisBlock::from_json(bytes, None) {
        assert_eq!(with_fallback.ok().map(|other| other.hash), Some(block.hash));
        assert_eq!(block.header.hash_slow(), block.hash);
    }
}

/// rollup.json: what was read survives being written.
fn rollup(bytes: &[u8]) {
    if let Ok(config) = serde_json::from_slice::<RollupConfig>(bytes) {
        let text = serde_json::to_vec(&config).unwrap();
        assert_eq!(serde_json::from_slice::<RollupConfig>(&text).unwrap(), config);
    }
}

/// A prestate as it lies in memory.
fn prestate(bytes: &[u8]) {
    if let Ok(state) = Prestate::from_reader(bytes) {
        assert_eq!(state.exited, state.hash[0] != 3);
    }
}

/// A prestate in a `.bin.gz`.
fn prestate_gzip(bytes: &[u8]) {
    drop(Prestate::from_reader(MultiGzDecoder::new(bytes)));
}

/// A key file: what was read survives being written, and is not shown.
fn key(bytes: &[u8]) {
    if let Ok(key) = SecretKey::from_hex(bytes.trim_ascii()) {
        let hex = key.to_hex();
        assert_eq!(SecretKey::from_hex(hex.as_bytes()).unwrap().address(), key.address());
        assert!(!format!("{key:?}").contains(hex.as_str()));
    }
}

/// The answers to a batch of every kind of call.
fn answers(bytes: &[u8]) {
    let mut batch = Batch::default();
    let id = batch.chain_id();
    let head = batch.head("latest");
    let code = batch.request::<alloy_primitives::Bytes>("eth_getCode", ());
    let hash = batch.call(Address::ZERO, &batcherHashCall {});
    let answers = Answers::read(bytes, 4);
    drop::<Result<U64, _>>(answers.take(&id));
    drop(answers.take(&head));
    drop(answers.take(&code));
    drop(answers.take(&hash));
}
