//! What L1 says, in two batches: the second asks for what follows from the answers to the first.

pub mod agreement;
pub mod beacon;
pub mod contracts;
pub mod funding;
pub mod games;
pub mod proofs;

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, U64, U256};
use eth_rpc::{AccountProof, Batch, BlockHead, Limits, Reading, Slot};
use op_chain::contracts::{OptimismPortal, SystemConfig};
use op_util::time::unix_now;

use self::contracts::{ChainContracts, ContractSlots};
use self::games::{Game, GameSlots};
use self::{agreement::Other, beacon::BeaconFacts, funding::PastBalance, proofs::SIGNER_SLOT};
use crate::gate::Gate;
use crate::read::{error::FactsError, request::Request};

/// What L1 says.
#[derive(Debug)]
pub struct L1Facts {
    /// The endpoint, without what is secret in its URL.
    pub endpoint: String,
    pub chain_id: Reading<u64>,
    /// The canonical block at the L1 origin's number.
    pub origin: Reading<Option<BlockHead>>,
    pub latest: Reading<Option<BlockHead>>,
    pub finalized: Reading<Option<BlockHead>>,
    pub batcher_hash: Reading<B256>,
    pub unsafe_block_signer: Reading<Address>,
    pub dispute_game_factory: Reading<Address>,
    /// `OptimismPortal.respectedGameType()`.
    pub respected_game_type: Reading<u32>,
    pub contracts: ChainContracts,
    pub games: BTreeMap<u32, Game>,
    /// Balances of the keys' accounts, in wei.
    pub balances: BTreeMap<Address, Reading<U256>>,
    /// Balances of the accounts in the past, the oldest first, where a service is judged by its funds.
    pub past_balances: BTreeMap<Address, Vec<PastBalance>>,
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
    /// What the beacon node says, where there is one and a service is judged by it.
    pub beacon: Option<Result<BeaconFacts, FactsError>>,
}

/// What the first batch asks for, and the second may need.
struct FirstSlots {
    chain_id: Slot<U64>,
    origin: Slot<Option<BlockHead>>,
    latest: Slot<Option<BlockHead>>,
    finalized: Slot<Option<BlockHead>>,
    batcher_hash: Slot<B256>,
    unsafe_block_signer: Slot<Address>,
    dispute_game_factory: Slot<Address>,
    respected_game_type: Slot<u32>,
    contracts: ContractSlots,
    games: Vec<GameSlots>,
    balances: Vec<(Address, Slot<U256>)>,
    proof: Option<Slot<AccountProof>>,
}

impl FirstSlots {
    fn ask(batch: &mut Batch, request: &Request<'_>) -> Self {
        let Request { config, services, rollup, .. } = request;
        let (system_config, portal) =
            (rollup.l1_system_config_address, rollup.deposit_contract_address);
        let factory = config.chain.dispute_game_factory;
        let game_types: BTreeSet<u32> =
            services.iter().filter_map(|service| service.game_type).collect();
        let accounts: BTreeSet<Address> =
            services.iter().filter_map(|service| request.account(service)).collect();
        let proofs = services.iter().any(|service| proofs::are_needed(service));
        Self {
            chain_id: batch.chain_id(),
            origin: batch.block(rollup.genesis.l1.number),
            latest: batch.head("latest"),
            finalized: batch.head("finalized"),
            batcher_hash: batch.call(system_config, &SystemConfig::batcherHashCall {}),
            unsafe_block_signer: batch.call(system_config, &SystemConfig::unsafeBlockSignerCall {}),
            dispute_game_factory: batch
                .call(system_config, &SystemConfig::disputeGameFactoryCall {}),
            respected_game_type: batch.call(portal, &OptimismPortal::respectedGameTypeCall {}),
            contracts: ContractSlots::ask(batch, rollup, factory),
            games: game_types
                .into_iter()
                .map(|game_type| GameSlots::ask(batch, factory, game_type))
                .collect(),
            balances: accounts
                .into_iter()
                .map(|account| (account, batch.balance(account)))
                .collect(),
            proof: proofs.then(|| batch.proof(system_config, SIGNER_SLOT)),
        }
    }
}

impl L1Facts {
    pub(super) async fn read(request: &Request<'_>) -> Self {
        let l1 = &request.l1;
        let mut batch = Batch::default();
        let slots = FirstSlots::ask(&mut batch, request);
        let first = l1.send(batch).await;
        let read_at = unix_now();

        let (latest, finalized) = (first.take(&slots.latest), first.take(&slots.finalized));
        let spenders: BTreeSet<Address> = request
            .judged_by(Gate::Funding)
            .filter_map(|service| request.account(service))
            .collect();
        let mut batch = Batch::default();
        let games = games::ask_implementations(&mut batch, slots.games, &first);
        let past = funding::ask(&mut batch, &spenders, &latest);
        let last_final =
            finalized.as_ref().ok().and_then(Option::as_ref).map(|block| block.number.to());
        let (second, others, beacon) = tokio::join!(
            l1.send(batch),
            agreement::read(request, last_final),
            beacon::read(request),
        );

        Self {
            endpoint: l1.shown(),
            chain_id: first.take(&slots.chain_id).map(|id| id.to()),
            origin: first.take(&slots.origin),
            latest,
            finalized,
            batcher_hash: first.take(&slots.batcher_hash),
            unsafe_block_signer: first.take(&slots.unsafe_block_signer),
            dispute_game_factory: first.take(&slots.dispute_game_factory),
            respected_game_type: first.take(&slots.respected_game_type),
            contracts: slots.contracts.read(&first),
            games: games::read(games, &second),
            balances: slots
                .balances
                .into_iter()
                .map(|(account, slot)| (account, first.take(&slot)))
                .collect(),
            past_balances: funding::read(&past, &second),
            read_at,
            others,
            proof: slots.proof.map(|proof| first.take(&proof)),
            answered: first.whole(),
            limits: l1.limits(),
            beacon,
        }
    }
}
