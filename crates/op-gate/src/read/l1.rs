//! What L1 says, in two batches: the second asks for what follows from the answers to the first.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use alloy_primitives::{Address, B256, U256};
use eth_rpc::{AccountProof, Batch, BlockHead, Limits, Reading, Rpc};
use op_chain::{
    contracts::{OptimismPortal, SystemConfig},
    rollup::RollupConfig,
};

use crate::read::{
    FactsError,
    agreement::{self, Other},
    clock,
    contracts::{ChainContracts, ContractSlots},
    funding::{self, Spending},
    games::{self, Game, GameSlots},
    proofs,
};
use crate::{
    Gate,
    config::{Config, Service},
};

/// What L1 says.
#[derive(Debug)]
pub struct L1Facts {
    /// The endpoint, as it may be shown.
    pub shown: String,
    /// `eth_chainId`.
    pub chain_id: Reading<u64>,
    /// The canonical block at the L1 origin's number.
    pub origin: Reading<Option<BlockHead>>,
    /// The newest block.
    pub latest: Reading<Option<BlockHead>>,
    /// The newest block that L1 will never give up.
    pub finalized: Reading<Option<BlockHead>>,
    /// `SystemConfig.batcherHash()`.
    pub batcher_hash: Reading<B256>,
    /// `SystemConfig.unsafeBlockSigner()`.
    pub unsafe_block_signer: Reading<Address>,
    /// `SystemConfig.disputeGameFactory()`.
    pub dispute_game_factory: Reading<Address>,
    /// `OptimismPortal.respectedGameType()`.
    pub respected_game_type: Reading<u32>,
    /// What the chain's contracts say of each other.
    pub contracts: ChainContracts,
    /// Game types that a service works with.
    pub games: BTreeMap<u32, Game>,
    /// Balances of the keys' accounts, in wei.
    pub balances: BTreeMap<Address, Reading<U256>>,
    /// What accounts spent of late, where a service is judged by its funds.
    pub spending: BTreeMap<Address, Spending>,
    /// What the other endpoints say, in the order of the configuration, where a service is judged by it.
    pub others: Vec<Result<Other, FactsError>>,
    /// Seconds since the Unix epoch, by the host's clock, when the newest block was read.
    pub read_at: u64,
    /// `eth_getProof` of `SystemConfig`, where a service needs proofs.
    pub proof: Option<Reading<AccountProof>>,
    /// Whether there is an answer to the first batch.
    pub answered: Reading<()>,
    /// How often the endpoint said that it was asked too much.
    pub limits: Limits,
}

impl L1Facts {
    pub(super) async fn read(
        l1: &Rpc,
        config: &Config,
        rollup: &RollupConfig,
        services: &[&Service],
        key: impl Fn(&Service) -> Option<Address>,
        patience: Duration,
    ) -> Self {
        let system_config = rollup.l1_system_config_address;
        let mut batch = Batch::default();
        let chain_id = batch.chain_id();
        let origin = batch.block(rollup.genesis.l1.number);
        let latest = batch.head("latest");
        let finalized = batch.head("finalized");
        let batcher_hash = batch.call(system_config, &SystemConfig::batcherHashCall {});
        let signer = batch.call(system_config, &SystemConfig::unsafeBlockSignerCall {});
        let factory = batch.call(system_config, &SystemConfig::disputeGameFactoryCall {});
        let respected =
            batch.call(rollup.deposit_contract_address, &OptimismPortal::respectedGameTypeCall {});
        let contracts = ContractSlots::ask(&mut batch, rollup, config.chain.dispute_game_factory);
        let game_types: BTreeSet<u32> =
            services.iter().filter_map(|service| service.game_type).collect();
        let games: Vec<_> = game_types
            .into_iter()
            .map(|game_type| {
                GameSlots::ask(&mut batch, config.chain.dispute_game_factory, game_type)
            })
            .collect();
        let accounts: BTreeSet<Address> =
            services.iter().filter_map(|service| key(service)).collect();
        let balances: Vec<_> =
            accounts.into_iter().map(|account| (account, batch.balance(account))).collect();
        let proofs = services.iter().any(|service| proofs::are_needed(service));
        let proof = proofs.then(|| batch.proof(system_config, proofs::SIGNER_SLOT));
        let first = l1.send(batch).await;
        let read_at = clock::unix_now();

        let latest = first.take(&latest);
        let spenders = services.iter().filter(|service| service.gates.contains(&Gate::Funding));
        let spenders: BTreeSet<Address> = spenders.filter_map(|service| key(service)).collect();
        let mut batch = Batch::default();
        let games = games::ask_implementations(&mut batch, games, &first);
        let spending = funding::ask(&mut batch, &spenders, &latest);
        let finalized = first.take(&finalized);
        let (second, others) = tokio::join!(
            l1.send(batch),
            agreement::read(
                if services.iter().any(|service| service.gates.contains(&Gate::L1Agreement)) {
                    &config.l1.others
                } else {
                    &[]
                },
                rollup.genesis.l1.number,
                finalized.as_ref().ok().and_then(Option::as_ref).map(|block| block.number.to()),
                patience,
            ),
        );

        Self {
            shown: l1.shown(),
            chain_id: first.take(&chain_id).map(|id| id.to()),
            origin: first.take(&origin),
            latest,
            finalized,
            batcher_hash: first.take(&batcher_hash),
            unsafe_block_signer: first.take(&signer),
            dispute_game_factory: first.take(&factory),
            respected_game_type: first.take(&respected),
            contracts: contracts.read(&first),
            games: games::read(games, &second),
            balances: balances
                .into_iter()
                .map(|(account, slot)| (account, first.take(&slot)))
                .collect(),
            spending: funding::read(&spending, &second),
            read_at,
            others,
            proof: proof.map(|proof| first.take(&proof)),
            answered: first.whole(),
            limits: l1.limits(),
        }
    }
}
