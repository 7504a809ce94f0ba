//! `genesis.json` → the L2 genesis block and its hash, without an execution engine.
//!
//! The rules are op-geth's (`core/genesis.go`, `toBlockWithRoot`); op-reth's agree wherever the
//! Ethereum and the OP fork times of the file agree, and [`GenesisError::ForkPair`] reports it when they don't.

mod alloc;
mod config;
mod file;
mod number;
mod order;
mod predeploys;
mod premine;
#[cfg(test)]
mod tests;
mod window;

use std::{fs, io::Read, path::Path};

use alloy_consensus::{
    EMPTY_OMMER_ROOT_HASH, EMPTY_ROOT_HASH, Header, constants::EMPTY_WITHDRAWALS,
};
use alloy_primitives::{B64, B256, b256};

pub(crate) use self::config::{CONFIG, NUMBERS, OPTIMISM};
pub use self::config::{EngineConfig, Fallback};
use self::file::{File, read};
pub use self::predeploys::{Predeploys, Setter, Setters};
pub use self::premine::Premine;
use self::{alloc::State, config::Config, number::Quantity, window::Window};
use crate::{forks::ForkTimes, json::Hex};

/// `sha256("")`: the requests hash of a block without EIP-7685 requests.
const EMPTY_REQUESTS_HASH: B256 =
    b256!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
/// EIP-1559's initial base fee in wei, used when a London genesis names none.
const INITIAL_BASE_FEE: u64 = 1_000_000_000;
/// Bytes read at once: some 50 accounts, and little enough to stay in the processor's cache.
const STEP: usize = 256 * 1024;

/// The L2 genesis block that a genesis.json stands for.
#[derive(Debug, Clone)]
pub struct GenesisBlock {
    /// Hash of the block: what rollup.json calls `genesis.l2.hash`.
    pub hash: B256,
    /// The header that hashes to it.
    pub header: Header,
    /// `config.chainId`.
    pub chain_id: u64,
    /// OP fork times of `config`.
    pub forks: ForkTimes,
    /// Storage root of the `L2ToL1MessagePasser`, part of every output root.
    pub message_passer_root: B256,
    /// What else `config` says to an engine; `None` where the file has no `config`.
    pub engine: Option<EngineConfig>,
    /// What `alloc` puts behind the predeploys that every block depends on.
    pub predeploys: Predeploys,
    /// Balances that nobody deposited.
    pub premine: Premine,
}

/// Why a genesis.json has no hash.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum GenesisError {
    /// The file could not be read.
    #[error("cannot read {path}: {source}")]
    Read { path: String, source: std::io::Error },
    /// The input broke off.
    #[error("cannot read on: {0}")]
    Input(std::io::Error),
    /// Not JSON, or not of geth's genesis format.
    #[error("not a genesis.json in geth's format: {0}")]
    Format(#[from] serde_json::Error),
    /// The registry's older files carry `"config": null`; the forks then come from rollup.json.
    #[error(
        "\"config\" is missing: give the rollup.json too, its chain id and fork times are used \
            instead"
    )]
    NoConfig,
    /// op-geth and op-reth would compute different hashes.
    #[error(
        "{ethereum} and {optimism} disagree on whether they are active at genesis: engines would \
            compute different hashes"
    )]
    ForkPair { ethereum: &'static str, optimism: &'static str },
    /// London must be active from block 0 on an OP Stack chain.
    #[error("config.londonBlock is not 0: this is not an OP Stack genesis")]
    NotLondon,
    /// op-geth goes by Ethereum's rules without it.
    #[error("config.optimism is missing: this is not an OP Stack genesis")]
    NotOptimism,
    /// A rule of Ethereum that changes the genesis block, and that no OP Stack chain has.
    #[error("config.{0} is set: no OP Stack chain has that at genesis")]
    Foreign(&'static str),
    /// op-geth writes 4712388 in its place, op-reth does not.
    #[error("gasLimit is 0: engines would compute different hashes")]
    NoGas,
    /// `stateHash` replaces `alloc`; op-geth refuses both, and refuses it from Isthmus on.
    #[error("\"stateHash\" goes with an empty alloc and a genesis before Isthmus only")]
    StateHash,
}

impl GenesisBlock {
    /// Reads a file and computes its block. See [`GenesisBlock::from_reader`].
    pub fn from_file(path: &Path, fallback: Option<&Fallback>) -> Result<Self, GenesisError> {
        let file = fs::File::open(path).map_err(GenesisError::Input);
        file.and_then(|file| Self::from_reader(file, fallback)).map_err(|error| match error {
            GenesisError::Input(source) => {
                GenesisError::Read { path: path.display().to_string(), source }
            }
            other => other,
        })
    }

    /// Computes the genesis block of a genesis.json in memory. See [`GenesisBlock::from_reader`].
    pub fn from_json(json: &[u8], fallback: Option<&Fallback>) -> Result<Self, GenesisError> {
        Self::from_reader(json, fallback)
    }

    /// Computes the genesis block of a genesis.json, of which it never holds more than a few
    /// accounts. The input needs no buffer of its own.
    ///
    /// `fallback` stands in for a missing `config`, as in the superchain registry's older files.
    pub fn from_reader(
        input: impl Read,
        fallback: Option<&Fallback>,
    ) -> Result<Self, GenesisError> {
        Self::from_window(Window::new(input, STEP), fallback)
    }

    fn from_window(
        window: Window<impl Read>,
        fallback: Option<&Fallback>,
    ) -> Result<Self, GenesisError> {
        let (file, state) = read(window)?;
        let config = match (&file.config, fallback) {
            (Some(config), _) => config.clone(),
            (None, Some(fallback)) => fallback.into(),
            (None, None) => return Err(GenesisError::NoConfig),
        };
        config.check(file.timestamp.0)?;
        if file.gas_limit.0 == 0 {
            return Err(GenesisError::NoGas);
        }
        let header = header(&file, &state, &config)?;
        Ok(Self {
            hash: header.hash_slow(),
            header,
            chain_id: config.chain_id,
            forks: config.forks.clone(),
            message_passer_root: state.message_passer_root,
            engine: file.config.is_some().then(|| config.into_engine()),
            predeploys: state.predeploys,
            premine: state.premine,
        })
    }
}

fn header(file: &File, state: &State, config: &Config) -> Result<Header, GenesisError> {
    let timestamp = file.timestamp.0;
    let active = |time: Option<u64>| time.is_some_and(|time| time <= timestamp);
    let isthmus = active(config.forks.isthmus_time);
    let state_root = match &file.state_hash {
        None => state.root,
        Some(Hex(root)) if state.is_empty() && !isthmus => *root,
        Some(_) => return Err(GenesisError::StateHash),
    };
    let cancun = active(config.engine.cancun_time);
    let or_zero = |value: Option<Quantity<u64>>| value.map_or(0, |quantity| quantity.0);
    Ok(Header {
        parent_hash: file.parent_hash.0,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: file.coinbase.0,
        state_root,
        transactions_root: EMPTY_ROOT_HASH,
        receipts_root: EMPTY_ROOT_HASH,
        difficulty: file.difficulty.0,
        number: or_zero(file.number),
        gas_limit: file.gas_limit.0,
        gas_used: or_zero(file.gas_used),
        timestamp,
        extra_data: file.extra_data.0.clone(),
        mix_hash: file.mix_hash.0,
        nonce: B64::from(or_zero(file.nonce)),
        base_fee_per_gas: file
            .base_fee_per_gas
            .map(|fee| fee.0)
            .or_else(|| config.london().then_some(INITIAL_BASE_FEE)),
        withdrawals_root: if isthmus {
            Some(state.message_passer_root)
        } else {
            active(config.engine.shanghai_time).then_some(EMPTY_WITHDRAWALS)
        },
        blob_gas_used: cancun.then(|| or_zero(file.blob_gas_used)),
        excess_blob_gas: cancun
            .then(|| or_zero(file.excess_blob_gas))
            // op-geth takes an early excessBlobGas over as it stands.
            .or_else(|| file.excess_blob_gas.map(|gas| gas.0)),
        parent_beacon_block_root: cancun.then_some(B256::ZERO),
        requests_hash: active(config.engine.prague_time).then_some(EMPTY_REQUESTS_HASH),
        ..Header::default()
    })
}
